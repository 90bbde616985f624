#include "tracker/coordinator/isp_grants.h"

#include <algorithm>

#include <fmt/format.h>

#include "tracker/coordinator/swarm_records.h"

namespace waybill::tracker {

void IspGrants::replace(std::vector<Isp> isps, const std::vector<Agreement>& agreements,
                        const TermsOfAgreements& terms) {
  states_.clear();
  choosy_ = 0;
  for (auto& isp : isps) {
    const auto id = isp.id;
    states_[id].isp = std::move(isp);
  }
  for (const auto& row : agreements) {
    const auto found = states_.find(row.isp);
    if (found == states_.end()) continue;
    auto agreement = terms_of(row, found->second.isp);
    if (const auto stated = terms.find(row.id); stated != terms.end()) {
      agreement.grant = stated->second.grant;
      agreement.tariff = stated->second.tariff;
    }
    const auto& grant = agreement.grant;
    if (grant.quota_per_day.value > 0 || grant.quota_per_month.value > 0) {
      quotas_.try_emplace(row.id, grant);
      owners_[row.id] = row.isp;
    }
    found->second.agreements.push_back(std::move(agreement));
  }
}

void IspGrants::ask(State& state, TimeMs now) {
  const auto chooses = [&] { return state.current && grant_chooses_content(state.current->grant); };
  choosy_ -= chooses() ? 1 : 0;
  state.asked = true;
  state.current = nullptr;
  state.ask_again.reset();
  const auto consider = [&](std::optional<TimeMs> instant) {
    if (instant && *instant > now && (!state.ask_again || *instant < *state.ask_again)) state.ask_again = instant;
  };
  for (const auto& agreement : state.agreements) {
    if (agreement.in_force(now)) state.current = &agreement;
    consider(agreement.from);
    consider(agreement.until);
  }
  choosy_ += chooses() ? 1 : 0;
  state.decision = grant_at(state.isp, state.current, {}, now);
  consider(state.decision.until);
  if (state.decision.day) consider(state.decision.day->end);
  if (state.decision.month) consider(state.decision.month->end);
  if (state.decision.quota_left) quotas_.at(state.current->id).begin_spans(state.decision);
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

const IspAgreement* IspGrants::open_agreement(IspId id) const {
  const auto* state = find(id);
  return state && state->decision.allowed ? state->current : nullptr;
}

bool IspGrants::covers(IspId id, ContentClass content_class, const std::string& owner) const {
  const auto* state = find(id);
  return state && state->current && grant_covers(state->current->grant, content_class, owner);
}

std::vector<CapacityPolicy> IspGrants::rate_policies() const {
  std::vector<CapacityPolicy> policies;
  for (const auto& [id, state] : states_) {
    for (const auto& agreement : state.agreements) {
      if (auto policy = rate_policy_of(agreement, id)) policies.push_back(*std::move(policy));
    }
  }
  std::sort(policies.begin(), policies.end(),
            [](const CapacityPolicy& a, const CapacityPolicy& b) { return a.id < b.id; });
  return policies;
}

std::optional<TimeMs> IspGrants::open_until(IspId id) const {
  const auto* state = find(id);
  return state ? state->decision.until : std::nullopt;
}

std::int64_t IspGrants::spendable(IspId id) const {
  const auto* agreement = open_agreement(id);
  if (!agreement) return 0;
  const auto found = quotas_.find(agreement->id);
  return found == quotas_.end() ? kUnlimitedBytes : found->second.left();
}

GrantUse IspGrants::used(const IspAgreement* agreement) const {
  const auto found = agreement ? quotas_.find(agreement->id) : quotas_.end();
  return found == quotas_.end() ? GrantUse{} : found->second.used();
}

GrantDecision IspGrants::explain(IspId id, TimeMs now) const {
  const auto* state = find(id);
  if (!state) {
    GrantDecision unknown;
    unknown.refusal = protocol::Refusal::grant_ended;
    unknown.reason = "no ISP's prefix covers its address";
    return unknown;
  }
  const IspAgreement* current = nullptr;
  for (const auto& agreement : state->agreements) {
    if (agreement.in_force(now)) current = &agreement;
  }
  auto decision = grant_at(state->isp, current, used(current), now);
  if (decision.refusal == protocol::Refusal::quota_exhausted && !quotas_.at(current->id).acked_in_full()) {
    decision.reason = fmt::format("what is left of the quota of {}'s agreement {} is reserved by orders",
                                  state->isp.name, current->id.value);
  }
  return decision;
}

GrantQuotas* IspGrants::quotas(AgreementId agreement) {
  const auto found = quotas_.find(agreement);
  return found == quotas_.end() ? nullptr : &found->second;
}

IspId IspGrants::owner_of(AgreementId agreement) const {
  const auto found = owners_.find(agreement);
  return found == owners_.end() ? IspId{} : found->second;
}

bool IspGrants::over_quota(IspId id) const {
  const auto* agreement = open_agreement(id);
  const auto found = agreement ? quotas_.find(agreement->id) : quotas_.end();
  return found != quotas_.end() && found->second.overdrawn();
}

void IspGrants::each(const std::function<void(IspId, std::int64_t)>& visit) const {
  for (const auto& [id, state] : states_) visit(id, spendable(id));
}

bool IspGrants::settle(const std::function<std::optional<TimeMs>(const AgentKey&)>& connected_since, TimeMs now) {
  bool changed = false;
  for (auto& [id, quotas] : quotas_) changed |= quotas.settle(connected_since, now);
  return changed;
}

}  // namespace waybill::tracker
