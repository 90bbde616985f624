#include "tracker/coordinator/grant_quotas.h"

#include <algorithm>

#include "common/types/check.h"
#include "tracker/coordinator/swarm_records.h"

namespace waybill::tracker {

namespace {

ByteCount& of_period(GrantUse& use, QuotaPeriod period) { return period == QuotaPeriod::day ? use.day : use.month; }

}  // namespace

GrantQuotas::GrantQuotas(const GrantTerms& grant) {
  if (grant.quota_per_day.value > 0) quotas_.push_back({QuotaPeriod::day, grant.quota_per_day, QuotaLedger()});
  if (grant.quota_per_month.value > 0) quotas_.push_back({QuotaPeriod::month, grant.quota_per_month, QuotaLedger()});
  WAYBILL_ASSERT(!quotas_.empty(), "a grant without a quota has no ledger");
}

void GrantQuotas::begin_spans(const GrantDecision& decision) {
  for (auto& quota : quotas_) {
    const auto& span = quota.period == QuotaPeriod::day ? decision.day : decision.month;
    if (span) quota.ledger.begin_span(*span);
  }
}

void GrantQuotas::restore(const QuotaUse& use) {
  for (auto& quota : quotas_) {
    if (quota.period == use.period) quota.ledger.restore({use.acked, use.acked_next, use.span_start});
  }
}

void GrantQuotas::restore(const UnsettledOrder& order, TimeMs now) {
  for (auto& quota : quotas_) quota.ledger.restore(order, now);
}

void GrantQuotas::reserve(const OrderId& order, const AgentKey& sender, ByteCount byte_limit, TimeMs not_after) {
  for (auto& quota : quotas_) quota.ledger.reserve(order, sender, byte_limit, not_after);
}

void GrantQuotas::release(const OrderId& order) {
  for (auto& quota : quotas_) quota.ledger.release(order);
}

void GrantQuotas::close(const OrderId& order, AckedBytes reported, TimeMs now) {
  for (auto& quota : quotas_) quota.ledger.close(order, reported, now);
}

void GrantQuotas::record(const RecordedBytes& recorded) {
  for (auto& quota : quotas_) quota.ledger.record(recorded);
}

bool GrantQuotas::settle(const std::function<std::optional<TimeMs>(const AgentKey&)>& connected_since, TimeMs now) {
  bool changed = false;
  for (auto& quota : quotas_) changed |= quota.ledger.settle(connected_since, now);
  return changed;
}

GrantUse GrantQuotas::used() const {
  GrantUse use;
  for (const auto& quota : quotas_) of_period(use, quota.period) = quota.ledger.used();
  return use;
}

GrantUse GrantQuotas::acked() const {
  GrantUse use;
  for (const auto& quota : quotas_) of_period(use, quota.period) = quota.ledger.acked();
  return use;
}

std::int64_t GrantQuotas::left() const {
  auto left = kUnlimitedBytes;
  for (const auto& quota : quotas_) {
    if (quota.ledger.full()) return 0;
    left = std::min(left, quota.limit.value - quota.ledger.used().value);
  }
  return std::max<std::int64_t>(0, left);
}

bool GrantQuotas::overdrawn() const {
  return std::any_of(quotas_.begin(), quotas_.end(),
                     [](const Quota& quota) { return quota.ledger.acked() > quota.limit; });
}

bool GrantQuotas::acked_in_full() const {
  return std::any_of(quotas_.begin(), quotas_.end(),
                     [](const Quota& quota) { return quota.ledger.acked() >= quota.limit; });
}

}  // namespace waybill::tracker
