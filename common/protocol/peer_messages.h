#pragma once
// What two agents say to each other inside the BitTorrent connection (BEP 10). The extension handshake carries the key
// "waybill": {"v", "key", "nonce"}; every later message is a bencoded dictionary under the extension name below.
#include <optional>
#include <variant>

#include "common/crypto/ed25519.h"
#include "common/protocol/bencode.h"
#include "common/protocol/refusal.h"
#include "common/types/ids.h"

namespace waybill::protocol {

inline constexpr char kPeerExtensionName[] = "waybill";

struct PeerHandshake {
  int version = 0;
  AgentKey key;
  ByteString nonce;  // kPeerNonceBytes, fresh for each connection
  bool operator==(const PeerHandshake&) const = default;
};
Value encode_peer_handshake(const PeerHandshake& handshake);
Result<PeerHandshake> decode_peer_handshake(const Value& value);

// Proof of a key, bound to this connection by both nonces and to this content.
crypto::Signature sign_peer_proof(const crypto::KeyPair& own, const PeerHandshake& mine, const PeerHandshake& theirs,
                                  const ContentId& content);
bool verify_peer_proof(const crypto::Signature& proof, const PeerHandshake& prover, const PeerHandshake& verifier,
                       const ContentId& content);

struct PeerProof {
  crypto::Signature signature;
};
struct PeerOrder {
  ByteString envelope;  // the receiver presents its order to the sender
};
struct PeerAcknowledgement {
  ByteString envelope;
};
struct PeerRefusal {
  Refusal reason = Refusal::none;
  std::optional<OrderId> order;
};
using PeerMessage = std::variant<PeerProof, PeerOrder, PeerAcknowledgement, PeerRefusal>;
ByteString encode_peer_message(const PeerMessage& message);
Result<PeerMessage> decode_peer_message(ByteView bytes);

}  // namespace waybill::protocol
