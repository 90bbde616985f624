#pragma once
#include "common/types/byte_string.h"

namespace waybill::crypto {

ByteString sha256(ByteView bytes);  // 32 bytes
ByteString sha1(ByteView bytes);    // 20 bytes; for BEP 3 info-hashes alone, which are names and prove nothing
// From the operating system's generator (OpenSSL RAND). Aborts if there is none.
ByteString random_bytes(std::size_t count);
// Compares in time that depends on the length alone.
bool equal_in_constant_time(ByteView a, ByteView b);

}  // namespace waybill::crypto
