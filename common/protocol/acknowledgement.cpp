#include "common/protocol/acknowledgement.h"

#include <limits>

#include "common/protocol/bencode.h"
#include "common/protocol/domains.h"
#include "common/protocol/limits.h"

namespace waybill::protocol {

ByteString sign_acknowledgement(const crypto::KeyPair& receiver, const Acknowledgement& acknowledgement) {
  auto payload = encode(Dictionary{{"order", acknowledgement.order.str()},
                                   {"sequence", acknowledgement.sequence},
                                   {"total_bytes", acknowledgement.total_bytes.value},
                                   {"total_pieces", acknowledgement.total_pieces},
                                   {"time", acknowledgement.time.value}});
  return Envelope::sign(receiver, kAcknowledgementDomain, std::move(payload)).encode();
}

bool OpenedAcknowledgement::signed_by(const crypto::PublicKey& receiver) const {
  return envelope.verify(receiver, kAcknowledgementDomain);
}

Result<OpenedAcknowledgement> read_acknowledgement(ByteView envelope) {
  auto opened = Envelope::decode(envelope, kMaxAcknowledgementBytes);
  if (!opened) return pass_on(opened.error(), "the acknowledgement cannot be read");
  const auto value = decode(opened->payload, kMaxAcknowledgementBytes);
  if (!value) return pass_on(value.error(), "the acknowledgement is malformed");
  FieldReader fields(*value, "the acknowledgement");
  Acknowledgement read;
  read.order = fields.id<OrderId>("order");
  read.sequence = fields.integer("sequence", 0, std::numeric_limits<std::int64_t>::max());
  read.total_bytes = {fields.integer("total_bytes", 0, kMaxContentBytes)};
  read.total_pieces = fields.integer("total_pieces", 0, kMaxPieces);
  read.time = {fields.integer("time", 0, kMaxTimeMs)};
  if (const auto status = fields.finish(); !status) return refuse(status.error().message);
  return OpenedAcknowledgement{read, *std::move(opened)};
}

}  // namespace waybill::protocol
