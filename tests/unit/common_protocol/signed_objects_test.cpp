// What every signature promises: whoever changes one bit, takes another key, or offers the object as another kind of
// object, has an object that does not verify.
#include <functional>

#include <doctest/doctest.h>

#include "common/protocol/domains.h"
#include "tests/unit/common_protocol/samples.h"

using namespace waybill;
using namespace waybill::protocol;

namespace {

struct Kind {
  const char* name;
  ByteString envelope;
  std::function<bool(ByteView)> verifies;
};

std::vector<Kind> all_kinds() {
  const auto by_sender = [](ByteView bytes) {
    const auto opened = read_receipt(bytes);
    return opened && opened->signed_by(samples::sender().public_key());
  };
  const auto by_receiver = [](ByteView bytes) {
    const auto opened = read_acknowledgement(bytes);
    return opened && opened->signed_by(samples::receiver().public_key());
  };
  const auto by_tracker = [](ByteView bytes) { return open_order(bytes, samples::tracker().public_key()).has_value(); };
  return {{"order", sign_order(samples::tracker(), samples::order()).envelope, by_tracker},
          {"acknowledgement", sign_acknowledgement(samples::receiver(), samples::acknowledgement()), by_receiver},
          {"receipt", sign_receipt(samples::sender(), samples::receipt()), by_sender},
          {"delivery", sign_delivery(samples::receiver(), samples::delivery()),
           [](ByteView bytes) { return open_delivery(bytes).has_value(); }}};
}

}  // namespace

TEST_CASE("one bit flipped anywhere in an envelope never verifies") {
  for (const auto& kind : all_kinds()) {
    CAPTURE(kind.name);
    REQUIRE(kind.verifies(kind.envelope));
    int verified = 0;
    for (std::size_t i = 0; i < kind.envelope.size() * 8; ++i) {
      auto flipped = kind.envelope;
      flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << i % 8));
      verified += kind.verifies(flipped);
    }
    CHECK(verified == 0);
  }
}

TEST_CASE("an envelope cut short or prolonged anywhere never verifies") {
  for (const auto& kind : all_kinds()) {
    CAPTURE(kind.name);
    for (std::size_t length = 0; length < kind.envelope.size(); ++length) {
      CHECK_FALSE(kind.verifies(kind.envelope.substr(0, length)));
    }
    CHECK_FALSE(kind.verifies(kind.envelope + "e"));
  }
}

TEST_CASE("a signature made for one kind of object is worthless for another") {
  const auto kinds = all_kinds();
  for (const auto& kind : kinds) {
    for (const auto& other : kinds) {
      CAPTURE(kind.name);
      CAPTURE(other.name);
      CHECK(kind.verifies(other.envelope) == (&kind == &other));
    }
  }
  const auto key = samples::sender();
  const auto envelope = Envelope::sign(key, kReceiptDomain, "payload");
  CHECK(envelope.verify(key.public_key(), kReceiptDomain));
  for (const char* domain : {kOrderDomain, kAcknowledgementDomain, kDeliveryDomain, kHelloDomain, kEnrollDomain,
                             kPublishDomain, kPeerDomain, kStatementDomain}) {
    CHECK_FALSE(envelope.verify(key.public_key(), domain));
  }
}

TEST_CASE("an envelope is exactly a payload and a signature") {
  const auto envelope = Envelope::sign(samples::sender(), kReceiptDomain, "payload");
  CHECK(*Envelope::decode(envelope.encode(), 200) == envelope);
  CHECK_FALSE(Envelope::decode(envelope.encode(), envelope.encode().size() - 1));
  const auto signature = envelope.signature.str();
  CHECK_FALSE(Envelope::decode(encode(Dictionary{{"b", "payload"}, {"s", signature}, {"t", 1}}), 200));
  CHECK_FALSE(Envelope::decode(encode(Dictionary{{"b", "payload"}, {"s", signature.substr(1)}}), 200));
  CHECK_FALSE(Envelope::decode(encode(Dictionary{{"b", 1}, {"s", signature}}), 200));
  CHECK_FALSE(Envelope::decode(encode(Dictionary{{"s", signature}}), 200));
  CHECK_FALSE(Envelope::decode(encode(List{"payload", signature}), 200));
}

TEST_CASE("an acknowledgement comes back as it was, and malformed ones are refused") {
  const auto good = samples::acknowledgement();
  const auto opened = read_acknowledgement(sign_acknowledgement(samples::receiver(), good));
  REQUIRE(opened);
  CHECK(opened->acknowledgement == good);
  CHECK_FALSE(opened->signed_by(samples::sender().public_key()));
  const std::function<void(Acknowledgement&)> changes[] = {[](auto& a) { a.sequence = -1; },
                                                           [](auto& a) { a.total_bytes = {-1}; },
                                                           [](auto& a) { a.total_pieces = -1; },
                                                           [](auto& a) { a.total_bytes = {kMaxContentBytes + 1}; },
                                                           [](auto& a) { a.time = {-1}; },
                                                           [](auto& a) { a.total_pieces = kMaxPieces + 1; },
                                                           [](auto& a) { a.time = {kMaxTimeMs + 1}; }};
  for (const auto& change : changes) {
    auto bad = good;
    change(bad);
    CHECK_FALSE(read_acknowledgement(sign_acknowledgement(samples::receiver(), bad)));
  }
  Acknowledgement largest{good.order, std::numeric_limits<std::int64_t>::max(), AckedBytes{kMaxContentBytes},
                          kMaxPieces, TimeMs{kMaxTimeMs}};
  const auto bytes = sign_acknowledgement(samples::receiver(), largest);
  CHECK(bytes.size() <= kMaxAcknowledgementBytes);
  CHECK(read_acknowledgement(bytes)->acknowledgement == largest);
}

TEST_CASE("a delivery comes back as it was, and malformed or foreign ones are refused") {
  const auto good = samples::delivery();
  CHECK(*open_delivery(sign_delivery(samples::receiver(), good)) == good);
  CHECK(sign_delivery(samples::receiver(), good).size() <= kMaxDeliveryBytes);
  const auto foreign = open_delivery(sign_delivery(samples::sender(), good));
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().message == "the delivery is not signed by its receiver");
  const std::function<void(Delivery&)> changes[] = {
      [](auto& d) { d.size = {0}; }, [](auto& d) { d.size = {-1}; }, [](auto& d) { d.size = {kMaxContentBytes + 1}; },
      [](auto& d) { d.started = {-1}; }, [](auto& d) { d.completed = d.started - DurationMs{1}; }};
  for (const auto& change : changes) {
    auto bad = good;
    change(bad);
    CHECK_FALSE(open_delivery(sign_delivery(samples::receiver(), bad)));
  }
}
