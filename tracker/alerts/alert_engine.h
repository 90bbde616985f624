#pragma once
// Evaluates the rules in turn and puts what is to be told into the outbox, which the delivery desk empties.
#include <deque>
#include <optional>

#include "tracker/alerts/delivery_desk.h"
#include "tracker/alerts/evaluation.h"
#include "tracker/alerts/measure.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

// Every rule is evaluated about so often; with a thousand of them, each about every half minute.
inline constexpr DurationMs kEvaluationRound = seconds(10);
// Of one tick, so that it never holds up the receipts that wait for the same thread.
inline constexpr std::size_t kRulesATick = 32;
// A value that changes nothing else is written down this often, for people to see; whatever changes, at once.
inline constexpr DurationMs kValueWritten = minutes(1);
// Finished deliveries and old events are kept for this long.
inline constexpr DurationMs kHistoryKept = hours(24 * 90);

// All on the store's thread.
class AlertEngine {
 public:
  AlertEngine(Store& store, MeasureSource& measures, const runtime::Clock& clock,
              std::unique_ptr<ChannelTransport> transport, DeliveryDesk::Post post);

  // Call once a second. What fails is logged once, and tried again at the next tick; a rule that cannot be evaluated
  // says why in its state.
  void tick();
  // Everything that a tick does, for all rules at once, whatever the time of the last round.
  Status evaluate_all();
  bool delivering() const { return desk_.busy(); }

 private:
  Status evaluate_some(std::size_t limit);
  Status evaluate_one(AlertRuleId id);
  Status begin_round();
  Status forget_old();
  void report(const Status& status);

  Store& store_;
  MeasureSource& measures_;
  const runtime::Clock& clock_;
  DeliveryDesk desk_;
  std::deque<AlertRuleId> waiting_;  // of this round
  std::optional<TimeMs> round_begun_;
  std::optional<TimeMs> forgot_;
  std::string last_fault_;
};

// The values over windows_at, in its order.
Result<std::vector<std::int64_t>> measure_values(MeasureSource& measures, const AlertRule& rule, TimeMs now);

// The deliveries of something that a rule tells, with fresh ids: to its channels or, where it names none, to all.
Result<std::vector<AlertRecord::Told::Delivery>> deliveries_of(Alerts& alerts, const StoredAlertRule& rule);

}  // namespace waybill::tracker
