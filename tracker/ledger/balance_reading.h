#pragma once
// Question 710 of the patent's FIG. 7 as money, from the books.
#include <optional>

#include "tracker/ledger/net_owed.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

// What each ISP's uplinks sent to customers of others in the month, on its own clocks, and what it is owed for that:
// the off-net lines of kind volume that price_isp makes of today's accounts. Minimums and percentiles are of all its
// traffic and in neither direction. CDN nodes' bytes are apart: no customer's uplink sent them. ISPs without an
// agreement up to the month's end are left out. Refused where `period` is not a month.
Result<std::vector<OffNetSender>> off_net_senders(Store& store, const std::string& period);

}  // namespace waybill::tracker
