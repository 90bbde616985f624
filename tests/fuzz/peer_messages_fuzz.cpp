// What a stranger can put into the BitTorrent connection: the extension handshake's dictionary and our messages.
#include <cstdint>

#include "common/protocol/limits.h"
#include "common/protocol/peer_messages.h"
#include "common/types/check.h"

using namespace waybill;
using namespace waybill::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(reinterpret_cast<const char*>(data), size);
  if (const auto message = decode_peer_message(bytes)) {
    const auto once = encode_peer_message(*message);
    const auto again = decode_peer_message(once);
    WAYBILL_ASSERT(again && encode_peer_message(*again) == once, "a peer message changed");
  }
  const auto value = decode(bytes, kMaxPeerMessageBytes);
  if (!value) return 0;
  if (const auto handshake = decode_peer_handshake(*value)) {
    WAYBILL_ASSERT(handshake->nonce.size() == kPeerNonceBytes, "a nonce of another length was accepted");
    WAYBILL_ASSERT(*decode_peer_handshake(encode_peer_handshake(*handshake)) == *handshake, "a handshake changed");
  }
  return 0;
}
