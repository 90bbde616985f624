#pragma once
// An alert's rule: what is measured, when it is worth an alert, and how often that is told. A value; `store/alerts.h`
// keeps it as the JSON text that `rule_document` makes.
#include <string>
#include <string_view>
#include <vector>

#include "tracker/alerts/condition.h"

namespace waybill::tracker {

enum class Severity { info, warning, critical };
std::string_view to_string(Severity severity);
Result<Severity> parse_severity(std::string_view text);

inline constexpr std::size_t kMaxAlertNameBytes = 100;
inline constexpr std::size_t kMaxRuleDocumentBytes = 16 << 10;
inline constexpr DurationMs kMaxRepeat = hours(24 * 30);

struct AlertRule {
  std::string name;
  Measure measure;
  Condition condition;
  Severity severity = Severity::warning;
  // Two messages that it is raised are at least so far apart: reminders while it lasts, and being raised again after it
  // was cleared. 0: no reminders, and raised again at once.
  DurationMs repeat = hours(4);
  bool operator==(const AlertRule&) const = default;
};

// Refuses an unfit name, condition or repeat.
Status check_rule(const AlertRule& rule);

// JSON, one text for one rule. Reading refuses what writing would not have written, and what check_rule refuses.
std::string rule_document(const AlertRule& rule);
Result<AlertRule> parse_rule(std::string_view document);

}  // namespace waybill::tracker
