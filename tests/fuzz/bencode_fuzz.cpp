// Strictness: whatever decodes is the one encoding of its value.
#include <cstdint>

#include "common/protocol/bencode.h"
#include "common/protocol/path.h"
#include "common/types/check.h"

using namespace waybill;
using namespace waybill::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(reinterpret_cast<const char*>(data), size);
  const auto value = decode(bytes, 1 << 20);
  if (!value) return 0;
  WAYBILL_ASSERT(encode(*value) == bytes, "a decoded value has another encoding");
  if (const auto path = decode_path(*value)) {
    WAYBILL_ASSERT(*decode_path(encode_path(*path)) == *path, "a path does not come back as it was");
  }
  return 0;
}
