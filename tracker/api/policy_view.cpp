#include "tracker/api/policy_view.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "common/protocol/limits.h"
#include "common/runtime/log.h"
#include "tracker/policy/policy_document.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

namespace {

constexpr std::int64_t kMostRecords = 200'000;  // of a part of a quarter of an hour, in memory at once
constexpr DurationMs kLongestOrder = hours(1);  // an order lives minutes (CoordinatorOptions::order_life)

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

bool of_subject(const CapacityPolicy& policy, const ComponentRecord& record) {
  const bool within = record.source_isp == record.destination_isp;
  switch (policy.subject) {
    case PolicySubject::isp_out:
      return record.source_isp == policy.isp && !within;
    case PolicySubject::isp_into:
      return record.destination_isp == policy.isp && !within;
    case PolicySubject::isp_within:
      return record.source_isp == policy.isp && within;
    case PolicySubject::isp_uplinks:
      return record.source_isp == policy.isp;
    case PolicySubject::everything:
    case PolicySubject::component:
      break;
  }
  return true;
}

// To the receipt, by the records of the ISPs that paths crossed. Nothing where there are too many.
Result<std::optional<ByteCount>> acked_exactly(Store& store, const CapacityPolicy& policy, TimeMs since, TimeMs until) {
  ComponentQuery query;
  query.kind = ComponentKind::isp;
  if (policy.subject != PolicySubject::everything) query.isp = policy.isp;
  query.content_class = policy.content_class;
  if (!policy.owner.empty()) query.owner = policy.owner;
  query.since = since;
  query.until = until;
  const auto records = store.accounts().component_records(query, kMostRecords);
  if (!records) return tl::make_unexpected(records.error());
  if (records->size() >= static_cast<std::size_t>(kMostRecords)) return std::nullopt;
  ByteCount acked;
  std::set<protocol::ReceiptId> counted;  // a path crosses several ISPs
  for (const auto& record : *records) {
    if (of_subject(policy, record) && counted.insert(record.receipt).second) acked.value += record.acked.value;
  }
  return acked;
}

Result<ByteCount> acked_by_quarters(Store& store, const CapacityPolicy& policy, TimeMs since) {
  AccountQuery query;
  query.since = since;
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

// The accounts' grain is a quarter of an hour: what lies before the first whole one is read from the records.
Result<ByteCount> acked_of_ends(Store& store, const CapacityPolicy& policy, TimeMs since) {
  const auto whole = quarter_at_or_after(since).start();
  const auto part = acked_exactly(store, policy, since, whole);
  if (!part) return tl::make_unexpected(part.error());
  if (!*part) return acked_by_quarters(store, policy, quarter_of(since).start());
  auto acked = acked_by_quarters(store, policy, whole);
  if (acked) acked->value += (*part)->value;
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

Result<std::vector<UnsettledTransfer>> read_unsettled_transfers(Store& store,
                                                                const std::vector<CapacityPolicy>& policies,
                                                                TimeMs now) {
  std::optional<TimeMs> window;  // the one that began first
  for (const auto& policy : policies) {
    if (policy.limits_rate() || !policy.in_force(now)) continue;
    const auto start = std::max(policy_window_at(policy, now).start, policy.valid_from);
    if (!window || start < *window) window = start;
  }
  std::vector<UnsettledTransfer> unsettled;
  if (!window) return unsettled;
  TransferQuery query;
  query.since = now - kStillComes - kLongestOrder;
  query.with_receipts_only = false;
  const auto issued = store.evidence().transfers(query);
  if (!issued) return tl::make_unexpected(issued.error());
  std::unordered_map<std::int64_t, std::shared_ptr<const ResolvedPath>> paths;
  for (const auto& transfer : *issued) {
    const auto over = transfer.facts.not_after + protocol::kClockTolerance;
    const bool open = transfer.state.acked_total.value < transfer.facts.byte_limit.value;
    if (!open || over < *window || over < now - kStillComes) continue;
    auto& path = paths[transfer.path];
    if (!path && transfer.path != 0) {
      auto resolved = store.evidence().path(transfer.path);
      if (!resolved) return tl::make_unexpected(resolved.error());
      path = std::make_shared<const ResolvedPath>(*std::move(resolved));
    }
    unsettled.push_back({transfer.facts, transfer.state.acked_total, path, transfer.last_end});
  }
  return unsettled;
}

}  // namespace waybill::tracker
