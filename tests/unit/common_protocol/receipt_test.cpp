#include "common/protocol/receipt.h"

#include <functional>

#include <doctest/doctest.h>

#include "common/protocol/domains.h"
#include "tests/unit/common_protocol/samples.h"

using namespace waybill;
using namespace waybill::protocol;

namespace {

using Change = std::function<void(Receipt&)>;

Dictionary payload_fields() {
  const auto envelope = Envelope::decode(sign_receipt(samples::sender(), samples::receipt()), kMaxReceiptBytes);
  return std::get<Dictionary>(*decode(envelope->payload, kMaxReceiptBytes));
}

ByteString signed_fields(const Dictionary& fields) {
  return Envelope::sign(samples::sender(), kReceiptDomain, encode(fields)).encode();
}

}  // namespace

TEST_CASE("a receipt comes back as it was, path and acknowledgement inside") {
  const auto receipt = samples::receipt();
  const auto opened = read_receipt(sign_receipt(samples::sender(), receipt));
  REQUIRE(opened);
  CHECK(opened->receipt == receipt);
  CHECK(opened->signed_by(samples::sender().public_key()));
  CHECK_FALSE(opened->signed_by(samples::receiver().public_key()));
  const auto inside = read_acknowledgement(opened->receipt.acknowledgement);
  REQUIRE(inside);
  CHECK(inside->acknowledgement == samples::acknowledgement());
  CHECK(inside->signed_by(samples::receiver().public_key()));
}

TEST_CASE("a receipt without a path or an acknowledgement is well-formed") {
  auto receipt = samples::receipt();
  receipt.path = {};
  receipt.acknowledgement.clear();
  receipt.sent = receipt.sent_total = {0};
  const auto opened = read_receipt(sign_receipt(samples::sender(), receipt));
  REQUIRE(opened);
  CHECK(opened->receipt == receipt);
}

TEST_CASE("the largest receipt fits its limit, and what exceeds it is refused") {
  const auto largest = sign_receipt(samples::sender(), samples::largest_receipt());
  CHECK(largest.size() <= kMaxReceiptBytes);
  const auto opened = read_receipt(largest);
  REQUIRE(opened);
  CHECK(opened->receipt == samples::largest_receipt());
  CHECK_FALSE(read_receipt(signed_fields({{"padding", ByteString(kMaxReceiptBytes, 'x')}})));
}

TEST_CASE("each malformed receipt is refused, though its signature is good") {
  const std::pair<const char*, Change> cases[] = {
      {"sequence 0", [](auto& r) { r.id.sequence = 0; }},
      {"sequence below 0", [](auto& r) { r.id.sequence = -1; }},
      {"sequence beyond the limit", [](auto& r) { r.id.sequence = kMaxReceiptSequence + 1; }},
      {"sent below 0", [](auto& r) { r.sent = {-1}; }},
      {"sent beyond its total", [](auto& r) { r.sent = {r.sent_total.value + 1}; }},
      {"total below 0", [](auto& r) { r.sent_total = {-1}; }},
      {"total beyond any content", [](auto& r) { r.sent_total = {kMaxContentBytes + 1}; }},
      {"start before 1970", [](auto& r) { r.start = {-1}; }},
      {"ends before it starts", [](auto& r) { r.end = r.start - DurationMs{1}; }},
      {"end after 9999", [](auto& r) { r.end = {kMaxTimeMs + 1}; }},
      {"highest rate below 0", [](auto& r) { r.max_rate = {-1}; }},
      {"average rate below 0", [](auto& r) { r.average_rate = {-1}; }},
      {"acknowledgement too large", [](auto& r) { r.acknowledgement.resize(kMaxAcknowledgementBytes + 1); }},
      {"too many hops",
       [](auto& r) {
         r.path.hops.clear();
         for (int i = 0; i <= kMaxHops; ++i) r.path.hops.push_back({i + 1, std::nullopt, 0, HopSide::network, ""});
       }},
  };
  for (const auto& [name, change] : cases) {
    CAPTURE(name);
    auto receipt = samples::receipt();
    change(receipt);
    const auto opened = read_receipt(sign_receipt(samples::sender(), receipt));
    REQUIRE_FALSE(opened);
    CHECK(opened.error().kind == ErrorKind::refused);
  }
}

TEST_CASE("a receipt's missing and mistyped fields are refused, unknown ones ignored") {
  for (const auto& [key, value] : payload_fields()) {
    CAPTURE(key);
    auto fields = payload_fields();
    fields[key] = List{};
    CHECK_FALSE(read_receipt(signed_fields(fields)));
    fields.erase(key);
    CHECK_FALSE(read_receipt(signed_fields(fields)));
  }
  auto fields = payload_fields();
  fields["weather"] = "fog";
  const auto opened = read_receipt(signed_fields(fields));
  REQUIRE(opened);
  CHECK(opened->receipt == samples::receipt());
  CHECK(opened->signed_by(samples::sender().public_key()));  // the unknown field is under the signature too
}

TEST_CASE("a batch comes back as it was, and foreign things in it are refused") {
  const std::vector<ByteString> envelopes{sign_receipt(samples::sender(), samples::receipt()), "", "not a receipt"};
  CHECK(*decode_receipt_batch(encode_receipt_batch(envelopes)) == envelopes);
  CHECK(decode_receipt_batch(encode_receipt_batch({}))->empty());
  CHECK(decode_receipt_batch(encode_receipt_batch(std::vector<ByteString>(kMaxReceiptsPerBatch, "r"))));
  CHECK_FALSE(decode_receipt_batch(encode_receipt_batch(std::vector<ByteString>(kMaxReceiptsPerBatch + 1, "r"))));
  CHECK_FALSE(decode_receipt_batch(encode_receipt_batch({ByteString(kMaxBatchBytes, 'r')})));
  for (const char* body : {"", "le", "de", "d8:receiptsi1ee", "d8:receiptsli1eee", "d8:receiptsl1:ree "}) {
    CAPTURE(body);
    CHECK_FALSE(decode_receipt_batch(body));
  }
}

TEST_CASE("an answer has one status for each receipt") {
  const std::vector<int> statuses{0, 1, 2, 44, 999'999};  // numbers of later versions pass
  CHECK(*decode_receipt_answer(encode_receipt_answer(statuses), statuses.size()) == statuses);
  CHECK_FALSE(decode_receipt_answer(encode_receipt_answer(statuses), statuses.size() - 1));
  CHECK_FALSE(decode_receipt_answer(encode_receipt_answer(statuses), statuses.size() + 1));
  for (const char* body : {"", "de", "d8:statusesli-1eee", "d8:statusesl1:0ee", "d8:statusesli4294967296eee"}) {
    CAPTURE(body);
    CHECK_FALSE(decode_receipt_answer(body, 1));
  }
}
