#pragma once
#include "common/types/byte_string.h"

namespace waybill::crypto {

// HMAC-SHA-256 (RFC 2104, FIPS 198-1), 32 bytes. Keys of any length.
ByteString hmac_sha256(ByteView key, ByteView bytes);

}  // namespace waybill::crypto
