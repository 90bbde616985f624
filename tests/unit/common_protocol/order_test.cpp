#include "common/protocol/order.h"

#include <functional>

#include <doctest/doctest.h>

#include "common/protocol/bencode.h"
#include "tests/unit/common_protocol/samples.h"

using namespace waybill;
using namespace waybill::protocol;

namespace {

// The sample with one change to its fields, still well bencoded.
ByteString changed(const std::function<void(Dictionary&)>& change) {
  auto fields = std::get<Dictionary>(*decode(encode_order(samples::order()), kMaxOrderBytes));
  change(fields);
  return encode(fields);
}

using Malformed = std::pair<const char*, std::function<void(ServeOrder&)>>;

// Both the payload and the order that the tracker itself signed so.
void check_refused(const std::vector<Malformed>& cases) {
  for (const auto& [name, change] : cases) {
    CAPTURE(name);
    auto order = samples::order();
    change(order);
    const auto decoded = decode_order(encode_order(order));
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().kind == ErrorKind::refused);
    CHECK_FALSE(open_order(sign_order(samples::tracker(), order).envelope, samples::tracker().public_key()));
  }
}

}  // namespace

TEST_CASE("an order comes back as it was, with the tracker's signature") {
  const auto order = samples::order();
  const auto signed_order = sign_order(samples::tracker(), order);
  CHECK(signed_order.order == order);
  const auto opened = open_order(signed_order.envelope, samples::tracker().public_key());
  REQUIRE(opened);
  CHECK(opened->order == order);
  CHECK(opened->envelope == signed_order.envelope);
  CHECK(*read_order_unverified(signed_order.envelope) == order);
}

TEST_CASE("an order to a stock client names its address; without one an order's bytes are what they always were") {
  auto order = samples::order();
  CHECK(encode_order(order).find("stock_address") == ByteString::npos);
  order.stock_address = *IpAddress::parse("198.51.100.7");
  order.ack_window = order.byte_limit;
  const auto read = decode_order(encode_order(order));
  REQUIRE(read);
  CHECK(*read == order);
  order.ack_window.value = order.byte_limit.value - 1;
  CHECK_FALSE(decode_order(encode_order(order)));
  order.ack_window = order.byte_limit;
  order.stock_address = IpAddress{};
  CHECK_FALSE(decode_order(encode_order(order)));
  CHECK_FALSE(decode_order(changed([](Dictionary& fields) { fields["stock_address"] = "short"; })));
  CHECK_FALSE(decode_order(changed([](Dictionary& fields) { fields["stock_address"] = 7; })));
}

TEST_CASE("an order signed by another than the pinned tracker is refused by name") {
  const auto forged = sign_order(samples::sender(), samples::order());
  const auto opened = open_order(forged.envelope, samples::tracker().public_key());
  REQUIRE_FALSE(opened);
  CHECK(opened.error().kind == ErrorKind::refused);
  CHECK(opened.error().message == "the order is not signed by the tracker");
  CHECK(read_order_unverified(forged.envelope));  // as its name says
}

TEST_CASE("the largest order fits its limit, and what exceeds it is refused") {
  const auto largest = sign_order(samples::tracker(), samples::largest_order());
  CHECK(largest.envelope.size() <= kMaxOrderBytes);
  const auto opened = open_order(largest.envelope, samples::tracker().public_key());
  REQUIRE(opened);
  CHECK(opened->order == samples::largest_order());
  auto order = samples::order();
  order.owner = std::string(kMaxOrderBytes, 'x');
  CHECK_FALSE(open_order(sign_order(samples::tracker(), order).envelope, samples::tracker().public_key()));
}

TEST_CASE("an order with malformed piece ranges is refused") {
  check_refused({
      {"no ranges", [](auto& o) { o.ranges.clear(); }},
      {"unsorted",
       [](auto& o) {
         o.ranges = {{10, 2}, {0, 2}};
       }},
      {"touching",
       [](auto& o) {
         o.ranges = {{0, 2}, {2, 2}};
       }},
      {"overlapping",
       [](auto& o) {
         o.ranges = {{0, 5}, {3, 5}};
       }},
      {"twice",
       [](auto& o) {
         o.ranges = {{0, 5}, {0, 5}};
       }},
      {"too many",
       [](auto& o) {
         o.ranges.clear();
         for (std::int64_t i = 0; i <= static_cast<std::int64_t>(kMaxPieceRanges); ++i) o.ranges.push_back({i * 2, 1});
       }},
      {"first below 0",
       [](auto& o) {
         o.ranges = {{-1, 5}};
       }},
      {"count 0",
       [](auto& o) {
         o.ranges = {{0, 0}};
       }},
      {"count below 0",
       [](auto& o) {
         o.ranges = {{5, -1}};
       }},
      {"beyond the last piece",
       [](auto& o) {
         o.ranges = {{1, kMaxPieces}};
       }},
      {"first overflows",
       [](auto& o) {
         o.ranges = {{std::numeric_limits<std::int64_t>::max(), 1}};
       }},
      {"count overflows",
       [](auto& o) {
         o.ranges = {{1, std::numeric_limits<std::int64_t>::max()}};
       }},
  });
}

TEST_CASE("an order with malformed limits, times or names is refused") {
  check_refused({
      {"byte limit 0", [](auto& o) { o.byte_limit = {0}; }},
      {"byte limit below 0", [](auto& o) { o.byte_limit = {-1}; }},
      {"byte limit beyond any content", [](auto& o) { o.byte_limit = {kMaxContentBytes + 1}; }},
      {"window 0", [](auto& o) { o.ack_window = {0}; }},
      {"window below 0", [](auto& o) { o.ack_window = {-5}; }},
      {"rate below 0", [](auto& o) { o.rate_limit = {-1}; }},
      {"agreement below 0", [](auto& o) { o.agreement = {-1}; }},
      {"ends as it begins", [](auto& o) { o.not_after = o.not_before; }},
      {"ends before it begins", [](auto& o) { o.not_after = o.not_before - seconds(1); }},
      {"begins before 1970", [](auto& o) { o.not_before = {-1}; }},
      {"ends after 9999", [](auto& o) { o.not_after = {kMaxTimeMs + 1}; }},
      {"owner too long", [](auto& o) { o.owner = std::string(kMaxNameBytes + 1, 'x'); }},
      {"owner not UTF-8", [](auto& o) { o.owner = "\xff"; }},
      {"owner with control characters", [](auto& o) { o.owner = "a\x1b[2J"; }},
      {"to itself", [](auto& o) { o.receiver = o.sender; }},
  });
}

TEST_CASE("missing and mistyped fields are refused, unknown ones ignored") {
  const auto fields = std::get<Dictionary>(*decode(encode_order(samples::order()), kMaxOrderBytes));
  for (const auto& [key, value] : fields) {
    CAPTURE(key);
    CHECK_FALSE(decode_order(changed([&](Dictionary& d) { d.erase(key); })));
    CHECK_FALSE(decode_order(changed([&](Dictionary& d) { d[key] = Dictionary{}; })));
  }
  CHECK_FALSE(decode_order(changed([](Dictionary& d) { d["id"] = ByteString(15, 'x'); })));
  CHECK_FALSE(decode_order(changed([](Dictionary& d) { d["ranges"] = List{1, 2}; })));
  CHECK_FALSE(decode_order(changed([](Dictionary& d) { d["ranges"] = List{List{1}}; })));
  CHECK_FALSE(decode_order(changed([](Dictionary& d) { d["ranges"] = List{List{1, 2, 3}}; })));
  CHECK_FALSE(decode_order(changed([](Dictionary& d) { d["ranges"] = List{List{1, "2"}}; })));
  const auto later = decode_order(changed([](Dictionary& d) { d["colour"] = List{"blue"}; }));
  REQUIRE(later);
  CHECK(*later == samples::order());
}

TEST_CASE("covers says exactly the pieces of the ranges") {
  const auto order = samples::order();  // 0..15, 20, 22..121
  std::int64_t covered = 0;
  for (std::int64_t piece = -3; piece < 200; ++piece) {
    const bool expected = (piece >= 0 && piece < 16) || piece == 20 || (piece >= 22 && piece < 122);
    CAPTURE(piece);
    CHECK(order.covers(piece) == expected);
    covered += expected;
  }
  CHECK(order.piece_count() == covered);
  CHECK_FALSE(ServeOrder{}.covers(0));
  CHECK(ServeOrder{}.piece_count() == 0);
}
