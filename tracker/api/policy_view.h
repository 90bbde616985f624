#pragma once
// Capacity policies as the coordinator needs them: read from the store, with what the books say of their windows.
#include <vector>

#include "tracker/coordinator/coordinator_events.h"

namespace waybill::tracker {

class Store;

// On the store's thread. One whose ISP was removed is left out: no traffic can be its.
Result<std::vector<CapacityPolicy>> read_policies(Store& store, const std::vector<Isp>& isps);

// What was acknowledged in the current window of each byte policy, from its beginning on. What is limited by an ISP's
// direction is read from accounts, whose grain is a quarter of an hour: at most what was acknowledged in the rest of
// the first quarter counts too much, never too little. Every content counts as a file.
Result<std::vector<PolicyUse>> read_policy_use(Store& store, const std::vector<CapacityPolicy>& policies, TimeMs now);

}  // namespace waybill::tracker
