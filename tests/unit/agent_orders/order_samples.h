#pragma once
// Orders and acknowledgements with real signatures, for the tests of this folder.
#include "agent/orders/order_book.h"
#include "common/crypto/digest.h"

namespace waybill::orders::samples {

inline constexpr std::int64_t kBlock = 16 * 1024;
inline constexpr TimeMs kBegin{1'000'000};
inline constexpr TimeMs kDuring{1'500'000};
inline constexpr TimeMs kEnd{2'000'000};

struct Parties {
  crypto::KeyPair tracker = crypto::KeyPair::generate();
  crypto::KeyPair sender = crypto::KeyPair::generate();
  crypto::KeyPair receiver = crypto::KeyPair::generate();
  ContentId content = ContentId::from_bytes(crypto::random_bytes(32)).value();
};

// Ten pieces of four blocks, the last piece one block and a half.
inline ContentGeometry geometry() { return {ByteCount{9 * 4 * kBlock + kBlock + kBlock / 2}, ByteCount{4 * kBlock}}; }

inline protocol::ServeOrder order_between(const Parties& parties) {
  protocol::ServeOrder order;
  order.id = OrderId::from_bytes(crypto::random_bytes(16)).value();
  order.content = parties.content;
  order.owner = "owner";
  order.sender = parties.sender.public_key();
  order.receiver = parties.receiver.public_key();
  order.ranges = {{0, 3}, {5, 5}};
  order.byte_limit = ByteCount{20 * kBlock};
  order.ack_window = ByteCount{8 * kBlock};
  order.not_before = kBegin;
  order.not_after = kEnd;
  return order;
}

inline protocol::OpenedAcknowledgement acknowledgement(const crypto::KeyPair& by, const OrderId& order,
                                                       std::int64_t sequence, std::int64_t bytes,
                                                       std::int64_t pieces = 1) {
  protocol::Acknowledgement said;
  said.order = order;
  said.sequence = sequence;
  said.total_bytes = AckedBytes{bytes};
  said.total_pieces = pieces;
  said.time = kDuring;
  return protocol::read_acknowledgement(protocol::sign_acknowledgement(by, said)).value();
}

}  // namespace waybill::orders::samples
