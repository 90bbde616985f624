#pragma once
// What the tracker says of each receipt. Numbers are on the wire and in stores: never renumbered, never reused. Where
// several apply, the lowest number is said: checks run in this order.
#include <string_view>

namespace waybill::protocol {

enum class ReceiptStatus : int {
  recorded = 0,   // durable; counted once
  exists = 1,     // an identical retry: durable since before, not counted again
  try_later = 2,  // the tracker could not store it; it stays in the sender's outbox
  malformed = 10,
  too_large = 11,
  unknown_order = 20,
  receipt_signature_invalid = 21,      // not signed by the order's sender
  exists_with_different_content = 22,  // the same (order, sequence) is recorded with other bytes
  acknowledgement_malformed = 30,
  acknowledgement_for_another_order = 31,
  acknowledgement_signature_invalid = 32,  // not signed by the order's receiver
  outside_window = 40,                     // times outside the order's, by more than kClockTolerance
  over_byte_limit = 41,                    // acknowledged or sent beyond the order's byte limit
  outside_pieces = 42,                     // more pieces than the order's ranges hold
  sequence_superseded = 43,                // a later sequence of this order is recorded
  totals_fall = 44,                        // the acknowledgement's totals are below a recorded one's
};

constexpr bool is_durable(ReceiptStatus s) { return s == ReceiptStatus::recorded || s == ReceiptStatus::exists; }
// May the identical receipt succeed later? Everything else that is not durable is final.
constexpr bool is_transient(ReceiptStatus s) { return s == ReceiptStatus::try_later; }
std::string_view name_of(ReceiptStatus status);
bool is_known_receipt_status(int number);

// All, in order of precedence; for reports and tests.
inline constexpr ReceiptStatus kAllReceiptStatuses[] = {
    ReceiptStatus::recorded,
    ReceiptStatus::exists,
    ReceiptStatus::try_later,
    ReceiptStatus::malformed,
    ReceiptStatus::too_large,
    ReceiptStatus::unknown_order,
    ReceiptStatus::receipt_signature_invalid,
    ReceiptStatus::exists_with_different_content,
    ReceiptStatus::acknowledgement_malformed,
    ReceiptStatus::acknowledgement_for_another_order,
    ReceiptStatus::acknowledgement_signature_invalid,
    ReceiptStatus::outside_window,
    ReceiptStatus::over_byte_limit,
    ReceiptStatus::outside_pieces,
    ReceiptStatus::sequence_superseded,
    ReceiptStatus::totals_fall,
};

}  // namespace waybill::protocol
