#include "tracker/alerts/alert_engine.h"

#include "common/crypto/digest.h"
#include "common/runtime/log.h"
#include "tracker/alerts/alert_message.h"

namespace waybill::tracker {

namespace {

constexpr DurationMs kForgetEvery = hours(1);

bool elapsed(const std::optional<TimeMs>& since, DurationMs span, TimeMs now) {
  return !since || now < *since || now - *since >= span;
}

// But for the figures, which change all the time.
bool same_standing(AlertState a, const AlertState& b) {
  a.level = b.level;
  a.value = b.value;
  a.evaluated = b.evaluated;
  return a == b;
}

}  // namespace

Result<std::vector<std::int64_t>> measure_values(MeasureSource& measures, const AlertRule& rule, TimeMs now) {
  const auto windows = windows_at(rule.condition, now);
  if (!windows) return tl::make_unexpected(windows.error());
  std::vector<std::int64_t> values;
  for (const auto& window : *windows) {
    const auto value = measures.value(rule.measure, window.from, window.until);
    if (!value) return tl::make_unexpected(value.error());
    values.push_back(*value);
  }
  return values;
}

Result<std::vector<AlertRecord::Told::Delivery>> deliveries_of(Alerts& alerts, const StoredAlertRule& rule) {
  auto channels = rule.channels;
  if (channels.empty()) {
    const auto all = alerts.channels();
    if (!all) return tl::make_unexpected(all.error());
    for (const auto& channel : *all) channels.push_back(channel.id);
  }
  std::vector<AlertRecord::Told::Delivery> deliveries;
  for (const auto channel : channels) {
    deliveries.push_back({*AlertDeliveryId::from_bytes(crypto::random_bytes(AlertDeliveryId::kSize)), channel});
  }
  return deliveries;
}

AlertEngine::AlertEngine(Store& store, MeasureSource& measures, const runtime::Clock& clock,
                         std::unique_ptr<ChannelTransport> transport, DeliveryDesk::Post post)
    : store_(store),
      measures_(measures),
      clock_(clock),
      desk_(store.alerts(), clock, std::move(transport), std::move(post)) {}

void AlertEngine::tick() {
  report([&]() -> Status {
    if (waiting_.empty() && elapsed(round_begun_, kEvaluationRound, clock_.now())) {
      if (auto ok = begin_round(); !ok) return ok;
    }
    if (auto ok = evaluate_some(kRulesATick); !ok) return ok;
    return forget_old();
  }());
  report(desk_.pump());
}

Status AlertEngine::evaluate_all() {
  if (auto ok = begin_round(); !ok) return ok;
  if (auto ok = evaluate_some(waiting_.size()); !ok) return ok;
  return desk_.pump();
}

Status AlertEngine::begin_round() {
  const auto rules = store_.alerts().rules(false);
  if (!rules) return tl::make_unexpected(rules.error());
  waiting_.clear();
  for (const auto& rule : *rules) waiting_.push_back(rule.id);
  round_begun_ = clock_.now();
  return {};
}

Status AlertEngine::evaluate_some(std::size_t limit) {
  for (; limit > 0 && !waiting_.empty(); --limit) {
    const auto id = waiting_.front();
    waiting_.pop_front();
    if (auto ok = evaluate_one(id); !ok && ok.error().kind == ErrorKind::failed) return ok;
  }
  return {};
}

Status AlertEngine::evaluate_one(AlertRuleId id) {
  const auto stored = store_.alerts().rule(id);
  if (!stored) return tl::make_unexpected(stored.error());
  const auto now = clock_.now();
  const auto rule = parse_rule(stored->rule);
  auto values = rule ? measure_values(measures_, *rule, now) : tl::make_unexpected(rule.error());
  if (!values && values.error().kind == ErrorKind::failed) return tl::make_unexpected(values.error());
  // The state is read again where nobody else can write: a person may acknowledge, another tracker on the same books
  // may have told it already.
  return store_.transact([&]() -> Status {
    const auto present = store_.alerts().rule(id);
    if (!present) return tl::make_unexpected(present.error());
    if (present->ended) return {};
    const auto before = parse_state(present->state);
    if (!before) return fail("the state of alert '" + present->name + "' cannot be read: " + before.error().message);
    Evaluation evaluation{*before, std::nullopt};
    if (values) {
      evaluation = evaluate(*rule, *before, *values, now);
    } else {
      evaluation.state = with_fault(*before, values.error().message);
    }
    const auto& after = evaluation.state;
    const bool figures = after.evaluated != before->evaluated && elapsed(before->evaluated, kValueWritten, now);
    if (same_standing(after, *before) && !figures) return {};
    AlertRecord record{id, state_document(after), std::nullopt};
    if (evaluation.event) {
      auto deliveries = deliveries_of(store_.alerts(), *present);
      if (!deliveries) return tl::make_unexpected(deliveries.error());
      record.told = AlertRecord::Told{now, event_document(*rule, after, *evaluation.event), *std::move(deliveries)};
      WAYBILL_INFO("alerts", "{}: alert=\"{}\" level={} channels={}", to_string(evaluation.event->kind), rule->name,
                   evaluation.event->level, record.told->deliveries.size());
    }
    return store_.alerts().record(record);
  });
}

Status AlertEngine::forget_old() {
  const auto now = clock_.now();
  if (!elapsed(forgot_, kForgetEvery, now)) return {};
  forgot_ = now;
  return store_.alerts().forget_before(now - kHistoryKept);
}

void AlertEngine::report(const Status& status) {
  if (status) return;
  if (status.error().message != last_fault_) WAYBILL_ERROR("alerts", "{}; will try again", status.error().message);
  last_fault_ = status.error().message;
}

}  // namespace waybill::tracker
