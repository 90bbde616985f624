#include "tracker/ingest/receipt_checks.h"

#include <algorithm>

#include "common/protocol/limits.h"

namespace waybill::tracker {

using protocol::ReceiptStatus;

namespace {

bool within_window(TimeMs time, const OrderFacts& order) {
  return time >= order.not_before - protocol::kClockTolerance && time <= order.not_after + protocol::kClockTolerance;
}

ReceiptStatus check_acknowledgement(const Result<protocol::OpenedAcknowledgement>& opened, const OrderFacts& order) {
  if (!opened) return ReceiptStatus::acknowledgement_malformed;
  if (opened->acknowledgement.order != order.id) return ReceiptStatus::acknowledgement_for_another_order;
  if (!opened->signed_by(order.receiver)) return ReceiptStatus::acknowledgement_signature_invalid;
  return ReceiptStatus::recorded;
}

ReceiptStatus check_limits(const protocol::Receipt& receipt,
                           const std::optional<protocol::Acknowledgement>& acknowledgement, const OrderFacts& order) {
  if (receipt.end < receipt.start || !within_window(receipt.start, order) || !within_window(receipt.end, order)) {
    return ReceiptStatus::outside_window;
  }
  if (acknowledgement && !within_window(acknowledgement->time, order)) return ReceiptStatus::outside_window;
  if (receipt.sent_total.value > order.byte_limit.value) return ReceiptStatus::over_byte_limit;
  if (acknowledgement && acknowledgement->total_bytes.value > order.byte_limit.value) {
    return ReceiptStatus::over_byte_limit;
  }
  if (acknowledgement && acknowledgement->total_pieces > order.pieces) return ReceiptStatus::outside_pieces;
  return ReceiptStatus::recorded;
}

// What an order has sent as far as the books know.
SentBytes known_sent(const OrderState& state) { return {std::max(state.sent_total.value, state.acked_total.value)}; }

}  // namespace

OrderCheck check_against_order(const protocol::OpenedReceipt& opened, const OrderFacts& order) {
  const auto& receipt = opened.receipt;
  if (!opened.signed_by(order.sender)) return {ReceiptStatus::receipt_signature_invalid, {}};
  std::optional<protocol::Acknowledgement> acknowledgement;
  if (!receipt.acknowledgement.empty()) {
    const auto read = protocol::read_acknowledgement(receipt.acknowledgement);
    if (const auto status = check_acknowledgement(read, order); status != ReceiptStatus::recorded) return {status, {}};
    acknowledgement = read->acknowledgement;
  }
  OrderCheck check{check_limits(receipt, acknowledgement, order), {}};
  if (acknowledgement) {
    check.acknowledged = AcknowledgedTotals{acknowledgement->total_bytes, acknowledgement->total_pieces};
  }
  return check;
}

BooksCheck check_against_books(const protocol::Receipt& receipt, const OrderCheck& check, const OrderState& before,
                               RecordedBytes recorded) {
  if (recorded == RecordedBytes::same) return {ReceiptStatus::exists, {}, {}, {}};
  // A forged receipt is no claim about what is recorded: its own status is the lower one.
  const bool forged = check.status == ReceiptStatus::receipt_signature_invalid;
  if (recorded == RecordedBytes::other && !forged) return {ReceiptStatus::exists_with_different_content, {}, {}, {}};
  if (check.status != ReceiptStatus::recorded) return {check.status, {}, {}, {}};
  if (receipt.id.sequence <= before.last_sequence) return {ReceiptStatus::sequence_superseded, {}, {}, {}};
  // Sequences may have gaps (a receipt refused for good in between), so at least what it sent itself must be new.
  if (receipt.sent_total < before.sent_total + receipt.sent) return {ReceiptStatus::totals_fall, {}, {}, {}};
  if (check.acknowledged &&
      (check.acknowledged->bytes < before.acked_total || check.acknowledged->pieces < before.acked_pieces)) {
    return {ReceiptStatus::totals_fall, {}, {}, {}};
  }
  BooksCheck good;
  good.after = before;
  good.after.order = receipt.id.order;
  good.after.last_sequence = receipt.id.sequence;
  ++good.after.receipts;
  good.after.sent_total = receipt.sent_total;
  if (check.acknowledged) {
    good.after.acked_total = check.acknowledged->bytes;
    good.after.acked_pieces = check.acknowledged->pieces;
  }
  good.acked = good.after.acked_total - before.acked_total;
  good.sent = known_sent(good.after) - known_sent(before);
  return good;
}

}  // namespace waybill::tracker
