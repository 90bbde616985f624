#pragma once
// The receiver's signed word that a whole content has arrived and was verified: what royalties count (FIG. 7, 708).
#include "common/protocol/envelope.h"
#include "common/types/ids.h"
#include "common/types/units.h"

namespace waybill::protocol {

struct Delivery {
  ContentId content;
  AgentKey receiver;
  ByteCount size;
  TimeMs started{};  // with content and receiver: the delivery's identity, so that a retry counts once
  TimeMs completed{};
  bool operator==(const Delivery&) const = default;
};

ByteString sign_delivery(const crypto::KeyPair& receiver, const Delivery& delivery);
// Verifies against the receiver named inside.
Result<Delivery> open_delivery(ByteView envelope);

}  // namespace waybill::protocol
