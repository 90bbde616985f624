#include <fmt/format.h>

#include "tracker/alerts/alert_rule.h"
#include "tracker/alerts/alert_state.h"
#include "tracker/cli/administration.h"
#include "tracker/cli/commands/contract_alerts_json.h"
#include "tracker/cli/commands/counted_words.h"
#include "tracker/ledger/books.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

namespace {

constexpr int kWhole = 100;  // percent of the threshold

struct Stage {
  const char* name;
  int percent;
};
constexpr const char* kStages[] = {"near", "crossed"};

std::string alert_name(AgreementId contract, const char* stage) {
  return fmt::format("contract {} {}", contract.value, stage);
}

// The owner's bytes of the month on the contract's clocks, against its threshold.
Result<AlertRule> rule_of(const OwnerContract& contract, const Stage& stage) {
  TrafficFilter filter;
  filter.owner = contract.owner;
  auto measure = Measure::of_traffic(filter);
  if (!measure) return pass_on(measure);
  Condition condition;
  condition.kind = ConditionKind::nearing;
  condition.window = {AlertWindowKind::month, {}, contract.timezone};
  condition.threshold = contract.threshold.value;
  condition.raise_at = condition.clear_at = stage.percent * 100;  // hundredths of a percent
  const AlertRule rule{alert_name(contract.id, stage.name), *std::move(measure), condition,
                       stage.percent < kWhole ? Severity::info : Severity::warning, DurationMs{}};
  if (auto ok = check_rule(rule); !ok) return pass_on(ok);
  return rule;
}

Status end_replaced(Store& store, const OwnerContract& contract, TimeMs now) {
  if (contract.from > now) return {};  // the earlier ones are in force until then
  const auto contracts = owner_contracts(store, contract.owner);
  if (!contracts) return tl::make_unexpected(contracts.error());
  const auto rules = store.alerts().rules(false);
  if (!rules) return tl::make_unexpected(rules.error());
  for (const auto& earlier : *contracts) {
    if (earlier.id == contract.id) continue;
    for (const auto& rule : *rules) {
      for (const auto* stage : kStages) {
        if (rule.name != alert_name(earlier.id, stage)) continue;
        if (auto ended = store.alerts().end_rule(rule.id, now); !ended) return ended;
      }
    }
  }
  return {};
}

}  // namespace

Status add_contract_alerts(AdministrationContext& context, const OwnerContract& contract, Answer& answer) {
  const auto now = context.clock.now();
  if (auto ended = end_replaced(context.store, contract, now); !ended) return ended;
  std::vector<Stage> stages;
  if (contract.on_near == OwnerAction::notify) stages.push_back({kStages[0], contract.near_percent});
  if (contract.on_crossing == OwnerAction::notify) stages.push_back({kStages[1], kWhole});
  if (stages.empty() || contract.threshold.value == 0) return {};
  const auto channels = context.store.alerts().channels();
  if (!channels) return tl::make_unexpected(channels.error());
  for (const auto& stage : stages) {
    const auto rule = rule_of(contract, stage);
    if (!rule) return tl::make_unexpected(rule.error());
    StoredAlertRule stored{{}, rule->name, rule_document(*rule), state_document({}), {}, now, std::nullopt};
    for (const auto& channel : *channels) stored.channels.push_back(channel.id);
    if (const auto added = context.store.alerts().add_rule(stored); !added) return tl::make_unexpected(added.error());
    answer.lines.push_back(
        fmt::format("Alert {}: at {}% of {}'s threshold, told by {}", rule->name, stage.percent, contract.owner,
                    channels->empty() ? "no channel yet: it is listed by `alert list`"
                                      : counted(static_cast<std::int64_t>(channels->size()), "channel", "channels")));
  }
  if (channels->empty()) {
    answer.notes.push_back(
        "To send these messages: `alert channel add`, then `alert add NAME --kind nearing --contract OWNER --raise "
        "PERCENT --channel CHANNEL`.");
  }
  return {};
}

}  // namespace waybill::tracker
