// What people are told of capacity policies.
#include "tracker/coordinator/coordinator_state.h"

namespace waybill::tracker {

std::vector<PolicyRow> Coordinator::policies() const {
  std::vector<PolicyRow> rows;
  const auto& ledger = state_->policies;
  for (PolicySlot slot = 0; slot < ledger.index().policies().size(); ++slot) {
    rows.push_back({ledger.index().policies()[slot], ledger.standing(slot)});
  }
  return rows;
}

std::vector<PolicyAccount> Coordinator::policy_why(const ContentId& content, const AgentKey& receiver,
                                                   std::size_t limit, TimeMs now) const {
  std::vector<PolicyAccount> accounts;
  const auto& s = *state_;
  const auto to = s.swarm.find(receiver);
  const auto* wanted = s.content(content);
  if (!to || !wanted) return accounts;
  for (auto& candidate : s.explain(content, *to, limit, now)) {
    PolicyAccount account;
    const auto from = s.swarm.find(candidate.key);
    if (!from || *from == *to) continue;
    account.candidate = std::move(candidate);
    const auto predicted = s.routes.predict(*from, *to, now);
    for (const auto& component : predicted.path->components) account.components.push_back(component.key);
    account.basis = to_string(predicted.basis);
    account.measured = predicted.measured;
    const auto& index = s.policies.index();
    const auto touched = index.touched(*predicted.path, s.swarm.agent(*from).isp, s.swarm.agent(*to).isp);
    for (const auto slot :
         s.policies.covering(touched, wanted->content_class, wanted->owner, account.candidate.cdn_node)) {
      account.policies.push_back(index.policies()[slot]);
    }
    accounts.push_back(std::move(account));
  }
  return accounts;
}

}  // namespace waybill::tracker
