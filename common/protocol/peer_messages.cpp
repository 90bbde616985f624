#include "common/protocol/peer_messages.h"

#include <limits>

#include "common/protocol/domains.h"
#include "common/protocol/limits.h"

namespace waybill::protocol {

namespace {

// All parts have fixed lengths, so that no two sets of them give the same bytes.
ByteString proof_payload(const PeerHandshake& prover, const PeerHandshake& verifier, const ContentId& content) {
  return prover.nonce + verifier.nonce + prover.key.str() + verifier.key.str() + content.str();
}

Dictionary fields_of(const PeerProof& message) { return {{"type", "proof"}, {"signature", message.signature.str()}}; }
Dictionary fields_of(const PeerOrder& message) { return {{"type", "order"}, {"envelope", message.envelope}}; }
Dictionary fields_of(const PeerAcknowledgement& message) {
  return {{"type", "acknowledgement"}, {"envelope", message.envelope}};
}
Dictionary fields_of(const PeerRefusal& message) {
  Dictionary fields{{"type", "refusal"}, {"reason", static_cast<int>(message.reason)}};
  if (message.order) fields.emplace("order", message.order->str());
  return fields;
}

PeerMessage read_message(FieldReader& fields, ByteView type) {
  if (type == "proof") return PeerProof{fields.id<crypto::Signature>("signature")};
  if (type == "order") return PeerOrder{fields.bytes("envelope", kMaxOrderBytes)};
  if (type == "acknowledgement") return PeerAcknowledgement{fields.bytes("envelope", kMaxAcknowledgementBytes)};
  PeerRefusal refusal;
  if (type == "refusal") {
    const auto reason = fields.integer("reason", 0, std::numeric_limits<int>::max());
    refusal.reason = refusal_from_number(static_cast<int>(reason));
    if (fields.optional("order") != nullptr) refusal.order = fields.id<OrderId>("order");
  } else {
    fields.fault("its type is unknown");
  }
  return refusal;
}

}  // namespace

Value encode_peer_handshake(const PeerHandshake& handshake) {
  return Dictionary{{"v", handshake.version}, {"key", handshake.key.str()}, {"nonce", handshake.nonce}};
}

Result<PeerHandshake> decode_peer_handshake(const Value& value) {
  FieldReader fields(value, "the peer's handshake");
  PeerHandshake handshake;
  handshake.version = static_cast<int>(fields.integer("v", 1, std::numeric_limits<int>::max()));
  handshake.key = fields.id<AgentKey>("key");
  handshake.nonce = fields.bytes("nonce", kPeerNonceBytes);
  if (handshake.nonce.size() != kPeerNonceBytes) fields.fault("its nonce has another length");
  if (const auto status = fields.finish(); !status) return refuse(status.error().message);
  return handshake;
}

crypto::Signature sign_peer_proof(const crypto::KeyPair& own, const PeerHandshake& mine, const PeerHandshake& theirs,
                                  const ContentId& content) {
  return own.sign(kPeerDomain, proof_payload(mine, theirs, content));
}

bool verify_peer_proof(const crypto::Signature& proof, const PeerHandshake& prover, const PeerHandshake& verifier,
                       const ContentId& content) {
  // A peer that repeats the verifier's own key and nonce could send its proof back to it.
  if (prover.key == verifier.key) return false;
  if (prover.nonce.size() != kPeerNonceBytes || verifier.nonce.size() != kPeerNonceBytes) return false;
  return crypto::verify(prover.key, kPeerDomain, proof_payload(prover, verifier, content), proof);
}

ByteString encode_peer_message(const PeerMessage& message) {
  return encode(std::visit([](const auto& each) { return fields_of(each); }, message));
}

Result<PeerMessage> decode_peer_message(ByteView bytes) {
  const auto value = decode(bytes, kMaxPeerMessageBytes);
  if (!value) return pass_on(value.error(), "the peer's message is malformed");
  FieldReader fields(*value, "the peer's message");
  auto message = read_message(fields, fields.bytes("type", kMaxNameBytes));
  if (const auto status = fields.finish(); !status) return refuse(status.error().message);
  return message;
}

}  // namespace waybill::protocol
