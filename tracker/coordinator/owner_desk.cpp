#include "tracker/coordinator/owner_desk.h"

#include <algorithm>

#include <fmt/format.h>

namespace waybill::tracker {

void OwnerDesk::replace(std::vector<OwnerContract> contracts, const std::vector<OwnerUse>& use, TimeMs now) {
  auto before = std::exchange(states_, {});
  by_owner_.clear();
  restricting_ = 0;
  for (auto& contract : contracts) {
    if (contract.until && *contract.until <= now) continue;
    const auto same = std::find_if(before.begin(), before.end(),
                                   [&](const State& state) { return state.contract.id == contract.id; });
    State state;
    if (same != before.end()) {
      state = std::move(*same);
      state.asked = false;
    }
    const bool known = same != before.end();
    state.contract = std::move(contract);
    for (const auto& item : use) {
      if (known || item.contract != state.contract.id) continue;
      const auto span = owner_counting_span(state.contract, now);
      state.counted.begin_span({span.from, span.until});
      state.counted.restore(SpanUse{item.acked, item.acked_next, item.span_start});
    }
    by_owner_[state.contract.owner].push_back(states_.size());
    states_.push_back(std::move(state));
  }
}

bool OwnerDesk::ask(State& state, TimeMs now, std::vector<std::string>& notices) {
  const auto before = state.decision;
  restricting_ -= state.asked && keeps_back(before) ? 1 : 0;
  state.asked = true;
  const auto span = owner_counting_span(state.contract, now);
  if (state.contract.in_force(now)) state.counted.begin_span({span.from, span.until});
  state.decision = owner_action(state.contract, state.counted.acked(), now);
  restricting_ += keeps_back(state.decision) ? 1 : 0;
  if (state.told_for != span.from) {
    state.told_for = span.from;
    state.told = ThresholdStage::below;
  }
  if (state.decision.stage > state.told) {
    state.told = state.decision.stage;
    notices.push_back(fmt::format("owner {} contract={} stage={} used={} threshold={} action={}", state.contract.owner,
                                  state.contract.id.value, name_of(state.decision.stage), state.counted.acked().value,
                                  state.decision.threshold.value, name_of(state.decision.action)));
  }
  return before.serving != state.decision.serving || before.listed_only != state.decision.listed_only;
}

bool OwnerDesk::refresh(TimeMs now, std::vector<std::string>& notices) {
  bool changed = false;
  for (auto& state : states_) {
    const bool begins = state.contract.in_force(now) && !state.decision.until;
    const bool over = state.decision.until && now >= *state.decision.until;
    if (!state.asked || begins || over) changed |= ask(state, now, notices);
    const auto stage = threshold_stage(state.contract, state.decision.threshold, state.counted.acked());
    if (state.decision.until && stage != state.decision.stage) changed |= ask(state, now, notices);
  }
  return changed;
}

void OwnerDesk::record(const std::string& owner, const RecordedBytes& recorded) {
  const auto found = by_owner_.find(owner);
  if (found == by_owner_.end()) return;
  for (const auto at : found->second) {
    if (states_[at].contract.in_force(recorded.at)) states_[at].counted.record(recorded);
  }
}

std::optional<std::string> OwnerDesk::refusal(const std::string& owner, const AgentKey& customer) const {
  if (restricting_ == 0) return std::nullopt;
  const auto found = by_owner_.find(owner);
  if (found == by_owner_.end()) return std::nullopt;
  for (const auto at : found->second) {
    const auto& state = states_[at];
    if (state.asked && !state.decision.serves(state.contract, customer)) return state.decision.reason;
  }
  return std::nullopt;
}

}  // namespace waybill::tracker
