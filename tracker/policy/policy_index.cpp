#include "tracker/policy/policy_index.h"

#include <algorithm>

namespace waybill::tracker {

PolicyIndex::PolicyIndex(std::vector<CapacityPolicy> policies) : policies_(std::move(policies)) {
  for (PolicySlot slot = 0; slot < policies_.size(); ++slot) {
    const auto& policy = policies_[slot];
    if (policy.subject == PolicySubject::everything) {
      everywhere_.push_back(slot);
    } else if (policy.subject == PolicySubject::component) {
      by_component_[policy.component].push_back(slot);
    } else {
      by_isp_[policy.isp].push_back(slot);
    }
  }
}

std::vector<PolicySlot> PolicyIndex::touched(const ResolvedPath& path, IspId from, IspId to) const {
  auto slots = everywhere_;
  if (!by_component_.empty()) {
    for (const auto& component : path.components) {
      const auto found = by_component_.find(component.key);
      if (found != by_component_.end()) slots.insert(slots.end(), found->second.begin(), found->second.end());
    }
  }
  const auto take = [&](IspId isp, PolicySubject subject) {
    const auto found = by_isp_.find(isp);
    if (!isp || found == by_isp_.end()) return;
    for (const auto slot : found->second) {
      if (policies_[slot].subject == subject) slots.push_back(slot);
    }
  };
  take(from, PolicySubject::isp_uplinks);
  if (from == to) {
    take(from, PolicySubject::isp_within);
  } else {
    take(from, PolicySubject::isp_out);
    take(to, PolicySubject::isp_into);
  }
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  return slots;
}

}  // namespace waybill::tracker
