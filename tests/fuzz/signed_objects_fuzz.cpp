// Envelopes of orders, acknowledgements, receipts and deliveries, and the payload of an order. What is read survives
// being written and read again.
#include <cstdint>

#include "common/protocol/delivery.h"
#include "common/protocol/order.h"
#include "common/protocol/receipt.h"
#include "common/types/check.h"

using namespace waybill;
using namespace waybill::protocol;

namespace {

const crypto::KeyPair& key() {
  static const auto pair = *crypto::KeyPair::from_seed(ByteString(32, 'F'));
  return pair;
}

void check_order(const Result<ServeOrder>& order) {
  if (!order) return;
  WAYBILL_ASSERT(*decode_order(encode_order(*order)) == *order, "an order does not come back as it was");
  WAYBILL_ASSERT(order->covers(order->ranges.front().first) && !order->covers(-1), "an order covers other pieces");
  WAYBILL_ASSERT(order->piece_count() > 0 && order->not_after > order->not_before, "a malformed order was accepted");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(reinterpret_cast<const char*>(data), size);
  check_order(decode_order(bytes));
  check_order(read_order_unverified(bytes));
  if (const auto opened = read_acknowledgement(bytes)) {
    const auto again = read_acknowledgement(sign_acknowledgement(key(), opened->acknowledgement));
    WAYBILL_ASSERT(again && again->acknowledgement == opened->acknowledgement, "an acknowledgement changed");
    WAYBILL_ASSERT(opened->envelope.encode() == bytes, "an envelope has two encodings");
  }
  if (const auto opened = read_receipt(bytes)) {
    const auto again = read_receipt(sign_receipt(key(), opened->receipt));
    WAYBILL_ASSERT(again && again->receipt == opened->receipt, "a receipt changed");
    WAYBILL_ASSERT(opened->envelope.encode() == bytes, "an envelope has two encodings");
  }
  if (const auto delivery = open_delivery(bytes)) {
    WAYBILL_ASSERT(delivery->completed >= delivery->started, "a malformed delivery was accepted");
  }
  return 0;
}
