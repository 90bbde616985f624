#include "common/crypto/hmac.h"

#include <doctest/doctest.h>

namespace waybill::crypto {
namespace {

// RFC 4231, cases 1, 2, 3 and 6.
TEST_CASE("HMAC-SHA-256 of the RFC's vectors") {
  CHECK(to_hex(hmac_sha256(ByteString(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(hmac_sha256(ByteString(20, '\xaa'), ByteString(50, '\xdd'))) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  CHECK(to_hex(hmac_sha256(ByteString(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("an empty key and an empty text have a code too") {
  CHECK(to_hex(hmac_sha256("", "")) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  CHECK(hmac_sha256("Jefe", "") != hmac_sha256("", ""));
}

}  // namespace
}  // namespace waybill::crypto
