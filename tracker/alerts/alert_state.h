#pragma once
// How an alert stands, and what has been told about it. A value; `store/alerts.h` keeps it as the JSON text that
// `state_document` makes.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

inline constexpr std::size_t kMaxReasonBytes = 500;
inline constexpr std::size_t kMaxStateDocumentBytes = 16 << 10;
inline constexpr std::size_t kMaxFaultBytes = 500;

// Somebody has seen it and works on it: no reminders until it is cleared.
struct AlertAcknowledgement {
  TimeMs at{};
  std::string by;
  std::string why;  // may be empty
  bool operator==(const AlertAcknowledgement&) const = default;
};
// Nothing is told until then, whatever happens: a works, a known outage.
struct AlertSilence {
  TimeMs until{};
  TimeMs at{};
  std::string by;
  std::string why;
  bool operator==(const AlertSilence&) const = default;
};

struct AlertState {
  bool raised = false;
  TimeMs since{};            // raised or cleared since; 0 before it was first evaluated
  std::int64_t episode = 0;  // how often it has been raised
  std::int64_t level = 0;    // at the last evaluation, as level_of counts
  std::int64_t value = 0;    // over the present window
  TimeMs evaluated{};        // 0: never
  bool told_raised = false;  // what was told last: that it is raised, or that it is cleared
  TimeMs told_at{};          // when it was last told that it is raised; 0: never
  std::optional<AlertAcknowledgement> acknowledged;
  std::optional<AlertSilence> silence;
  std::string fault;  // why it could not be evaluated last time; empty: it could
  bool operator==(const AlertState&) const = default;
};

bool is_silent(const AlertState& state, TimeMs now);

// Refused where it is not raised, and for an unfit name or reason.
Result<AlertState> acknowledge(AlertState state, std::string by, std::string why, TimeMs now);
// Until a time to come; replaces a silence that there is.
Result<AlertState> silence(AlertState state, TimeMs until, std::string by, std::string why, TimeMs now);
Result<AlertState> end_silence(AlertState state, TimeMs now);  // refused where there is none
// It could not be evaluated: everything else stays as it is.
AlertState with_fault(AlertState state, std::string_view why);

std::string state_document(const AlertState& state);
Result<AlertState> parse_state(std::string_view document);

}  // namespace waybill::tracker
