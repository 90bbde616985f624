#pragma once
// Ed25519 (RFC 8032) through OpenSSL's EVP. Deterministic, 64-byte signatures. What is signed is always
// domain tag + '\0' + payload, so that a signature made for one purpose is worthless for another.
#include <array>
#include <filesystem>
#include <memory>
#include <string_view>

#include "common/types/byte_string.h"
#include "common/types/ids.h"
#include "common/types/result.h"

namespace waybill::crypto {

using PublicKey = AgentKey;  // the tracker's key has the same form
struct SignatureTag {
  static constexpr const char* name = "signature";
};
using Signature = ByteId<SignatureTag, 64>;

class KeyPair {
 public:
  KeyPair() = default;  // empty: to be assigned; it signs nothing
  static KeyPair generate();
  static Result<KeyPair> from_seed(ByteView seed32);
  // PKCS#8 PEM without pass phrase, mode 0600. `load` refuses a file that others can read, and says so.
  static Result<KeyPair> load(const std::filesystem::path& file);
  Status save(const std::filesystem::path& file) const;  // never overwrites

  const PublicKey& public_key() const { return public_key_; }
  Signature sign(std::string_view domain, ByteView payload) const;
  void* native() const { return key_.get(); }  // EVP_PKEY*, for the TLS certificate

 private:
  explicit KeyPair(void* native_key);  // takes the EVP_PKEY*
  std::shared_ptr<void> key_;
  PublicKey public_key_;
};

// False for any malformed key or signature; never fails otherwise. Safe from any thread.
bool verify(const PublicKey& key, std::string_view domain, ByteView payload, const Signature& signature);

}  // namespace waybill::crypto
