#include "tracker/coordinator/isp_grants.h"

#include <algorithm>

#include <fmt/format.h>

#include "tracker/coordinator/swarm_records.h"

namespace waybill::tracker {

void IspGrants::replace(std::vector<Isp> isps, std::vector<Agreement> agreements) {
  states_.clear();
  for (auto& isp : isps) {
    const auto id = isp.id;
    states_[id].isp = std::move(isp);
  }
  for (auto& agreement : agreements) {
    if (agreement.grant.quota.value > 0) {
      ledgers_.try_emplace(agreement.id);
      owners_[agreement.id] = agreement.isp;
    }
    const auto found = states_.find(agreement.isp);
    if (found != states_.end()) found->second.agreements.push_back(std::move(agreement));
  }
}

void IspGrants::ask(State& state, TimeMs now) {
  state.asked = true;
  state.current = nullptr;
  state.ask_again.reset();
  const auto consider = [&](std::optional<TimeMs> instant) {
    if (instant && *instant > now && (!state.ask_again || *instant < *state.ask_again)) state.ask_again = instant;
  };
  for (const auto& agreement : state.agreements) {
    if (agreement.in_force(now)) state.current = &agreement;
    consider(agreement.valid_from);
    consider(agreement.valid_until);
  }
  state.decision = grant_at(state.isp, state.current, ByteCount{}, now);
  consider(state.decision.until);
  if (state.decision.quota_span) {
    consider(state.decision.quota_span->end);
    ledgers_[state.current->id].begin_span(*state.decision.quota_span);
  }
}

void IspGrants::refresh(TimeMs now) {
  for (auto& [id, state] : states_) {
    if (!state.asked || (state.ask_again && now >= *state.ask_again)) ask(state, now);
  }
}

const IspGrants::State* IspGrants::find(IspId id) const {
  const auto found = states_.find(id);
  return found == states_.end() ? nullptr : &found->second;
}

const Isp* IspGrants::isp(IspId id) const {
  const auto* state = find(id);
  return state ? &state->isp : nullptr;
}

std::string IspGrants::name_of(IspId id) const {
  const auto* state = find(id);
  return state ? state->isp.name : "";
}

const Agreement* IspGrants::open_agreement(IspId id) const {
  const auto* state = find(id);
  return state && state->decision.allowed ? state->current : nullptr;
}

std::optional<TimeMs> IspGrants::open_until(IspId id) const {
  const auto* state = find(id);
  return state ? state->decision.until : std::nullopt;
}

std::int64_t IspGrants::spendable(IspId id) const {
  const auto* agreement = open_agreement(id);
  if (!agreement) return 0;
  const auto quota = agreement->grant.quota.value;
  if (quota <= 0) return kUnlimitedBytes;
  const auto& ledger = ledgers_.at(agreement->id);
  return ledger.full() ? 0 : std::max<std::int64_t>(0, quota - ledger.used().value);
}

GrantDecision IspGrants::explain(IspId id, TimeMs now) const {
  const auto* state = find(id);
  if (!state) {
    GrantDecision unknown;
    unknown.refusal = protocol::Refusal::grant_ended;
    unknown.reason = "no ISP's prefix covers its address";
    return unknown;
  }
  const Agreement* current = nullptr;
  for (const auto& agreement : state->agreements) {
    if (agreement.in_force(now)) current = &agreement;
  }
  const auto ledger = current ? ledgers_.find(current->id) : ledgers_.end();
  auto decision = grant_at(state->isp, current, ledger == ledgers_.end() ? ByteCount{} : ledger->second.used(), now);
  if (decision.refusal == protocol::Refusal::quota_exhausted &&
      ledger->second.acked().value < current->grant.quota.value) {
    decision.reason = fmt::format("what is left of the quota of {}'s agreement {} is reserved by orders",
                                  state->isp.name, current->id.value);
  }
  return decision;
}

QuotaLedger* IspGrants::ledger(AgreementId agreement) {
  const auto found = ledgers_.find(agreement);
  return found == ledgers_.end() ? nullptr : &found->second;
}

IspId IspGrants::owner_of(AgreementId agreement) const {
  const auto found = owners_.find(agreement);
  return found == owners_.end() ? IspId{} : found->second;
}

bool IspGrants::over_quota(IspId id) const {
  const auto* agreement = open_agreement(id);
  if (!agreement || agreement->grant.quota.value <= 0) return false;
  return ledgers_.at(agreement->id).acked().value > agreement->grant.quota.value;
}

void IspGrants::each(const std::function<void(IspId, std::int64_t)>& visit) const {
  for (const auto& [id, state] : states_) visit(id, spendable(id));
}

bool IspGrants::settle(const std::function<std::optional<TimeMs>(const AgentKey&)>& connected_since, TimeMs now) {
  bool changed = false;
  for (auto& [id, ledger] : ledgers_) changed |= ledger.settle(connected_since, now);
  return changed;
}

}  // namespace waybill::tracker
