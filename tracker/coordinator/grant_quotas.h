#pragma once
// The quotas of one agreement's grant: per day, per month, or both. Each is a ledger of its own; an order counts in
// all.
#include <functional>
#include <optional>
#include <vector>

#include "tracker/coordinator/quota_ledger.h"

namespace waybill::tracker {

class GrantQuotas {
 public:
  explicit GrantQuotas(const GrantTerms& grant);  // that states one quota at least

  void begin_spans(const GrantDecision& decision);
  void restore(const QuotaUse& use);
  void restore(const UnsettledOrder& order, TimeMs now);
  void reserve(const OrderId& order, const AgentKey& sender, ByteCount byte_limit, TimeMs not_after);
  void release(const OrderId& order);  // an order that was never sent
  void close(const OrderId& order, AckedBytes reported, TimeMs now);
  void record(const RecordedBytes& recorded);
  // As QuotaLedger::settle().
  bool settle(const std::function<std::optional<TimeMs>(const AgentKey&)>& connected_since, TimeMs now);

  GrantUse used() const;
  GrantUse acked() const;
  std::int64_t left() const;  // of the tighter quota, never negative; 0 where no further order can be reserved
  bool overdrawn() const;     // more is acknowledged than was granted: see the bound in quota_ledger.h
  bool acked_in_full() const;

 private:
  struct Quota {
    QuotaPeriod period = QuotaPeriod::month;
    ByteCount limit;
    QuotaLedger ledger;
  };
  std::vector<Quota> quotas_;
};

}  // namespace waybill::tracker
