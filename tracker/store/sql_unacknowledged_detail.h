#pragma once
// Counters of what nobody acknowledges, written in the transaction that records it.
#include <vector>

#include "tracker/store/accounts.h"
#include "tracker/store/evidence.h"
#include "tracker/store/sql_connection_detail.h"

namespace waybill::tracker {

// What one receipt or record adds. `facts`: of an unacknowledged one.
UnacknowledgedCounter unacknowledged_counter(const OrderFacts& facts, TimeMs end, SentBytes sent);

// Inside a write. Each counter is written once, however many are of it, in the order of their keys, so that two
// trackers never wait for each other.
void add_unacknowledged(SqlConnection& connection, const std::vector<UnacknowledgedCounter>& added);

}  // namespace waybill::tracker
