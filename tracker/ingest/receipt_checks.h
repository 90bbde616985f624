#pragma once
// Is this receipt good, and what does it count? Pure functions of values, in the order of precedence of
// protocol::ReceiptStatus: the lowest number that applies is said.
#include <optional>

#include "common/protocol/receipt.h"
#include "common/protocol/receipt_status.h"
#include "tracker/store/evidence.h"

namespace waybill::tracker {

// What a good acknowledgement says.
struct AcknowledgedTotals {
  AckedBytes bytes;
  std::int64_t pieces = 0;
  bool operator==(const AcknowledgedTotals&) const = default;
};

// Everything that can be said of a receipt from its order alone, both signatures included (two Ed25519 verifications:
// nearly all of the time that a receipt takes).
struct OrderCheck {
  protocol::ReceiptStatus status = protocol::ReceiptStatus::recorded;
  std::optional<AcknowledgedTotals> acknowledged;  // absent: the receipt has no acknowledgement; it counts 0 bytes
};
OrderCheck check_against_order(const protocol::OpenedReceipt& opened, const OrderFacts& order);

// What is recorded under the receipt's id.
enum class RecordedBytes { none, same, other };

// The rest, from the totals recorded for its order before it.
struct BooksCheck {
  protocol::ReceiptStatus status = protocol::ReceiptStatus::recorded;
  // Where recorded:
  AckedBytes acked;  // what it adds to the acknowledged total
  SentBytes sent;    // what it adds to the bytes sent: what was acknowledged was sent, whatever the sender counted
  OrderState after;
};
BooksCheck check_against_books(const protocol::Receipt& receipt, const OrderCheck& check, const OrderState& before,
                               RecordedBytes recorded);

}  // namespace waybill::tracker
