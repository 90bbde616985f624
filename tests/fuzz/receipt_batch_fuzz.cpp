// The body of an upload of receipts, and of its answer.
#include <cstdint>

#include "common/protocol/limits.h"
#include "common/protocol/receipt.h"
#include "common/types/check.h"

using namespace waybill;
using namespace waybill::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(reinterpret_cast<const char*>(data), size);
  if (const auto batch = decode_receipt_batch(bytes)) {
    WAYBILL_ASSERT(batch->size() <= kMaxReceiptsPerBatch, "a batch over its limit was accepted");
    WAYBILL_ASSERT(*decode_receipt_batch(encode_receipt_batch(*batch)) == *batch, "a batch changed");
  }
  for (const std::size_t expected : {0, 1, 3}) {
    const auto answer = decode_receipt_answer(bytes, expected);
    if (!answer) continue;
    WAYBILL_ASSERT(answer->size() == expected, "an answer of another length was accepted");
    WAYBILL_ASSERT(*decode_receipt_answer(encode_receipt_answer(*answer), expected) == *answer, "an answer changed");
  }
  return 0;
}
