#pragma once
// When a measured value is worth an alert. Pure: from the condition and the time follow the windows to measure, from
// their values one level, and from the level on which side of the hysteresis band it lies.
#include <cstdint>
#include <string>
#include <vector>

#include "tracker/alerts/alert_window.h"
#include "tracker/alerts/measure.h"

namespace waybill::tracker {

enum class ConditionKind {
  above,    // the value over the window
  below,    // likewise
  rise,     // by how much it is more than over the window before, in hundredths of a percent of that
  fall,     // by how much it is less
  nearing,  // hundredths of a percent of `threshold` that the value has reached
};

inline constexpr std::int64_t kWholePercent = 100;  // hundredths of a percent
inline constexpr std::int64_t kMaxLevelPercent = 1'000'000 * kWholePercent;

// Two levels, so that a value that trembles around one of them does not raise and clear without end: between them
// everything stays as it is. In bytes or receipts; of rise, fall and nearing in hundredths of a percent.
struct Condition {
  ConditionKind kind = ConditionKind::above;
  AlertWindow window;
  std::int64_t raise_at = 0;   // raised at this level or beyond
  std::int64_t clear_at = 0;   // cleared when the level is back on the safe side of this
  std::int64_t threshold = 0;  // nearing only: bytes or receipts that are 100 %
  // rise and fall only: where both windows hold less than this, the level is 0 (ten bytes after one are no surge).
  std::int64_t at_least = 0;
  bool operator==(const Condition&) const = default;
};

// Refuses levels in the wrong order (a band that is upside down), levels that nothing can reach or that everything has
// reached, and calendar windows for anything but above and nearing: a day that has just begun is below every level.
Status check_condition(const Condition& condition);

// Receipts may be this late and still count in their window: below, rise and fall look at windows that have been over
// for so long. above and nearing look at the running quarter of an hour too, so that they speak up soon.
inline constexpr DurationMs kLateReceipts = minutes(5);

// One window, or for rise and fall two: the present one, then the one before. Fails where the time zone is not known.
Result<std::vector<TimeWindow>> windows_at(const Condition& condition, TimeMs now);

// From the values over windows_at, in its order. Within the limits of 63 bits for any values of 0 and more.
std::int64_t level_of(const Condition& condition, const std::vector<std::int64_t>& values);

enum class Side { safe, band, alarming };
Side side_of(const Condition& condition, std::int64_t level);

std::string_view to_string(ConditionKind kind);
Result<ConditionKind> parse_condition_kind(std::string_view text);
// "1 500 000 000 (1.50 GB)" or "80.5 %".
std::string level_words(const Condition& condition, Measured measured, std::int64_t level);
// "above 5.00 GB in 2h; clears below 4.00 GB".
std::string condition_words(const Condition& condition, Measured measured);
// "80", "12.5", "0.25": percent into hundredths. Refuses finer ones, and more than a million percent.
Result<std::int64_t> parse_percent(std::string_view text);

}  // namespace waybill::tracker
