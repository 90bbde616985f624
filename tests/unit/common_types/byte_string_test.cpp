#include "common/types/byte_string.h"

#include <doctest/doctest.h>

#include "common/types/ids.h"
#include "common/types/units.h"

using namespace waybill;

TEST_CASE("hexadecimal: every byte there and back") {
  ByteString all;
  for (int value = 0; value < 256; ++value) all.push_back(static_cast<char>(value));
  const auto text = to_hex(all);
  CHECK(text.substr(0, 8) == "00010203");
  CHECK(text.substr(508) == "feff");
  CHECK(from_hex(text).value() == all);
  CHECK(from_hex("FeFF").value() == "\xfe\xff");
  CHECK(from_hex("").value().empty());
}

TEST_CASE("hexadecimal: odd lengths and other characters are refused") {
  for (const auto* bad : {"0", "0g", "g0", "0x", " 0", "00 "}) {
    CAPTURE(bad);
    const auto decoded = from_hex(bad);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().kind == ErrorKind::refused);
  }
}

TEST_CASE("ids: exactly their length, named in the refusal") {
  const std::string digits(64, 'a');
  CHECK(AgentKey::from_hex(digits).value().hex() == digits);
  CHECK(AgentKey::from_hex(digits).value().brief() == "aaaaaaaaaa");
  const auto wrong = OrderId::from_hex(digits);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message.find("order id") != std::string::npos);
  CHECK_FALSE(ContentId::from_bytes(std::string(31, 'x')));
  CHECK_FALSE(ContentId::from_hex(std::string(64, 'z')));
}

TEST_CASE("units: arithmetic stays within one unit") {
  CHECK((seconds(2) + DurationMs{5}).value == 2005);
  CHECK((TimeMs{1000} + seconds(1)) == TimeMs{2000});
  CHECK((TimeMs{3000} - TimeMs{1000}) == seconds(2));
  CHECK(minutes(1) < hours(1));
}
