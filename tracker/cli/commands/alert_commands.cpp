// Alerts: rules, how they stand, and what people say about them.
#include <fmt/format.h>

#include "tracker/alerts/alert_engine.h"
#include "tracker/alerts/alert_message.h"
#include "tracker/alerts/store_measure_source.h"
#include "tracker/cli/commands/alert_names_json.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/registry_names_json.h"
#include "tracker/ledger/books.h"
#include "tracker/reports/byte_size.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

struct RuleArguments {
  TrafficFilter filter;
  std::optional<std::string> object;
  std::optional<std::string> contract;  // of this owner: gives filter, window and threshold
  Measured measured = Measured::acknowledged_bytes;
  Condition condition;
  Severity severity = Severity::warning;
  DurationMs repeat = hours(4);
};

bool in_percent(const RuleArguments& read) {
  return read.measured == Measured::on_net_share ||
         (read.condition.kind != ConditionKind::above && read.condition.kind != ConditionKind::below);
}

void read_condition(Arguments& arguments, RuleArguments& read) {
  auto& condition = read.condition;
  arguments.required("kind");
  condition.kind = arguments.read_as("kind", [](const std::string& text) { return parse_condition_kind(text); })
                       .value_or(ConditionKind::above);
  const auto zone = arguments.text("timezone").value_or("UTC");
  read.contract = arguments.text("contract");
  if (!read.contract) arguments.required("window");
  const auto window =
      arguments.read_as("window", [&](const std::string& text) { return parse_alert_window(text, zone); });
  if (window) condition.window = *window;
  const auto level = [&](const std::string& text) -> Result<std::int64_t> {
    if (in_percent(read)) return parse_percent(text);
    const auto size = parse_byte_size(text);
    if (!size) return tl::make_unexpected(size.error());
    return size->value;
  };
  const auto amount = [](const std::string& text) { return parse_byte_size(text); };
  arguments.required("raise");
  condition.raise_at = arguments.read_as("raise", level).value_or(0);
  condition.clear_at = arguments.read_as("clear", level).value_or(condition.raise_at);
  condition.threshold = arguments.read_as("threshold", amount).value_or(ByteCount{}).value;
  condition.at_least = arguments.read_as("at_least", amount).value_or(ByteCount{}).value;
}

RuleArguments read_arguments(Arguments& arguments) {
  RuleArguments read;
  read.measured = arguments.read_as("measured", [](const std::string& text) { return parse_measured(text); })
                      .value_or(Measured::acknowledged_bytes);
  read_condition(arguments, read);
  read.object = arguments.text("object");
  read.filter.from = arguments.text("from");
  read.filter.to = arguments.text("to");
  read.filter.owner = arguments.text("owner");
  read.filter.content = arguments.text("content");
  read.filter.client = arguments.text("client");
  read.filter.component = arguments.text("component");
  read.filter.traffic_class = arguments.text("class");
  const bool on_net = arguments.flag("on_net"), off_net = arguments.flag("off_net");
  if (on_net && off_net) arguments.fault("on_net", "excludes --off-net");
  if (on_net || off_net) read.filter.on_net = on_net;
  if (read.contract && read.condition.kind != ConditionKind::nearing) arguments.fault("contract", "goes with nearing");
  if (read.contract && (read.object || read.filter != TrafficFilter{} || read.condition.threshold != 0)) {
    arguments.fault("contract", "goes without an object, a filter or a threshold of its own");
  }
  if (read.object && read.filter != TrafficFilter{}) arguments.fault("object", "goes without a filter of its own");
  read.severity = arguments.read_as("severity", [](const std::string& text) { return parse_severity(text); })
                      .value_or(Severity::warning);
  const auto repeat = [](const std::string& text) -> Result<DurationMs> {
    return text == "0" ? Result<DurationMs>(DurationMs{}) : parse_span(text, kMaxRepeat);
  };
  read.repeat = arguments.read_as("repeat", repeat).value_or(hours(4));
  return read;
}

// The owner's bytes of the month on the contract's clocks, against its threshold.
Status take_contract(AdministrationContext& context, RuleArguments& read) {
  const auto contracts = owner_contracts(context.store, *read.contract);
  if (!contracts) return tl::make_unexpected(contracts.error());
  const auto now = context.clock.now();
  for (const auto& contract : *contracts) {
    if (!contract.in_force(now)) continue;
    if (contract.threshold.value == 0) {
      return refuse(fmt::format("contract {} of {} has no threshold to near", contract.id.value, contract.owner));
    }
    read.filter.owner = contract.owner;
    read.condition.threshold = contract.threshold.value;
    read.condition.window = {AlertWindowKind::month, {}, contract.timezone};
    return {};
  }
  return refuse("owner " + *read.contract +
                " has no contract in force: `agreement show --owner` lists what was agreed");
}

Result<Measure> measure_of(AdministrationContext& context, RuleArguments read) {
  if (read.object) return Measure::of_object(*read.object, read.measured);
  if (read.filter.content) {
    const auto content = content_named(context.store.registry(), *read.filter.content);
    if (!content) return tl::make_unexpected(content.error());
    read.filter.content = content->id.hex();
  }
  if (read.filter.client) {
    const auto key = agent_named(context.store.registry(), *read.filter.client);
    if (!key) return tl::make_unexpected(key.error());
    read.filter.client = key->hex();
  }
  return Measure::of_traffic(read.filter, read.measured);
}

std::string standing(const AlertState& state, const StoredAlertRule& stored, TimeMs now) {
  if (stored.ended) return "ended";
  if (!state.fault.empty()) return "cannot be evaluated";
  std::string text = state.raised ? "RAISED" : state.evaluated == TimeMs{} ? "not evaluated yet" : "clear";
  if (state.acknowledged) text += ", acknowledged by " + state.acknowledged->by;
  if (is_silent(state, now)) text += ", silent until " + format_time(state.silence->until);
  return text;
}

Result<json> alert_json(const StoredAlertRule& stored, TimeMs now) {
  const auto rule = parse_rule(stored.rule);
  if (!rule) return tl::make_unexpected(rule.error());
  const auto state = parse_state(stored.state);
  if (!state) return tl::make_unexpected(state.error());
  const bool known = state->evaluated != TimeMs{};
  json value = {{"name", stored.name},
                {"standing", standing(*state, stored, now)},
                {"raised", state->raised},
                {"severity", to_string(rule->severity)},
                {"measure", rule->measure.words()},
                {"measures", json::parse(rule->measure.document())},
                {"condition", condition_words(rule->condition, rule->measure.measured())},
                {"level", known ? json(level_words(rule->condition, rule->measure.measured(), state->level)) : json()},
                {"value", known ? json(state->value) : json()},
                {"since", known ? json(format_time(state->since)) : json()},
                {"evaluated", known ? json(format_time(state->evaluated)) : json()},
                {"episode", state->episode},
                {"repeat", rule->repeat.value == 0 ? "never" : span_text(rule->repeat)},
                {"fault", state->fault}};
  if (const auto& seen = state->acknowledged) {
    value["acknowledged"] = {{"at", format_time(seen->at)}, {"by", seen->by}, {"why", seen->why}};
  }
  if (is_silent(*state, now)) {
    value["silence"] = {
        {"until", format_time(state->silence->until)}, {"by", state->silence->by}, {"why", state->silence->why}};
  }
  return value;
}

// One change of a rule's state by a person, inside the command's transaction.
template <typename Change>
Result<Answer> change_state(AdministrationContext& context, const std::string& name, Change change,
                            const std::string& done) {
  const auto stored = alert_named(context.store.alerts(), name);
  if (!stored) return tl::make_unexpected(stored.error());
  const auto before = parse_state(stored->state);
  if (!before) return tl::make_unexpected(before.error());
  const Result<AlertState> after = change(*before);
  if (!after) return tl::make_unexpected(after.error());
  auto changed = *stored;
  changed.state = state_document(*after);
  if (auto ok = context.store.alerts().record({stored->id, changed.state, std::nullopt}); !ok) return pass_on(ok);
  auto row = alert_json(changed, context.clock.now());
  if (!row) return pass_on(row);
  Answer answer;
  answer.result["alert"] = *std::move(row);
  answer.lines.push_back("Alert " + name + " is " + done);
  return answer;
}

}  // namespace

Result<Answer> alert_add(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  auto read = read_arguments(arguments);
  const auto channel_names = arguments.list("channel");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  if (read.contract) {
    if (auto taken = take_contract(context, read); !taken) return pass_on(taken);
  }
  auto measure = measure_of(context, read);
  if (!measure) return pass_on(measure);
  const AlertRule rule{name, *std::move(measure), read.condition, read.severity, read.repeat};
  if (auto ok = check_rule(rule); !ok) return pass_on(ok);
  // What cannot be measured now, because a name is not known, is refused now.
  StoreMeasureSource measures(context.store);
  const auto now = context.clock.now();
  if (const auto values = measure_values(measures, rule, now); !values) return tl::make_unexpected(values.error());
  StoredAlertRule stored{{}, name, rule_document(rule), state_document({}), {}, now, std::nullopt};
  for (const auto& channel : channel_names) {
    const auto found = channel_named(context.store.alerts(), channel);
    if (!found) return tl::make_unexpected(found.error());
    stored.channels.push_back(found->id);
  }
  const auto added = context.store.alerts().add_rule(stored);
  if (!added) return tl::make_unexpected(added.error());
  auto row = alert_json(*added, now);
  if (!row) return pass_on(row);
  Answer answer;
  answer.lines.push_back(fmt::format("Alert {}: {} {}", name, rule.measure.words(),
                                     condition_words(rule.condition, rule.measure.measured())));
  answer.result["alert"] = *std::move(row);
  if (read.contract) {
    answer.notes.push_back(
        "It keeps to the threshold of the contract in force now: add another when that is renegotiated.");
  }
  answer.notes.push_back("A running tracker evaluates it within seconds; `alert show` tells how it stands.");
  return answer;
}

Result<Answer> alert_list(AdministrationContext& context, Arguments& arguments) {
  const bool all = arguments.flag("all");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto rules = context.store.alerts().rules(all);
  if (!rules) return tl::make_unexpected(rules.error());
  Answer answer;
  auto& rows = answer.result["alerts"] = json::array();
  for (const auto& stored : *rules) {
    auto row = alert_json(stored, context.clock.now());
    if (!row) return pass_on(row);
    rows.push_back(*std::move(row));
  }
  answer.add_sheet("alerts", {{"name", "NAME"},
                              {"standing", "STANDING"},
                              {"severity", "SEVERITY"},
                              {"level", "LEVEL"},
                              {"condition", "CONDITION"},
                              {"measure", "MEASURE"},
                              {"since", "SINCE"}});
  return answer;
}

Result<Answer> alert_show(AdministrationContext& context, Arguments& arguments) {
  constexpr std::int64_t kShown = 50;
  const auto name = arguments.positional("name");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto stored = alert_named(context.store.alerts(), name);
  if (!stored) return tl::make_unexpected(stored.error());
  auto row = alert_json(*stored, context.clock.now());
  if (!row) return pass_on(row);
  const auto events = context.store.alerts().events(stored->id, kShown);
  if (!events) return tl::make_unexpected(events.error());
  Answer answer;
  for (const auto* key : {"standing", "measure", "condition", "level", "since", "fault"}) {
    const auto& value = row->at(key);
    if (value.is_string() && !value.get_ref<const std::string&>().empty()) {
      answer.lines.push_back(fmt::format("{}: {}", key, value.get<std::string>()));
    }
  }
  answer.result["alert"] = *std::move(row);
  auto& told = answer.result["events"] = json::array();
  for (const auto& event : *events) told.push_back(json::parse(event.event, nullptr, false));
  auto deliveries = delivery_rows(context.store.alerts(), {.rule = stored->id, .limit = kShown});
  if (!deliveries) return pass_on(deliveries);
  answer.result["deliveries"] = *std::move(deliveries);
  answer.add_sheet("events", {{"at", "TOLD AT"}, {"kind", "WHAT"}, {"level_words", "LEVEL"}});
  answer.add_sheet("deliveries", delivery_columns());
  return answer;
}

Result<Answer> alert_end(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto stored = alert_named(context.store.alerts(), name);
  if (!stored) return tl::make_unexpected(stored.error());
  if (auto ok = context.store.alerts().end_rule(stored->id, context.clock.now()); !ok) return pass_on(ok);
  Answer answer;
  answer.result["ended"] = name;
  answer.lines.push_back("Alert " + name + " has ended; what it told stays listed");
  return answer;
}

Result<Answer> alert_acknowledge(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  const auto by = arguments.required("by");
  const auto why = arguments.text("why").value_or("");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto now = context.clock.now();
  return change_state(
      context, name, [&](const AlertState& state) { return acknowledge(state, by, why, now); },
      "acknowledged: no reminders until it clears");
}

Result<Answer> alert_silence(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  const bool end = arguments.flag("end");
  const auto now = context.clock.now();
  if (end) {
    if (auto ok = arguments.finish(); !ok) return pass_on(ok);
    return change_state(
        context, name, [&](const AlertState& state) { return end_silence(state, now); }, "silent no more");
  }
  const auto by = arguments.required("by");
  const auto why = arguments.required("why");
  // "2h": from now on; else a time.
  const auto read_until = [&](const std::string& text) -> Result<TimeMs> {
    if (const auto span = parse_span(text, hours(24 * 366))) return now + *span;
    return parse_time(text, now, "UTC");
  };
  arguments.required("until");
  const auto until = arguments.read_as("until", read_until).value_or(TimeMs{});
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  return change_state(
      context, name, [&](const AlertState& state) { return silence(state, until, by, why, now); },
      "silent until " + format_time(until));
}

Result<Answer> alert_test(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto& alerts = context.store.alerts();
  const auto stored = alert_named(alerts, name);
  if (!stored) return tl::make_unexpected(stored.error());
  const auto rule = parse_rule(stored->rule);
  if (!rule) return tl::make_unexpected(rule.error());
  const auto state = parse_state(stored->state);
  if (!state) return tl::make_unexpected(state.error());
  auto deliveries = deliveries_of(alerts, *stored);
  if (!deliveries) return pass_on(deliveries);
  if (deliveries->empty()) return refuse("there is no channel to test: `alert channel add` makes one");
  const auto count = deliveries->size();
  const auto now = context.clock.now();
  const AlertRecord record{stored->id, std::nullopt,
                           AlertRecord::Told{now, test_event_document(*rule, *state, now), *std::move(deliveries)}};
  if (auto ok = alerts.record(record); !ok) return pass_on(ok);
  Answer answer;
  answer.result["deliveries"] = count;
  answer.lines.push_back(
      fmt::format("A test message of alert {} waits for {} channel(s); `alert show {}` tells how "
                  "its delivery goes",
                  name, count, name));
  return answer;
}

}  // namespace waybill::tracker
