#include "common/protocol/peer_messages.h"

#include <doctest/doctest.h>

#include "tests/unit/common_protocol/samples.h"

using namespace waybill;
using namespace waybill::protocol;

namespace {

bool refused(const Dictionary& fields) { return !decode_peer_message(encode(fields)); }

}  // namespace

TEST_CASE("a handshake comes back as it was; malformed ones are refused, unknown fields ignored") {
  const auto handshake = samples::handshake(samples::sender(), 's');
  const auto fields = std::get<Dictionary>(encode_peer_handshake(handshake));
  CHECK(*decode_peer_handshake(fields) == handshake);
  const auto with = [&](const char* key, Value value) {
    auto changed = fields;
    changed[key] = std::move(value);
    return decode_peer_handshake(changed).has_value();
  };
  CHECK(with("later", 1));
  CHECK(with("v", 2));  // whoever reads it refuses a version that it does not speak
  CHECK_FALSE(with("v", 0));
  CHECK_FALSE(with("v", std::int64_t{1} << 40));
  CHECK_FALSE(with("key", ByteString(31, 'k')));
  CHECK_FALSE(with("nonce", ByteString(kPeerNonceBytes - 1, 'n')));
  CHECK_FALSE(with("nonce", ByteString(kPeerNonceBytes + 1, 'n')));
  CHECK_FALSE(with("nonce", 7));
  CHECK_FALSE(decode_peer_handshake(Value("waybill")));
}

TEST_CASE("every peer message comes back as it was") {
  for (const auto& message : samples::peer_messages()) {
    const auto bytes = encode_peer_message(message);
    const auto decoded = decode_peer_message(bytes);
    REQUIRE(decoded);
    CHECK(decoded->index() == message.index());
    CHECK(encode_peer_message(*decoded) == bytes);
  }
  const auto refusal =
      decode_peer_message(encode_peer_message(PeerRefusal{Refusal::order_revoked, samples::order().id}));
  REQUIRE(refusal);
  CHECK(std::get<PeerRefusal>(*refusal).reason == Refusal::order_revoked);
  CHECK(std::get<PeerRefusal>(*refusal).order == samples::order().id);
}

TEST_CASE("the largest order fits into a peer message") {
  const auto envelope = ByteString(kMaxOrderBytes, 'o');
  const auto bytes = encode_peer_message(PeerOrder{envelope});
  CHECK(bytes.size() <= kMaxPeerMessageBytes);
  CHECK(std::get<PeerOrder>(*decode_peer_message(bytes)).envelope == envelope);
}

TEST_CASE("malformed peer messages are refused") {
  CHECK(refused({}));
  CHECK(refused({{"type", 1}}));
  CHECK(refused({{"type", "greeting"}}));
  CHECK(refused({{"type", "proof"}}));
  CHECK(refused({{"type", "proof"}, {"signature", ByteString(63, 's')}}));
  CHECK(refused({{"type", "order"}}));
  CHECK(refused({{"type", "order"}, {"envelope", ByteString(kMaxOrderBytes + 1, 'o')}}));
  CHECK(refused({{"type", "acknowledgement"}, {"envelope", ByteString(kMaxAcknowledgementBytes + 1, 'a')}}));
  CHECK(refused({{"type", "acknowledgement"}, {"envelope", 1}}));
  CHECK(refused({{"type", "refusal"}}));
  CHECK(refused({{"type", "refusal"}, {"reason", -1}}));
  CHECK(refused({{"type", "refusal"}, {"reason", std::int64_t{1} << 40}}));
  CHECK(refused({{"type", "refusal"}, {"reason", 2}, {"order", "short"}}));
  CHECK_FALSE(decode_peer_message("not bencoded"));
  CHECK_FALSE(decode_peer_message(ByteString(kMaxPeerMessageBytes + 1, 'x')));
}

TEST_CASE("unknown fields are ignored, and a later version's refusal reads as none") {
  const auto later = decode_peer_message(encode(Dictionary{{"type", "refusal"}, {"reason", 999}, {"hint", "x"}}));
  REQUIRE(later);
  CHECK(std::get<PeerRefusal>(*later).reason == Refusal::none);
}

TEST_CASE("a proof holds for its key, both nonces and its content, and for nothing else") {
  const auto content = samples::order().content;
  const auto mine = samples::handshake(samples::receiver(), 'r');
  const auto theirs = samples::handshake(samples::sender(), 's');
  const auto proof = sign_peer_proof(samples::receiver(), mine, theirs, content);
  CHECK(verify_peer_proof(proof, mine, theirs, content));
  CHECK_FALSE(verify_peer_proof(proof, theirs, mine, content));
  CHECK_FALSE(verify_peer_proof(proof, mine, theirs, samples::id_of<ContentId>(1)));
  CHECK_FALSE(verify_peer_proof(proof, samples::handshake(samples::receiver(), 'x'), theirs, content));
  CHECK_FALSE(verify_peer_proof(proof, mine, samples::handshake(samples::sender(), 'x'), content));
  CHECK_FALSE(verify_peer_proof(proof, mine, samples::handshake(samples::tracker(), 's'), content));
  CHECK_FALSE(verify_peer_proof(proof, samples::handshake(samples::tracker(), 'r'), theirs, content));
  for (std::size_t i = 0; i < proof.bytes.size() * 8; ++i) {
    auto flipped = proof;
    flipped.bytes[i / 8] ^= static_cast<unsigned char>(1 << i % 8);
    CHECK_FALSE(verify_peer_proof(flipped, mine, theirs, content));
  }
}

TEST_CASE("a proof sent back to the one who made it proves nothing") {
  const auto content = samples::order().content;
  const auto mine = samples::handshake(samples::receiver(), 'r');
  const auto echo = mine;  // the other side repeats our key and nonce
  const auto proof = sign_peer_proof(samples::receiver(), mine, echo, content);
  CHECK_FALSE(verify_peer_proof(proof, echo, mine, content));
}

TEST_CASE("nonces of other lengths prove nothing, even where the joined bytes are the same") {
  const auto content = samples::order().content;
  auto mine = samples::handshake(samples::receiver(), 'n');
  auto theirs = samples::handshake(samples::sender(), 'n');
  const auto proof = sign_peer_proof(samples::receiver(), mine, theirs, content);
  mine.nonce += 'n';
  theirs.nonce.pop_back();
  CHECK_FALSE(verify_peer_proof(proof, mine, theirs, content));
}
