#pragma once
// The decision: what a new value means for an alert, and what is to be told. Pure.
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tracker/alerts/alert_rule.h"
#include "tracker/alerts/alert_state.h"

namespace waybill::tracker {

enum class AlertEventKind { raised, reminded, cleared };
std::string_view to_string(AlertEventKind kind);
Result<AlertEventKind> parse_event_kind(std::string_view text);

// Something to tell. At most one comes of an evaluation.
struct AlertEvent {
  AlertEventKind kind = AlertEventKind::raised;
  TimeMs at{};
  std::int64_t episode = 0;
  std::int64_t level = 0;
  std::int64_t value = 0;
  bool operator==(const AlertEvent&) const = default;
};

struct Evaluation {
  AlertState state;
  std::optional<AlertEvent> event;
};

// `values` over windows_at(rule.condition, now). The alert stands by the value alone; what is told also depends on
// what has been told:
//  - nothing while it is silenced. A silence ends by itself at its time; what is to be told then is what is true then,
//    not what came and went during it.
//  - "raised" not sooner than rule.repeat after it was last told to be raised, and then only if it still is.
//  - "reminded" every rule.repeat while it is raised.
//  - neither while it is acknowledged.
//  - "cleared" at once, where it was told to be raised; it also ends the acknowledgement.
Evaluation evaluate(const AlertRule& rule, const AlertState& before, const std::vector<std::int64_t>& values,
                    TimeMs now);

}  // namespace waybill::tracker
