#include "tracker/alerts/alert_rule.h"

#include <array>

#include "tracker/alerts/document_fields_json.h"
#include "tracker/alerts/plain_text.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr std::array<std::pair<Severity, std::string_view>, 3> kSeverities{
    {{Severity::info, "info"}, {Severity::warning, "warning"}, {Severity::critical, "critical"}}};

json condition_json(const Condition& condition) {
  json value = {{"kind", to_string(condition.kind)},
                {"window", window_text(condition.window)},
                {"raise_at", condition.raise_at},
                {"clear_at", condition.clear_at}};
  if (condition.window.kind != AlertWindowKind::rolling) value["timezone"] = condition.window.timezone;
  if (condition.threshold != 0) value["threshold"] = condition.threshold;
  if (condition.at_least != 0) value["at_least"] = condition.at_least;
  return value;
}

Result<Condition> read_condition(const json& object) {
  DocumentFields fields(object);
  Condition condition;
  const auto kind_text = fields.text("kind");
  const auto window_text = fields.text("window");
  const auto timezone = fields.optional_text("timezone").value_or("UTC");
  condition.raise_at = fields.integer("raise_at");
  condition.clear_at = fields.integer("clear_at");
  if (fields.has("threshold")) condition.threshold = fields.integer("threshold");
  if (fields.has("at_least")) condition.at_least = fields.integer("at_least");
  if (auto ok = fields.finish("a condition"); !ok) return pass_on(ok);
  const auto kind = parse_condition_kind(kind_text);
  if (!kind) return tl::make_unexpected(kind.error());
  condition.kind = *kind;
  auto window = parse_alert_window(window_text, timezone);
  if (!window) return pass_on(window);
  condition.window = *std::move(window);
  return condition;
}

}  // namespace

std::string_view to_string(Severity severity) {
  for (const auto& [value, name] : kSeverities) {
    if (value == severity) return name;
  }
  return "?";
}

Result<Severity> parse_severity(std::string_view text) {
  for (const auto& [severity, name] : kSeverities) {
    if (name == text) return severity;
  }
  return refuse("'" + std::string(text) + "' is none of info, warning, critical");
}

Status check_rule(const AlertRule& rule) {
  if (auto ok = check_plain_text("an alert's name", rule.name, kMaxAlertNameBytes); !ok) return ok;
  if (rule.repeat.value < 0 || rule.repeat > kMaxRepeat) {
    return refuse("messages repeat after at most " + span_text(kMaxRepeat));
  }
  const bool share = rule.measure.measured() == Measured::on_net_share;
  if (share && rule.condition.kind != ConditionKind::above && rule.condition.kind != ConditionKind::below) {
    return refuse("the on-net share goes with above and below only");
  }
  if (share && rule.condition.raise_at > 100 * kWholePercent) return refuse("a share is at most 100 %");
  return check_condition(rule.condition);
}

std::string rule_document(const AlertRule& rule) {
  return json{{"name", rule.name},
              {"measure", rule.measure.document()},
              {"condition", condition_json(rule.condition)},
              {"severity", to_string(rule.severity)},
              {"repeat_ms", rule.repeat.value}}
      .dump();
}

Result<AlertRule> parse_rule(std::string_view document) {
  const auto value = parse_document(document, kMaxRuleDocumentBytes);
  DocumentFields fields(value);
  const auto name = fields.text("name");
  const auto measure_text = fields.text("measure");
  const auto& condition_object = fields.object("condition");
  const auto severity_text = fields.text("severity");
  const DurationMs repeat{fields.integer("repeat_ms")};
  if (auto ok = fields.finish("an alert's rule"); !ok) return pass_on(ok);
  auto measure = Measure::parse(measure_text);
  if (!measure) return pass_on(measure);
  auto condition = read_condition(condition_object);
  if (!condition) return pass_on(condition);
  const auto severity = parse_severity(severity_text);
  if (!severity) return tl::make_unexpected(severity.error());
  AlertRule rule{name, *std::move(measure), *std::move(condition), *severity, repeat};
  if (auto ok = check_rule(rule); !ok) return pass_on(ok);
  return rule;
}

}  // namespace waybill::tracker
