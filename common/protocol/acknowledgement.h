#pragma once
// The receiver's signed word on what it has received and hash-checked under one order. Totals, not differences: a lost
// acknowledgement costs nothing, the next one covers it. Totals never fall.
#include "common/protocol/envelope.h"
#include "common/types/ids.h"
#include "common/types/units.h"

namespace waybill::protocol {

struct Acknowledgement {
  OrderId order;
  std::int64_t sequence = 0;  // rises by at least 1
  AckedBytes total_bytes;
  std::int64_t total_pieces = 0;  // pieces to which this sender contributed and that passed the hash check
  TimeMs time{};
  bool operator==(const Acknowledgement&) const = default;
};

ByteString sign_acknowledgement(const crypto::KeyPair& receiver, const Acknowledgement& acknowledgement);
// Malformed ones are refused; says nothing of the signature.
struct OpenedAcknowledgement {
  Acknowledgement acknowledgement;
  Envelope envelope;
  bool signed_by(const crypto::PublicKey& receiver) const;
};
Result<OpenedAcknowledgement> read_acknowledgement(ByteView envelope);

}  // namespace waybill::protocol
