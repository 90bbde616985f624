#include "tests/unit/common_protocol/samples.h"

#include "common/types/check.h"

namespace waybill::protocol::samples {

namespace {

constexpr TimeMs kNoon{1'794'000'000'000};

IpAddress address(const char* text) {
  const auto parsed = IpAddress::parse(text);
  WAYBILL_ASSERT(parsed, "a sample's address is wrong");
  return *parsed;
}

}  // namespace

crypto::KeyPair key_of(char seed) {
  auto key = crypto::KeyPair::from_seed(ByteString(32, seed));
  WAYBILL_ASSERT(key, "a sample's seed is wrong");
  return *key;
}
crypto::KeyPair tracker() { return key_of('T'); }
crypto::KeyPair sender() { return key_of('S'); }
crypto::KeyPair receiver() { return key_of('R'); }

ServeOrder order() {
  ServeOrder order;
  order.id = id_of<OrderId>(0x0d);
  order.content = id_of<ContentId>(0xc0);
  order.owner = "Ólafur's films";
  order.sender = sender().public_key();
  order.receiver = receiver().public_key();
  order.agreement = {7};
  order.ranges = {{0, 16}, {20, 1}, {22, 100}};
  order.byte_limit = {117 << 20};
  order.rate_limit = {2'000'000};
  order.ack_window = {kDefaultAckWindow};
  order.not_before = kNoon;
  order.not_after = kNoon + hours(1);
  return order;
}

ServeOrder largest_order() {
  auto order = samples::order();
  order.owner = std::string(kMaxNameBytes, 'o');
  order.agreement = {std::numeric_limits<std::int64_t>::max()};
  order.ranges.clear();
  const auto count = static_cast<std::int64_t>(kMaxPieceRanges);
  for (std::int64_t i = 0; i < count; ++i) order.ranges.push_back({kMaxPieces - (count - i) * 10'001, 10'000});
  order.byte_limit = {kMaxContentBytes};
  order.rate_limit = {kMaxContentBytes};
  order.ack_window = {kMaxContentBytes};
  order.not_before = {kMaxTimeMs - 1};
  order.not_after = {kMaxTimeMs};
  return order;
}

Acknowledgement acknowledgement() { return {order().id, 12, AckedBytes{48 << 20}, 48, kNoon + seconds(20)}; }

Path path() {
  Path path;
  path.method = PathMethod::trace;
  path.source = address("10.0.0.2");
  path.destination = address("2001:db8:3::9");
  path.probed_at = kNoon + seconds(1);
  path.complete = true;
  path.hops = {{1, address("10.0.0.1"), 350, HopSide::customer, ""},
               {2, address("192.0.2.1"), 900, HopSide::network, "edge1.isp.example"},
               {3, std::nullopt, 0, HopSide::network, ""},
               {4, address("2001:db8:3::9"), 12'000, HopSide::receiver, ""}};
  return path;
}

Receipt receipt() {
  Receipt receipt;
  receipt.id = {order().id, 3};
  receipt.sent = {16 << 20};
  receipt.sent_total = {50 << 20};
  receipt.start = kNoon + seconds(10);
  receipt.end = kNoon + seconds(20);
  receipt.max_rate = {2'100'000};
  receipt.average_rate = {1'677'721};
  receipt.path = path();
  receipt.acknowledgement = sign_acknowledgement(receiver(), acknowledgement());
  return receipt;
}

Receipt largest_receipt() {
  auto receipt = samples::receipt();
  receipt.id.sequence = kMaxReceiptSequence;
  receipt.sent = receipt.sent_total = {kMaxContentBytes};
  receipt.start = receipt.end = {kMaxTimeMs};
  receipt.max_rate = receipt.average_rate = {kMaxContentBytes};
  receipt.acknowledgement = ByteString(kMaxAcknowledgementBytes, 'a');
  receipt.path.probed_at = {kMaxTimeMs};
  receipt.path.hops.clear();
  for (int i = 0; i < kMaxHops; ++i) {
    receipt.path.hops.push_back(
        {216 + i, address("2001:db8::1"), 3'600'000'000, HopSide::network, std::string(kMaxHopNameBytes, 'n')});
  }
  return receipt;
}

Delivery delivery() {
  return {order().content, receiver().public_key(), ByteCount{117 << 20}, kNoon, kNoon + minutes(2)};
}

PeerHandshake handshake(const crypto::KeyPair& key, char nonce) {
  return {kProtocolVersion, key.public_key(), ByteString(kPeerNonceBytes, nonce)};
}

std::vector<PeerMessage> peer_messages() {
  const auto mine = handshake(receiver(), 'r');
  const auto theirs = handshake(sender(), 's');
  return {PeerProof{sign_peer_proof(receiver(), mine, theirs, order().content)},
          PeerOrder{sign_order(tracker(), order()).envelope},
          PeerAcknowledgement{sign_acknowledgement(receiver(), acknowledgement())},
          PeerRefusal{Refusal::piece_outside_order, order().id}, PeerRefusal{Refusal::message_malformed, std::nullopt}};
}

std::vector<ControlMessage> control_messages() {
  const ByteString nonce(32, 'n');
  const HeldContent held{order().content, 60, 117};
  const SharingState sharing{true, ByteRate{1'000'000}, 5};
  const auto envelope = sign_order(tracker(), order()).envelope;
  Hello hello;
  hello.key = sender().public_key();
  hello.proof = sign_hello(sender(), nonce, tracker().public_key());
  hello.transfer_port = 6881;
  hello.local_address = address("192.168.1.7");
  hello.mapped_port = 51413;
  hello.sharing = sharing;
  hello.library = {held};
  hello.live_orders = {order().id, id_of<OrderId>(0x0e)};
  return {Challenge{kProtocolVersion, nonce},
          hello,
          Welcome{AgentRole::cdn_node, "SP1", address("192.0.2.77"), kNoon},
          Refused{Refusal::content_unknown, "no such content", order().content},
          LibraryUpdate{held},
          SharingUpdate{sharing},
          LoadReport{ByteRate{123'456}, 3},
          Want{order().content, 4, true},
          Progress{order().content, 48, {{order().id, AckedBytes{48 << 20}, ByteRate{2'000'000}, true}}},
          SourceFailed{order().id, Refusal::order_expired, "the source says: order expired"},
          Done{order().content, sign_delivery(receiver(), delivery())},
          GiveUp{order().content},
          Sources{order().content, {{envelope, {address("2001:db8::7"), 6881}, true, true, "SP1"}}},
          DoneRecorded{order().content},
          Serve{envelope, address("198.51.100.4"), Dial::both, 51413},
          Revoke{order().id, Refusal::grant_ended},
          PortMapped{51413},
          Reach{true, 51413}};
}

EnrollLink enroll_link() {
  return {"tracker.example", 7400, tracker().public_key(), "000102030405060708090a0b0c0d0e0f"};
}

EnrollRequest enroll_request() { return make_enroll_request(receiver(), enroll_link(), "living room"); }

PublishHeaders publish_headers() {
  return sign_publish(sender(), "Ólafur's films", "A walk in the fog", ContentClass::file, kNoon, kTorrent);
}

}  // namespace waybill::protocol::samples
