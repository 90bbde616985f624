#pragma once
// Capacity policies as the coordinator needs them: read from the store, with what the books say of their windows.
#include <vector>

#include "tracker/coordinator/coordinator_events.h"

namespace waybill::tracker {

class Store;

// On the store's thread. One whose ISP was removed is left out: no traffic can be its.
Result<std::vector<CapacityPolicy>> read_policies(Store& store, const std::vector<Isp>& isps);

// What was acknowledged in the current window of each byte policy, from its beginning on. What is limited by its two
// ends is read from accounts, whose grain is a quarter of an hour, and before the first whole one from the records of
// the ISPs crossed. Where these are very many the whole first quarter counts: too much, never too little.
Result<std::vector<PolicyUse>> read_policy_use(Store& store, const std::vector<CapacityPolicy>& policies, TimeMs now);

// When the tracker starts: orders of an earlier run that may still be acknowledged within the window of a byte policy,
// each with the path that its latest receipt shows. Those that have been over for longer than kStillComes are left out.
inline constexpr DurationMs kStillComes = hours(1);
Result<std::vector<UnsettledTransfer>> read_unsettled_transfers(Store& store,
                                                                const std::vector<CapacityPolicy>& policies,
                                                                TimeMs now);

}  // namespace waybill::tracker
