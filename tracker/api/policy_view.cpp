#include "tracker/api/policy_view.h"

#include <algorithm>

#include "common/runtime/log.h"
#include "tracker/policy/policy_document.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

namespace {

Result<ByteCount> acked_over_component(Store& store, const CapacityPolicy& policy, TimeMs since) {
  ComponentQuery query;
  query.key = policy.component;
  query.since = since;
  query.content_class = policy.content_class;
  if (!policy.owner.empty()) query.owner = policy.owner;
  const auto sums = store.accounts().component_sums(query);
  if (!sums) return tl::make_unexpected(sums.error());
  ByteCount acked;
  for (const auto& sum : *sums) acked.value += sum.counters.acked.value;
  return acked;
}

Result<ByteCount> acked_of_ends(Store& store, const CapacityPolicy& policy, TimeMs since) {
  AccountQuery query;
  query.since = TimeMs{since.value - since.value % kQuarter.value};
  query.content_class = policy.content_class;
  if (!policy.owner.empty()) query.owner = policy.owner;
  if (policy.subject == PolicySubject::isp_out || policy.subject == PolicySubject::isp_within) query.from = policy.isp;
  if (policy.subject == PolicySubject::isp_into || policy.subject == PolicySubject::isp_within) query.to = policy.isp;
  if (policy.subject == PolicySubject::isp_out || policy.subject == PolicySubject::isp_into) query.on_net = false;
  const auto rows = store.accounts().query(query);
  if (!rows) return tl::make_unexpected(rows.error());
  ByteCount acked;
  for (const auto& row : *rows) acked.value += row.counters.acked.value;
  return acked;
}

}  // namespace

Result<std::vector<CapacityPolicy>> read_policies(Store& store, const std::vector<Isp>& isps) {
  const auto stored = store.policies().policies();
  if (!stored) return tl::make_unexpected(stored.error());
  std::vector<CapacityPolicy> policies;
  for (const auto& row : *stored) {
    auto policy = read_policy(row.document, isps, row.created);
    if (!policy) {
      WAYBILL_WARN("policy", "policy {} limits nothing: {}", row.id, policy.error().message);
      continue;
    }
    policy->id = {row.id};
    policy->valid_from = row.valid_from;
    policy->valid_until = row.valid_until;
    policies.push_back(std::move(*policy));
  }
  return policies;
}

Result<std::vector<PolicyUse>> read_policy_use(Store& store, const std::vector<CapacityPolicy>& policies, TimeMs now) {
  std::vector<PolicyUse> use;
  for (const auto& policy : policies) {
    if (policy.limits_rate() || !policy.in_force(now)) continue;
    const auto window = policy_window_at(policy, now);
    const auto since = std::max(window.start, policy.valid_from);
    auto acked = policy.subject == PolicySubject::component ? acked_over_component(store, policy, since)
                                                            : acked_of_ends(store, policy, since);
    if (!acked) return tl::make_unexpected(acked.error());
    use.push_back({policy.id, *acked, {}, since});
  }
  return use;
}

}  // namespace waybill::tracker
