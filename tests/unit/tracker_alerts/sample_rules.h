#pragma once
// Rules from a few words, for the tests of this folder.
#include <string>

#include "tracker/alerts/alert_rule.h"

namespace waybill::sample {

inline constexpr TimeMs kNoon{1'793'534'400'000};  // 2026-11-01T12:00:00Z, on a quarter of an hour

inline tracker::AlertRule rule_above(std::int64_t raise_at, std::int64_t clear_at, DurationMs repeat = minutes(30)) {
  tracker::Condition condition;
  condition.kind = tracker::ConditionKind::above;
  condition.window.length = minutes(15);
  condition.raise_at = raise_at;
  condition.clear_at = clear_at;
  return {"rule", *tracker::Measure::of_traffic({}), condition, tracker::Severity::warning, repeat};
}

}  // namespace waybill::sample
