#include "common/protocol/limits.h"
#include "tracker/ingest/batch_detail.h"

namespace waybill::tracker {

bool open_batch(Batch& batch, std::string& refusal) {
  auto envelopes = protocol::decode_receipt_batch(batch.body);
  batch.body = {};
  if (!envelopes) {
    refusal = envelopes.error().message;
    return false;
  }
  batch.receipts.resize(envelopes->size());
  for (std::size_t i = 0; i < envelopes->size(); ++i) {
    auto& receipt = batch.receipts[i];
    receipt.envelope = std::move((*envelopes)[i]);
    if (receipt.envelope.size() > protocol::kMaxReceiptBytes) {
      receipt.check.status = protocol::ReceiptStatus::too_large;
    } else if (auto opened = protocol::read_receipt(receipt.envelope); opened) {
      receipt.opened = *std::move(opened);
    } else {
      receipt.check.status = protocol::ReceiptStatus::malformed;
    }
  }
  return true;
}

}  // namespace waybill::tracker
