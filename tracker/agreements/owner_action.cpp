#include "tracker/agreements/owner_action.h"

#include <fmt/format.h>

#include "common/types/check.h"
#include "tracker/agreements/timeline.h"

namespace waybill::tracker {

namespace {

__extension__ using Wide = __int128;

LocalCalendar calendar_of(const OwnerContract& contract) {
  auto calendar = LocalCalendar::of(contract.timezone);
  if (!calendar) calendar = LocalCalendar::of("UTC");
  WAYBILL_ASSERT(calendar, "the time zone database has no UTC");
  return *calendar;
}

TermSpan span_at(const OwnerContract& contract, LocalCalendar& calendar, TimeMs now) {
  return term_span(contract.from, contract.until, calendar.month_at(now));
}

}  // namespace

ThresholdStage threshold_stage(const OwnerContract& contract, ByteCount threshold, ByteCount used) {
  if (used > threshold) return ThresholdStage::beyond;
  const auto reached = static_cast<Wide>(used.value) * 100;
  if (contract.near_percent > 0 && reached >= static_cast<Wide>(threshold.value) * contract.near_percent) {
    return ThresholdStage::near;
  }
  return ThresholdStage::below;
}

const char* name_of(ThresholdStage stage) {
  switch (stage) {
    case ThresholdStage::below:
      return "below";
    case ThresholdStage::near:
      return "near";
    case ThresholdStage::beyond:
      return "beyond";
  }
  return "below";
}

OwnerDecision owner_action(const OwnerContract& contract, ByteCount used, TimeMs now) {
  OwnerDecision decision;
  if (!contract.in_force(now)) return decision;
  auto calendar = calendar_of(contract);
  const auto term = span_at(contract, calendar, now);
  decision.threshold = {scale_down(contract.threshold.value, term.part)};
  decision.until = term.span.until;
  decision.stage = threshold_stage(contract, decision.threshold, used);
  if (decision.stage == ThresholdStage::below) return decision;
  decision.action = decision.stage == ThresholdStage::near ? contract.on_near : contract.on_crossing;
  decision.notify = decision.action != OwnerAction::carry_on;
  const auto stage = decision.stage == ThresholdStage::near ? "nears" : "has crossed";
  if (decision.action == OwnerAction::listed_customers_only) {
    decision.listed_only = true;
    decision.reason = fmt::format("{} {} its {} bytes of the month: only its listed customers are served",
                                  contract.owner, stage, decision.threshold.value);
  }
  if (decision.action == OwnerAction::off_peak_only) {
    const auto peak = week_hours_state(contract.peak, calendar, now);
    decision.serving = !peak.within;
    if (peak.until && *peak.until < *decision.until) decision.until = peak.until;
    if (peak.within) {
      decision.reason = fmt::format("{} {} its {} bytes of the month: nothing is served at {}", contract.owner, stage,
                                    decision.threshold.value, contract.peak.str());
    }
  }
  return decision;
}

TimeWindow owner_counting_span(const OwnerContract& contract, TimeMs now) {
  auto calendar = calendar_of(contract);
  return span_at(contract, calendar, now).span;
}

}  // namespace waybill::tracker
