#pragma once
// TLS as Waybill uses it. Between its own programs: TLS 1.3, the server shows a self-signed certificate made from its
// Ed25519 key, and the client accepts exactly the key that its enrol link pinned; no certificate authority is involved.
// To servers of others (owners' pages): TLS 1.2 or later, a certificate that authorities vouch for.
#include <filesystem>
#include <optional>

#include "common/crypto/ed25519.h"

namespace waybill::net {

struct TlsServerIdentity {
  crypto::KeyPair key;
};
struct TlsPin {
  crypto::PublicKey server_key;
};
struct TlsAuthorities {
  std::filesystem::path file;  // PEM; empty: the system's store, or what SSL_CERT_FILE and SSL_CERT_DIR name
};

}  // namespace waybill::net
