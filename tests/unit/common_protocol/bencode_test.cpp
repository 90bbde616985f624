#include "common/protocol/bencode.h"

#include <limits>

#include <doctest/doctest.h>

#include "common/protocol/limits.h"
#include "common/types/ids.h"

using namespace waybill;
using namespace waybill::protocol;

namespace {

constexpr std::size_t kEnough = 1 << 20;

bool refused(ByteView bytes) { return !decode(bytes, kEnough); }

ByteString nested(int depth) {
  return ByteString(static_cast<std::size_t>(depth), 'l') + ByteString(static_cast<std::size_t>(depth), 'e');
}

}  // namespace

TEST_CASE("what is encoded decodes to the same value, and the bytes are BEP 3's") {
  const std::pair<Value, const char*> cases[] = {
      {0, "i0e"},
      {-42, "i-42e"},
      {std::numeric_limits<std::int64_t>::max(), "i9223372036854775807e"},
      {std::numeric_limits<std::int64_t>::min(), "i-9223372036854775808e"},
      {"", "0:"},
      {"spam", "4:spam"},
      {List{}, "le"},
      {List{1, "a", List{}}, "li1e1:alee"},
      {Dictionary{}, "de"},
      {Dictionary{{"b", 2}, {"a", 1}, {"aa", "x"}}, "d1:ai1e2:aa1:x1:bi2ee"},
  };
  for (const auto& [value, bytes] : cases) {
    CHECK(encode(value) == bytes);
    const auto decoded = decode(bytes, kEnough);
    REQUIRE(decoded);
    CHECK(*decoded == value);
  }
}

TEST_CASE("strings carry any bytes") {
  ByteString all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  const auto decoded = decode(encode(Value(all)), kEnough);
  REQUIRE(decoded);
  CHECK(std::get<ByteString>(*decoded) == all);
}

TEST_CASE("anything but the one canonical form is refused") {
  for (const char* bytes : {"",
                            "i",
                            "ie",
                            "i-e",
                            "i-0e",
                            "i00e",
                            "i01e",
                            "i-01e",
                            "i+1e",
                            "i 1e",
                            "i1 e",
                            "i1",
                            "i9223372036854775808e",
                            "i-9223372036854775809e",
                            "i0x1e",
                            "i1.0e",
                            "01:a",
                            "00:",
                            "1:",
                            "2:a",
                            "1a",
                            "-1:a",
                            "+1:a",
                            "1 :a",
                            ":",
                            "99999999999999999999999:a",
                            "l",
                            "li1e",
                            "d",
                            "d1:a",
                            "d1:ai1e",
                            "di1ei2ee",
                            "d1:ae",
                            "dlei1ee",
                            "x",
                            "e",
                            "le ",
                            "i1ei2e",
                            "d1:bi1e1:ai2ee",
                            "d1:ai1e1:ai2ee",
                            "d2:aai1e1:ai1ee"}) {
    CAPTURE(bytes);
    CHECK(refused(bytes));
  }
}

TEST_CASE("a length that claims more than is there allocates nothing and is refused") {
  CHECK(refused("4294967295:abc"));
  CHECK(refused("18446744073709551615:abc"));
}

TEST_CASE("depth, size and number of values are bounded") {
  CHECK(decode(nested(kMaxBencodeDepth), kEnough));
  CHECK(refused(nested(kMaxBencodeDepth + 1)));
  CHECK(refused(ByteString(kEnough, 'l')));
  CHECK(refused(ByteString(kEnough, 'd')));
  CHECK(decode("4:spam", 6));
  CHECK_FALSE(decode("4:spam", 5));
  ByteString items = "l";
  for (std::size_t i = 0; i + 1 < kMaxBencodeItems; ++i) items += "0:";
  CHECK(decode(items + "e", kEnough));
  CHECK(refused(items + "0:e"));
}

TEST_CASE("refusals are the other side's fault and say what is wrong") {
  const auto result = decode("i01e", kEnough);
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::refused);
  CHECK(result.error().message.find("leading zeros") != std::string::npos);
}

TEST_CASE("a field reader remembers the first fault, names the message, and ignores unknown fields") {
  const Value value = Dictionary{{"n", 5}, {"s", "abc"}, {"l", List{1, 2}}, {"t", "\x1b[2J"}, {"unknown", 1}};
  FieldReader good(value, "the thing");
  CHECK(good.integer("n", 0, 5) == 5);
  CHECK(good.bytes("s", 3) == "abc");
  CHECK(good.text("s", 3) == "abc");
  CHECK(good.list("l", 2).size() == 2);
  CHECK(good.optional("absent") == nullptr);
  CHECK(good.finish());

  const auto fault_of = [&](auto read) {
    FieldReader reader(value, "the thing");
    read(reader);
    reader.fault("a later fault");
    const auto status = reader.finish();
    return status ? std::string() : status.error().message;
  };
  CHECK(fault_of([](FieldReader& r) { r.integer("n", 0, 4); }) == "the thing is malformed: 'n' is 5, outside 0 to 4");
  CHECK(fault_of([](FieldReader& r) { r.integer("s", 0, 4); }).find("'s' is not there") != std::string::npos);
  CHECK(fault_of([](FieldReader& r) { r.integer("absent", 0, 4); }).find("'absent' is not") != std::string::npos);
  CHECK(fault_of([](FieldReader& r) { r.bytes("s", 2); }).find("longer than 2") != std::string::npos);
  CHECK(fault_of([](FieldReader& r) { r.bytes("n", 2); }).find("'n' is not there") != std::string::npos);
  CHECK(fault_of([](FieldReader& r) { r.text("t", 9); }).find("printable") != std::string::npos);
  CHECK(fault_of([](FieldReader& r) { r.list("l", 1); }).find("more than 1") != std::string::npos);
  CHECK(fault_of([](FieldReader& r) { r.list("n", 1); }).find("'n' is not there") != std::string::npos);
  CHECK(fault_of([](FieldReader& r) { r.id<OrderId>("s"); }).find("order id must be 16") != std::string::npos);
}

TEST_CASE("a field reader of something that is no dictionary refuses") {
  const Value value = 3;
  CHECK_FALSE(FieldReader(value, "the thing").finish());
}
