#include "common/crypto/ed25519.h"

#include "common/crypto/openssl_detail.h"
#include "common/types/check.h"

namespace waybill::crypto {

namespace {

constexpr std::size_t kSeedBytes = 32;  // RFC 8032 5.1.5

const unsigned char* octets(ByteView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

ByteString signed_bytes(std::string_view domain, ByteView payload) {
  ByteString bytes;
  bytes.reserve(domain.size() + 1 + payload.size());
  bytes.append(domain).push_back('\0');
  return bytes.append(payload);
}

PublicKey public_key_of(EVP_PKEY* key) {
  PublicKey public_key;
  std::size_t size = PublicKey::kSize;
  const int read = EVP_PKEY_get_raw_public_key(key, public_key.bytes.data(), &size);
  WAYBILL_ASSERT(read == 1 && size == PublicKey::kSize, "an Ed25519 key has no public half");
  return public_key;
}

// One a thread: making it anew would cost each signature an allocation and a look-up of the algorithm.
EVP_MD_CTX* thread_context() {
  thread_local const OpensslPtr<EVP_MD_CTX> context(EVP_MD_CTX_new());
  WAYBILL_ASSERT(context, "OpenSSL has no memory");
  EVP_MD_CTX_reset(context.get());
  return context.get();
}

}  // namespace

KeyPair::KeyPair(void* native_key)
    : key_(native_key, [](void* key) { EVP_PKEY_free(static_cast<EVP_PKEY*>(key)); }),
      public_key_(public_key_of(static_cast<EVP_PKEY*>(native_key))) {}

KeyPair KeyPair::generate() {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  WAYBILL_ASSERT(key != nullptr, "OpenSSL makes no Ed25519 key");
  return KeyPair(key);
}

Result<KeyPair> KeyPair::from_seed(ByteView seed32) {
  if (seed32.size() != kSeedBytes) return refuse("an Ed25519 seed must be 32 bytes long");
  EVP_PKEY* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets(seed32), seed32.size());
  if (key == nullptr) return fail("OpenSSL refuses an Ed25519 seed: " + take_openssl_error());
  return KeyPair(key);
}

Signature KeyPair::sign(std::string_view domain, ByteView payload) const {
  WAYBILL_ASSERT(key_, "an empty KeyPair signs nothing");
  const auto bytes = signed_bytes(domain, payload);
  EVP_MD_CTX* context = thread_context();
  Signature signature;
  std::size_t size = Signature::kSize;
  const bool made = EVP_DigestSignInit(context, nullptr, nullptr, nullptr, static_cast<EVP_PKEY*>(key_.get())) == 1 &&
                    EVP_DigestSign(context, signature.bytes.data(), &size, octets(bytes), bytes.size()) == 1;
  WAYBILL_ASSERT(made && size == Signature::kSize, "OpenSSL does not sign");
  return signature;
}

bool verify(const PublicKey& key, std::string_view domain, ByteView payload, const Signature& signature) {
  const OpensslPtr<EVP_PKEY> native(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.bytes.data(), PublicKey::kSize));
  if (!native) {
    ERR_clear_error();
    return false;
  }
  const auto bytes = signed_bytes(domain, payload);
  EVP_MD_CTX* context = thread_context();
  const bool good =
      EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, native.get()) == 1 &&
      EVP_DigestVerify(context, signature.bytes.data(), Signature::kSize, octets(bytes), bytes.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

}  // namespace waybill::crypto
