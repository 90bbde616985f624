#pragma once
// A signed object: the exact payload bytes, and an Ed25519 signature over domain tag + '\0' + payload (as BEP 44 signs
// what was received, nothing is re-encoded to verify). On the wire: bencoded {"b": payload, "s": signature}.
#include "common/crypto/ed25519.h"
#include "common/types/byte_string.h"

namespace waybill::protocol {

struct Envelope {
  ByteString payload;
  crypto::Signature signature;

  ByteString encode() const;
  static Result<Envelope> decode(ByteView bytes, std::size_t max_bytes);
  static Envelope sign(const crypto::KeyPair& key, const char* domain, ByteString payload);
  bool verify(const crypto::PublicKey& key, const char* domain) const;
  bool operator==(const Envelope&) const = default;
};

}  // namespace waybill::protocol
