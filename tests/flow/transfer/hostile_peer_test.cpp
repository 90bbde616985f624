// Peers that ask for what they may not have: each gets a named refusal and not one byte.
#include <doctest/doctest.h>

#include "common/crypto/digest.h"
#include "common/protocol/acknowledgement.h"
#include "common/protocol/limits.h"
#include "tests/flow/transfer/raw_peer.h"
#include "tests/flow/transfer/transfer_rig.h"

namespace waybill::transfer::rig {

using protocol::Refusal;

namespace {

constexpr std::int32_t kBlock = protocol::kBlockBytes;

struct Scene {
  Rig rig;
  SampleContent content = rig.content(4 << 20);
  Agent source{rig, "source", "127.0.0.11"};
  crypto::KeyPair key = crypto::KeyPair::generate();  // the peer's

  Scene() {
    source.start();
    rig.seed(source, content);
  }
  std::unique_ptr<RawPeer> connect() {
    return std::make_unique<RawPeer>(Endpoint{IpAddress::parse("127.0.0.66").value(), 0}, source.endpoint(),
                                     content.facts.content);
  }
  // An agent with a live order for these terms, unchoked.
  std::unique_ptr<RawPeer> customer(const OrderTerms& terms, protocol::SignedOrder* order = nullptr) {
    auto peer = connect();
    peer->introduce(key);
    const auto signed_order = rig.order(content, source, key.public_key(), terms);
    if (order != nullptr) *order = signed_order;
    peer->say(protocol::PeerOrder{signed_order.envelope});
    REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.unchokes > 0; }));
    return peer;
  }
  std::int64_t refused_blocks(Refusal reason) {
    return source.counters().refused_blocks[static_cast<std::size_t>(reason)];
  }
  std::int64_t refused_orders(Refusal reason) {
    return source.counters().refused_orders[static_cast<std::size_t>(reason)];
  }
  // Nothing was served to anybody, and the content is as it was.
  void check_untouched() {
    CHECK(source.counters().sent.value == 0);
    CHECK(source.counters().queued.value == 0);
    CHECK(source.state()->phase == ContentState::Phase::complete);
    CHECK(file_hash(content.file) == content_hash);
  }
  const std::uint64_t content_hash = file_hash(content.file);
};

bool said(const RawPeer& peer, Refusal reason) {
  const auto& all = peer.seen().refusals;
  return std::find(all.begin(), all.end(), reason) != all.end();
}

}  // namespace

TEST_CASE("a client that is no agent is let go at once") {
  Scene scene;
  auto peer = scene.connect();
  peer->extension_handshake(nullptr);
  peer->interested();
  for (int i = 0; i < 8; ++i) peer->request(0, i * kBlock, kBlock);
  CHECK_FALSE(peer->until([](const RawPeer::Seen& seen) { return seen.payload > 0; }));
  CHECK(peer->seen().closed);
  CHECK(peer->seen().payload == 0);
  CHECK(scene.refused_orders(Refusal::key_not_proven) == 1);
  scene.check_untouched();
}

TEST_CASE("requests before any key was proven are rejected one by one, and their storm ends the connection") {
  Scene scene;
  auto peer = scene.connect();
  peer->interested();
  peer->request(0, 0, kBlock);
  REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.rejects == 1; }));
  CHECK(scene.refused_blocks(Refusal::key_not_proven) == 1);
  for (int i = 0; i < 10 * kMaxRefusalsPerPeer; ++i) peer->request(i % 8, 0, kBlock);
  CHECK_FALSE(peer->until([](const RawPeer::Seen& seen) { return seen.payload > 0; }));
  CHECK(peer->seen().closed);
  CHECK(peer->seen().payload == 0);
  CHECK(scene.source.counters().disconnected_for_refusals == 1);
  scene.check_untouched();
}

TEST_CASE("an agent without an order, and with orders that are not for it") {
  Scene scene;
  auto peer = scene.connect();
  peer->introduce(scene.key);
  peer->interested();
  peer->request(0, 0, kBlock);
  REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.rejects == 1; }));
  CHECK(scene.refused_blocks(Refusal::no_order) == 1);

  const auto stranger = crypto::KeyPair::generate();
  auto present = [&](const ByteString& envelope, Refusal expected) {
    const auto before = peer->seen().refusals.size();
    peer->say(protocol::PeerOrder{envelope});
    REQUIRE(peer->until([&](const RawPeer::Seen& seen) { return seen.refusals.size() > before; }));
    CHECK(peer->seen().refusals.back() == expected);
    peer->request(0, 0, kBlock);
  };
  const auto good = scene.rig.order(scene.content, scene.source, scene.key.public_key());
  present(protocol::sign_order(stranger, good.order).envelope, Refusal::order_invalid);
  present("junk", Refusal::order_invalid);
  auto altered = good.envelope;
  altered[altered.size() / 2] = static_cast<char>(altered[altered.size() / 2] ^ 1);
  present(altered, Refusal::order_invalid);
  present(scene.rig.order(scene.content, scene.source, stranger.public_key()).envelope, Refusal::order_for_another);
  auto other = good.order;
  other.sender = stranger.public_key();
  present(protocol::sign_order(scene.rig.tracker, other).envelope, Refusal::order_for_another);
  other = good.order;
  other.content = ContentId::from_bytes(crypto::random_bytes(32)).value();
  present(protocol::sign_order(scene.rig.tracker, other).envelope, Refusal::order_for_another);
  other = good.order;
  other.not_before = scene.rig.clock.now() + minutes(5);
  present(protocol::sign_order(scene.rig.tracker, other).envelope, Refusal::order_not_begun);
  other = good.order;
  other.not_after = scene.rig.clock.now() - DurationMs{1};
  present(protocol::sign_order(scene.rig.tracker, other).envelope, Refusal::order_expired);
  REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.rejects == 9; }));
  CHECK(peer->seen().payload == 0);
  CHECK(peer->seen().unchokes == 0);
  CHECK(scene.source.all<OrderAccepted>().empty());
  scene.check_untouched();

  // And the good one is served on the same connection.
  peer->say(protocol::PeerOrder{good.envelope});
  REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.unchokes > 0; }));
  peer->request(0, 0, kBlock);
  REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.payload == kBlock; }));
}

TEST_CASE("a false proof of a key, and another connection's proof") {
  Scene scene;
  auto peer = scene.connect();
  peer->extension_handshake(&scene.key);
  REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.proven; }));
  SUBCASE("junk") { peer->say(protocol::PeerProof{crypto::Signature::from_bytes(crypto::random_bytes(64)).value()}); }
  SUBCASE("made for other nonces") {
    const protocol::PeerHandshake one{1, scene.key.public_key(), crypto::random_bytes(16)};
    const protocol::PeerHandshake two{1, scene.source.key().public_key(), crypto::random_bytes(16)};
    peer->say(protocol::PeerProof{protocol::sign_peer_proof(scene.key, one, two, scene.content.facts.content)});
  }
  SUBCASE("none, but an order at once") {
    peer->say(protocol::PeerOrder{scene.rig.order(scene.content, scene.source, scene.key.public_key()).envelope});
  }
  CHECK_FALSE(peer->until([](const RawPeer::Seen& seen) { return seen.payload > 0; }));
  CHECK(said(*peer, Refusal::key_not_proven));
  CHECK(scene.refused_orders(Refusal::key_not_proven) == 1);
  CHECK(scene.source.all<OrderAccepted>().empty());
  scene.check_untouched();
}

TEST_CASE("with an order: blocks out of range, of a wrong size, of pieces outside it") {
  Scene scene;
  OrderTerms terms;
  terms.ranges = {{2, 3}};
  auto peer = scene.customer(terms);
  const auto length = static_cast<std::int32_t>(scene.content.facts.piece_length.value);
  const auto pieces = static_cast<std::int32_t>(scene.content.facts.pieces);
  struct Bad {
    std::int32_t piece, offset, length;
    Refusal reason;
  };
  const Bad bad[] = {{pieces, 0, kBlock, Refusal::block_out_of_range},
                     {-1, 0, kBlock, Refusal::block_out_of_range},
                     {INT32_MAX, 0, kBlock, Refusal::block_out_of_range},
                     {INT32_MIN, INT32_MIN, INT32_MIN, Refusal::block_out_of_range},
                     {2, length, kBlock, Refusal::block_out_of_range},
                     {2, -kBlock, kBlock, Refusal::block_out_of_range},
                     {2, length - kBlock + 1, kBlock, Refusal::block_out_of_range},
                     {2, 0, INT32_MAX, Refusal::block_out_of_range},
                     {2, INT32_MAX, INT32_MAX, Refusal::block_out_of_range},
                     {2, 0, -1, Refusal::block_out_of_range},
                     {2, 0, 0, Refusal::block_size_invalid},
                     {2, 0, kBlock + 1, Refusal::block_size_invalid},
                     {2, 0, 2 * kBlock, Refusal::block_size_invalid},
                     {1, 0, kBlock, Refusal::piece_outside_order},
                     {5, 0, kBlock, Refusal::piece_outside_order}};
  int rejects = 0;
  for (const auto& each : bad) {
    const auto before = scene.refused_blocks(each.reason);
    peer->request(each.piece, each.offset, each.length);
    ++rejects;
    REQUIRE(peer->until([&](const RawPeer::Seen& seen) { return seen.rejects == rejects; }));
    CHECK(scene.refused_blocks(each.reason) == before + 1);
  }
  CHECK(peer->seen().payload == 0);
  scene.check_untouched();
  peer->request(2, 0, kBlock);
  REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.payload > 0; }));
  CHECK(scene.rig.eventually([&] { return scene.source.counters().sent.value == kBlock; }));
}

TEST_CASE("past the order's bytes nothing comes, whatever is acknowledged") {
  Scene scene;
  OrderTerms terms;
  terms.byte_limit = 5 * kBlock + 100;
  auto peer = scene.customer(terms);
  for (int i = 0; i < 40; ++i) peer->request(i / 4, i % 4 * kBlock, kBlock);
  REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.rejects == 35; }));
  REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.payload == 5 * kBlock; }));
  CHECK(scene.refused_blocks(Refusal::bytes_exhausted) + scene.refused_blocks(Refusal::no_order) == 35);
  CHECK(scene.source.counters().sent.value == 5 * kBlock);
}

TEST_CASE("after the order's end nothing comes, and the connection is closed") {
  Scene scene;
  OrderTerms terms;
  terms.lifetime = DurationMs{1500};
  protocol::SignedOrder order;
  auto peer = scene.customer(terms, &order);
  peer->request(0, 0, kBlock);
  REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.payload == kBlock; }));
  REQUIRE(peer->until([](const RawPeer::Seen& seen) {
    return std::find(seen.refusals.begin(), seen.refusals.end(), Refusal::order_expired) != seen.refusals.end();
  }));
  for (int i = 0; i < 4; ++i) peer->request(1, i * kBlock, kBlock);
  REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.rejects == 4; }));
  // What it had received it may still sign for.
  protocol::Acknowledgement word;
  word.order = order.order.id;
  word.sequence = 1;
  word.total_bytes = AckedBytes{kBlock};
  word.time = scene.rig.clock.now();
  peer->say(protocol::PeerAcknowledgement{protocol::sign_acknowledgement(scene.key, word)});
  CHECK_FALSE(peer->until([](const RawPeer::Seen& seen) { return seen.payload > kBlock; }));
  CHECK(peer->seen().closed);
  CHECK(peer->seen().payload == kBlock);
  REQUIRE(scene.rig.eventually([&] { return !scene.source.all<ServeEnded>().empty(); }));
  CHECK(scene.source.last<ServeEnded>()->why == Refusal::order_expired);
  CHECK(scene.source.last<ServeEnded>()->last.sent.value == kBlock);
  CHECK(scene.source.last<ServeEnded>()->last.acked.value == kBlock);
}

TEST_CASE("a receiver that never acknowledges gets one window") {
  Scene scene;
  OrderTerms terms;
  terms.ack_window = 20 * kBlock;
  protocol::SignedOrder order;
  auto peer = scene.customer(terms, &order);
  for (int i = 0; i < 60; ++i) peer->request(i / 4, i % 4 * kBlock, kBlock);
  REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.rejects == 40; }));
  REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.payload == 20 * kBlock; }));
  CHECK(peer->seen().chokes >= 1);
  CHECK(scene.refused_blocks(Refusal::acknowledgement_overdue) == 40);
  CHECK(scene.source.counters().throttles == 1);
  const auto unchokes = peer->seen().unchokes;

  SUBCASE("and goes on when it signs") {
    protocol::Acknowledgement word;
    word.order = order.order.id;
    word.sequence = 1;
    word.total_bytes = AckedBytes{10 * kBlock};
    word.total_pieces = 2;
    word.time = scene.rig.clock.now();
    peer->say(protocol::PeerAcknowledgement{protocol::sign_acknowledgement(scene.key, word)});
    REQUIRE(peer->until([&](const RawPeer::Seen& seen) { return seen.unchokes > unchokes; }));
    for (int i = 0; i < 12; ++i) peer->request(i / 4 + 8, i % 4 * kBlock, kBlock);
    REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.rejects == 42; }));
    REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.payload == 30 * kBlock; }));
  }
  SUBCASE("signing for more than it got ends the connection and opens nothing") {
    protocol::Acknowledgement word;
    word.order = order.order.id;
    word.sequence = 1;
    word.total_bytes = AckedBytes{21 * kBlock};
    word.time = scene.rig.clock.now();
    peer->say(protocol::PeerAcknowledgement{protocol::sign_acknowledgement(scene.key, word)});
    CHECK_FALSE(peer->until([&](const RawPeer::Seen& seen) { return seen.unchokes > unchokes; }));
    CHECK(said(*peer, Refusal::acknowledgement_invalid));
    CHECK(scene.source.acked(order.order.id).value == 0);
  }
  SUBCASE("a third key's word is worth nothing") {
    protocol::Acknowledgement word;
    word.order = order.order.id;
    word.sequence = 1;
    word.total_bytes = AckedBytes{10 * kBlock};
    peer->say(protocol::PeerAcknowledgement{protocol::sign_acknowledgement(crypto::KeyPair::generate(), word)});
    CHECK_FALSE(peer->until([&](const RawPeer::Seen& seen) { return seen.unchokes > unchokes; }));
    CHECK(said(*peer, Refusal::acknowledgement_invalid));
    CHECK(scene.source.acked(order.order.id).value == 0);
  }
}

TEST_CASE("torn, oversized and senseless extension messages") {
  Scene scene;
  auto peer = scene.connect();
  peer->introduce(scene.key);
  REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.proven; }));
  SUBCASE("oversized: refused at its first bytes, without waiting for the rest") {
    ByteString head;
    const std::uint32_t length = 400'000;
    for (const int shift : {24, 16, 8, 0}) head.push_back(static_cast<char>(length >> shift & 0xff));
    peer->send_bytes(head + ByteString("\x14\x14", 2) + ByteString(100, 'x'));
  }
  SUBCASE("one byte too long") { peer->send_extended(20, ByteString(protocol::kMaxPeerMessageBytes + 1, 'x')); }
  SUBCASE("not bencoded") { peer->send_extended(20, "what?"); }
  SUBCASE("torn in the middle of a value") { peer->send_extended(20, "d4:type5:order8:envelope100:abc"); }
  SUBCASE("empty") { peer->send_extended(20, ""); }
  SUBCASE("of an unknown type") { peer->send_extended(20, "d4:type4:funde"); }
  CHECK_FALSE(peer->until([](const RawPeer::Seen& seen) { return seen.payload > 0; }));
  CHECK(peer->seen().closed);
  CHECK(said(*peer, Refusal::message_malformed));
  CHECK(scene.refused_orders(Refusal::message_malformed) == 1);
  scene.check_untouched();
}

TEST_CASE("a connection that ends in the middle of a message leaves nothing behind") {
  Scene scene;
  protocol::SignedOrder order;
  {
    auto peer = scene.customer({}, &order);
    for (int i = 0; i < 16; ++i) peer->request(i, 0, kBlock);
    peer->send_bytes(
        ByteString("\x00\x00\x01\x00\x14\x14"
                   "d4:ty",
                   11));
  }
  // What lay in libtorrent's send buffer is taken back when libtorrent lets the connection go, after it has ended.
  REQUIRE(scene.rig.eventually([&] {
    const auto counters = scene.source.counters();
    return counters.peers == 0 && counters.queued.value == 0;
  }));
  CHECK(scene.source.counters().sent.value <= 16 * kBlock);
}

TEST_CASE("without the owner's consent nothing is served, and its withdrawal stops what is under way") {
  Scene scene;
  auto peer = scene.customer({});
  peer->request(0, 0, kBlock);
  REQUIRE(peer->until([](const RawPeer::Seen& seen) { return seen.payload == kBlock; }));
  scene.source.engine().set_sharing({});
  REQUIRE(peer->until([](const RawPeer::Seen& seen) {
    return std::find(seen.refusals.begin(), seen.refusals.end(), Refusal::sharing_off) != seen.refusals.end();
  }));
  peer->request(1, 0, kBlock);
  CHECK_FALSE(peer->until([](const RawPeer::Seen& seen) { return seen.payload > kBlock; }));
  auto second = scene.connect();
  second->introduce(scene.key);
  second->say(protocol::PeerOrder{scene.rig.order(scene.content, scene.source, scene.key.public_key()).envelope});
  REQUIRE(second->until([](const RawPeer::Seen& seen) { return !seen.refusals.empty(); }));
  CHECK(second->seen().refusals.front() == Refusal::sharing_off);
  CHECK(scene.source.counters().sent.value == kBlock);
}

TEST_CASE("upload slots: one receiver more than the owner permits is told so") {
  Scene scene;
  scene.source.engine().set_sharing(willing(0, 1));
  auto first = scene.customer({});
  auto second = scene.connect();
  const auto other = crypto::KeyPair::generate();
  second->introduce(other);
  second->say(protocol::PeerOrder{scene.rig.order(scene.content, scene.source, other.public_key()).envelope});
  REQUIRE(second->until([](const RawPeer::Seen& seen) { return !seen.refusals.empty(); }));
  CHECK(second->seen().refusals.front() == Refusal::upload_cap_reached);
  CHECK(second->seen().unchokes == 0);
  first->request(0, 0, kBlock);
  CHECK(first->until([](const RawPeer::Seen& seen) { return seen.payload == kBlock; }));
}

}  // namespace waybill::transfer::rig
