#pragma once
// The transfer-event receipt: the sender's signed account of a stretch of one order, with the measured path and the
// receiver's latest acknowledgement inside (patent FIG. 2B, 254). Its identity is (order, sequence).
#include <optional>

#include "common/protocol/acknowledgement.h"
#include "common/protocol/envelope.h"
#include "common/protocol/path.h"
#include "common/types/ids.h"
#include "common/types/units.h"

namespace waybill::protocol {

struct ReceiptId {
  OrderId order;
  std::int64_t sequence = 0;
  auto operator<=>(const ReceiptId&) const = default;
};

struct Receipt {
  ReceiptId id;           // sequences of an order start at 1 and rise by 1
  SentBytes sent;         // payload bytes written to the socket since the receipt before
  SentBytes sent_total;   // since the order began
  TimeMs start{};         // of this stretch
  TimeMs end{};           // of this stretch; accounting counts all of its bytes at this instant
  ByteRate max_rate;      // highest over one second
  ByteRate average_rate;  // over the stretch
  Path path;
  ByteString acknowledgement;  // envelope of the latest one, as received; empty: none came yet
  bool operator==(const Receipt&) const = default;
};

ByteString sign_receipt(const crypto::KeyPair& sender, const Receipt& receipt);
struct OpenedReceipt {
  Receipt receipt;
  Envelope envelope;
  bool signed_by(const crypto::PublicKey& sender) const;
};
// Refuses what is malformed; says nothing of the signature, nor of the acknowledgement inside.
Result<OpenedReceipt> read_receipt(ByteView envelope);

// The upload: POST kReceiptsPath, body = batch, answer = one status for each receipt, in order.
ByteString encode_receipt_batch(const std::vector<ByteString>& envelopes);
Result<std::vector<ByteString>> decode_receipt_batch(ByteView body);
ByteString encode_receipt_answer(const std::vector<int>& statuses);
Result<std::vector<int>> decode_receipt_answer(ByteView body, std::size_t expected);

}  // namespace waybill::protocol
