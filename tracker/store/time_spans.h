#pragma once
// The stretches of time that counters stand for, and how a window is put together from few of them: whole months, whole
// days, and single quarters or five minutes at its edges. All of UTC; what a time zone's clocks show is a function that
// the asker brings. Pure.
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "common/types/units.h"

namespace waybill::tracker {

// Stored in the database: never renumbered.
enum class SpanGrain : int {
  five_minutes = 1,  // since 1970
  quarter = 2,       // quarters of an hour since 1970
  day = 3,           // since 1970-01-01
  month = 4,         // since 1970-01
  // The same quarter of an hour of every day of one month: number = month x 96 + quarter of the day. Hours of day in a
  // time zone are sums of these in every month in which its offset from UTC does not change.
  month_quarter = 5,
};
inline constexpr std::int64_t kQuartersOfDay = 96;

struct Span {
  SpanGrain grain = SpanGrain::quarter;
  std::int64_t number = 0;
  TimeMs start() const;  // month_quarter: on the month's first day
  auto operator<=>(const Span&) const = default;
};
Span span_of(SpanGrain grain, TimeMs time);           // that holds it
Span span_at_or_after(SpanGrain grain, TimeMs time);  // the first that starts there or later; not for month_quarter

// Spans of one grain, `until` excluded.
struct SpanRange {
  SpanGrain grain = SpanGrain::quarter;
  std::int64_t first = 0;
  std::int64_t until = 0;
  bool operator==(const SpanRange&) const = default;
};

// Disjoint ranges that hold every span of the grain `finest` (five_minutes or quarter) that starts in [since, until),
// and nothing else: at most five of them. What is absent does not bound: then months from -kFarMonths or to kFarMonths.
inline constexpr std::int64_t kFarMonths = 1'000'000;
std::vector<SpanRange> cover(std::optional<TimeMs> since, std::optional<TimeMs> until, SpanGrain finest);

// The minute of the day (0..1439) that the clocks of some time zone show.
using MinuteOfDay = std::function<int(TimeMs)>;
// The same for questions by hours of day: month_quarter where a whole month lies in the window and every day of it has
// the same clock times, single quarters otherwise. Both bounds are needed.
std::vector<SpanRange> cover_by_hours(TimeMs since, TimeMs until, const MinuteOfDay& local_minute);

}  // namespace waybill::tracker
