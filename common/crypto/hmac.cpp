#include "common/crypto/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "common/types/check.h"

namespace waybill::crypto {

ByteString hmac_sha256(ByteView key, ByteView bytes) {
  ByteString code(EVP_MAX_MD_SIZE, '\0');
  unsigned int length = 0;
  // OpenSSL takes a null key as "the key of before": an empty one must still point somewhere.
  const char* key_bytes = key.empty() ? "" : key.data();
  const auto* made =
      HMAC(EVP_sha256(), key_bytes, static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
           bytes.size(), reinterpret_cast<unsigned char*>(code.data()), &length);
  WAYBILL_ASSERT(made != nullptr && length == 32, "OpenSSL has no HMAC-SHA-256");
  code.resize(length);
  return code;
}

}  // namespace waybill::crypto
