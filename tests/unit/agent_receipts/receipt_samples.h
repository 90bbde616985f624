#pragma once
// Orders, acknowledgements and observations with real signatures, for the tests of this folder.
#include "agent/receipts/outbox_store.h"
#include "agent/receipts/receipt_cutter.h"
#include "common/crypto/digest.h"
#include "common/crypto/ed25519.h"

namespace waybill::receipts::samples {

inline constexpr std::int64_t kMegabyte = 1'000'000;
// 2026-11-02T10:00:00Z: a quarter of an hour begins.
inline constexpr TimeMs kTen{1'793'613'600'000};

struct Parties {
  crypto::KeyPair tracker = crypto::KeyPair::generate();
  crypto::KeyPair sender = crypto::KeyPair::generate();
  crypto::KeyPair receiver = crypto::KeyPair::generate();
};

inline protocol::SignedOrder order_of(const Parties& parties, TimeMs begin = kTen, DurationMs life = minutes(10)) {
  protocol::ServeOrder order;
  order.id = OrderId::from_bytes(crypto::random_bytes(16)).value();
  order.content = ContentId::from_bytes(crypto::random_bytes(32)).value();
  order.owner = "owner";
  order.sender = parties.sender.public_key();
  order.receiver = parties.receiver.public_key();
  order.agreement = {1};
  order.ranges = {{0, 1000}};
  order.byte_limit = ByteCount{1000 * kMegabyte};
  order.ack_window = ByteCount{32 << 20};
  order.not_before = begin;
  order.not_after = begin + life;
  return protocol::sign_order(parties.tracker, order);
}

inline ByteString acknowledgement(const Parties& parties, const OrderId& order, std::int64_t bytes) {
  protocol::Acknowledgement said;
  said.order = order;
  said.sequence = bytes;
  said.total_bytes = AckedBytes{bytes};
  said.total_pieces = bytes / kMegabyte;
  said.time = kTen;
  return protocol::sign_acknowledgement(parties.receiver, said);
}

inline OrderAccount account_of(const protocol::SignedOrder& order) {
  OrderAccount account;
  account.order = order;
  account.receiver = IpAddress::parse("198.51.100.7").value();
  return account;
}

inline ServeObservation seen(std::int64_t sent, std::int64_t acked, ByteString envelope = "ack",
                             TimeMs first_block = {}, std::int64_t rate = 0) {
  return {SentBytes{sent}, AckedBytes{acked}, std::move(envelope), ByteRate{rate}, first_block};
}

}  // namespace waybill::receipts::samples
