#include "common/protocol/receipt_status.h"

#include <algorithm>

namespace waybill::protocol {

std::string_view name_of(ReceiptStatus status) {
  switch (status) {
    case ReceiptStatus::recorded:
      return "recorded";
    case ReceiptStatus::exists:
      return "exists";
    case ReceiptStatus::try_later:
      return "try_later";
    case ReceiptStatus::malformed:
      return "malformed";
    case ReceiptStatus::too_large:
      return "too_large";
    case ReceiptStatus::unknown_order:
      return "unknown_order";
    case ReceiptStatus::receipt_signature_invalid:
      return "receipt_signature_invalid";
    case ReceiptStatus::exists_with_different_content:
      return "exists_with_different_content";
    case ReceiptStatus::acknowledgement_malformed:
      return "acknowledgement_malformed";
    case ReceiptStatus::acknowledgement_for_another_order:
      return "acknowledgement_for_another_order";
    case ReceiptStatus::acknowledgement_signature_invalid:
      return "acknowledgement_signature_invalid";
    case ReceiptStatus::outside_window:
      return "outside_window";
    case ReceiptStatus::over_byte_limit:
      return "over_byte_limit";
    case ReceiptStatus::outside_pieces:
      return "outside_pieces";
    case ReceiptStatus::sequence_superseded:
      return "sequence_superseded";
    case ReceiptStatus::totals_fall:
      return "totals_fall";
  }
  return "unknown";
}

bool is_known_receipt_status(int number) {
  return std::any_of(std::begin(kAllReceiptStatuses), std::end(kAllReceiptStatuses),
                     [&](ReceiptStatus status) { return static_cast<int>(status) == number; });
}

}  // namespace waybill::protocol
