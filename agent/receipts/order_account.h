#pragma once
// What a sender knows of its service under one order: the totals, what of them is on receipts already, and the stretch
// that the next receipt will tell of. It is kept in the outbox file beside the receipts.
#include "common/protocol/order.h"
#include "common/protocol/receipt.h"
#include "common/types/ids.h"
#include "common/types/ip.h"
#include "common/types/units.h"

namespace waybill::receipts {

struct OrderAccount {
  protocol::SignedOrder order;
  IpAddress receiver;

  // Totals since the order began, earlier lives of the agent included.
  SentBytes sent;
  AckedBytes acked;
  ByteString acknowledgement;  // envelope of the latest one; empty: none yet

  // On receipts already.
  SentBytes receipted_sent;
  AckedBytes receipted_acked;
  std::int64_t next_sequence = 1;
  TimeMs receipted_until{};  // end of the latest receipt; 0: none

  // The stretch since then.
  TimeMs stretch_start{};  // 0: nothing happened in it
  TimeMs last_observed{};  // when totals rose last
  ByteRate max_rate;       // highest over one second, in the stretch

  bool ended = false;  // nothing will be added; kept until `forget_after`

  bool pending() const { return sent > receipted_sent || acked > receipted_acked; }
  bool operator==(const OrderAccount& other) const {
    return order.envelope == other.order.envelope && receiver == other.receiver && sent == other.sent &&
           acked == other.acked && acknowledgement == other.acknowledgement && receipted_sent == other.receipted_sent &&
           receipted_acked == other.receipted_acked && next_sequence == other.next_sequence &&
           receipted_until == other.receipted_until && stretch_start == other.stretch_start &&
           last_observed == other.last_observed && max_rate == other.max_rate && ended == other.ended;
  }
};

// What one observation says, in the engine's totals.
struct ServeObservation {
  SentBytes sent;
  AckedBytes acked;
  ByteString acknowledgement;
  ByteRate rate;         // over the last second
  TimeMs first_block{};  // 0: none in this life of the engine
};

}  // namespace waybill::receipts
