#pragma once
// What the books say of agreements' quotas when the tracker starts, so that a restart grants nothing twice.
#include <vector>

#include "tracker/coordinator/coordinator_events.h"

namespace waybill::tracker {

class Store;

struct QuotaRestore {
  std::vector<QuotaUse> use;
  std::vector<UnsettledOrder> orders;
};

// On the store's thread. Agreements without a quota, or not in force, are left out.
Result<QuotaRestore> read_quota_use(Store& store, TimeMs now);

}  // namespace waybill::tracker
