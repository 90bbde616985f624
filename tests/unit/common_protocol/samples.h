#pragma once
// One well-formed specimen of everything on the wire, made from fixed seeds: the same bytes on every run and machine.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/protocol/control_messages.h"
#include "common/protocol/delivery.h"
#include "common/protocol/order.h"
#include "common/protocol/peer_messages.h"
#include "common/protocol/receipt.h"
#include "common/protocol/receipt_status.h"

namespace waybill::protocol::samples {

crypto::KeyPair key_of(char seed);  // 32 times the same byte
crypto::KeyPair tracker();
crypto::KeyPair sender();
crypto::KeyPair receiver();

template <typename Id>
Id id_of(unsigned char byte) {
  Id id;
  id.bytes.fill(byte);
  return id;
}

ServeOrder order();
ServeOrder largest_order();  // every list and name at its limit
Acknowledgement acknowledgement();
Path path();
Receipt receipt();
Receipt largest_receipt();
Delivery delivery();
PeerHandshake handshake(const crypto::KeyPair& key, char nonce);
std::vector<PeerMessage> peer_messages();
std::vector<ControlMessage> control_messages();  // one of each type, no field at its default
EnrollLink enroll_link();
EnrollRequest enroll_request();
PublishHeaders publish_headers();
inline constexpr std::string_view kTorrent = "the bytes of a .torrent";

}  // namespace waybill::protocol::samples
