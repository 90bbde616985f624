#include "tracker/alerts/evaluation.h"

#include <array>

namespace waybill::tracker {

namespace {

constexpr std::array<std::pair<AlertEventKind, std::string_view>, 3> kKinds{
    {{AlertEventKind::raised, "raised"}, {AlertEventKind::reminded, "reminded"}, {AlertEventKind::cleared, "cleared"}}};

// A clock that was set back must not make an alert silent for as long as it was set back.
bool passed(TimeMs then, DurationMs span, TimeMs now) { return now < then || now - then >= span; }

void stand_by(const Condition& condition, AlertState& state, TimeMs now) {
  const auto side = side_of(condition, state.level);
  const bool raised = side == Side::alarming || (side == Side::band && state.raised);
  if (raised != state.raised) {
    state.raised = raised;
    state.since = now;
    if (raised) ++state.episode;
  }
  if (!raised) state.acknowledged.reset();
  if (state.since == TimeMs{}) state.since = now;
}

std::optional<AlertEventKind> what_to_tell(const AlertRule& rule, const AlertState& state, TimeMs now) {
  if (is_silent(state, now)) return std::nullopt;
  if (!state.raised) return state.told_raised ? std::optional(AlertEventKind::cleared) : std::nullopt;
  const bool due = state.told_at == TimeMs{} || passed(state.told_at, rule.repeat, now);
  if (!due || state.acknowledged) return std::nullopt;
  if (!state.told_raised) return AlertEventKind::raised;
  return rule.repeat.value == 0 ? std::nullopt : std::optional(AlertEventKind::reminded);
}

}  // namespace

std::string_view to_string(AlertEventKind kind) {
  for (const auto& [value, name] : kKinds) {
    if (value == kind) return name;
  }
  return "?";
}

Result<AlertEventKind> parse_event_kind(std::string_view text) {
  for (const auto& [kind, name] : kKinds) {
    if (name == text) return kind;
  }
  return refuse("'" + std::string(text) + "' is no kind of event");
}

Evaluation evaluate(const AlertRule& rule, const AlertState& before, const std::vector<std::int64_t>& values,
                    TimeMs now) {
  Evaluation result{before, std::nullopt};
  auto& state = result.state;
  state.level = level_of(rule.condition, values);
  state.value = values.front();
  state.evaluated = now;
  state.fault.clear();
  if (state.silence && !is_silent(state, now)) state.silence.reset();
  stand_by(rule.condition, state, now);
  const auto kind = what_to_tell(rule, state, now);
  if (!kind) return result;
  result.event = AlertEvent{*kind, now, state.episode, state.level, state.value};
  state.told_raised = *kind != AlertEventKind::cleared;
  if (state.told_raised) state.told_at = now;
  return result;
}

}  // namespace waybill::tracker
