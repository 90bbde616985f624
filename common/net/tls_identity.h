#pragma once
// TLS as Waybill uses it: TLS 1.3, the server shows a self-signed certificate made from its Ed25519 key, and the client
// accepts exactly the key that its enrol link pinned; no certificate authority is involved.
#include <optional>

#include "common/crypto/ed25519.h"

namespace waybill::net {

struct TlsServerIdentity {
  crypto::KeyPair key;
};
struct TlsPin {
  crypto::PublicKey server_key;
};

}  // namespace waybill::net
