#pragma once
// Usage and deliveries as the accounts and the evidence hold them.
#include "tracker/agreements/usage.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

// What the uplinks of the ISP's customers sent; CDN nodes apart. By 15 minutes from the accounts, by 5 minutes from the
// counters of uplinks.
Result<Usage> isp_usage(Store& store, IspId isp, const TimeWindow& window, DurationMs grain);
// What was delivered of the owner's content, by any sender, CDN nodes included.
Result<Usage> owner_usage(Store& store, const std::string& owner, const TimeWindow& window);
// Whole deliveries that receivers signed for.
Result<std::vector<DeliveryCount>> owner_deliveries(Store& store, const std::string& owner, const TimeWindow& window);

}  // namespace waybill::tracker
