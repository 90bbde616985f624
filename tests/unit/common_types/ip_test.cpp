#include "common/types/ip.h"

#include <doctest/doctest.h>

using namespace waybill;

namespace {

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }
IpPrefix prefix(std::string_view text) { return IpPrefix::parse(text).value(); }

}  // namespace

TEST_CASE("addresses: both families, printed in canonical form") {
  CHECK(ip("192.0.2.1").str() == "192.0.2.1");
  CHECK(ip("2001:DB8:0:0::1").str() == "2001:db8::1");
  CHECK(ip("::ffff:192.0.2.1") == ip("192.0.2.1"));
  CHECK(IpAddress::from_v4(0xc0000201) == ip("192.0.2.1"));
  CHECK(ip("192.0.2.1").is_v4());
  CHECK_FALSE(ip("2001:db8::1").is_v4());
}

TEST_CASE("addresses: what is none is refused") {
  using namespace std::string_view_literals;
  for (const auto bad : {""sv, "192.0.2"sv, "192.0.2.256"sv, "192.0.2.1.1"sv, "2001:db8::1::2"sv, "[::1]"sv,
                         "fe80::1%eth0"sv, "example.com"sv, " 192.0.2.1"sv, "192.0.2.1\0x"sv}) {
    CAPTURE(bad);
    const auto parsed = IpAddress::parse(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind == ErrorKind::refused);
  }
}

TEST_CASE("addresses: which are private, loopback, unspecified") {
  for (const auto* text : {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.255.255",
                           "169.254.1.1", "fd00::1", "fe80::1"}) {
    CAPTURE(text);
    CHECK(ip(text).is_private());
  }
  for (const auto* text :
       {"9.255.255.255", "172.32.0.1", "192.169.0.1", "100.128.0.1", "100.63.255.255", "2001:db8::1"}) {
    CAPTURE(text);
    CHECK_FALSE(ip(text).is_private());
  }
  CHECK(ip("127.9.9.9").is_loopback());
  CHECK(ip("::1").is_loopback());
  CHECK_FALSE(ip("128.0.0.1").is_loopback());
  CHECK(ip("0.0.0.0").is_unspecified());
  CHECK(ip("::").is_unspecified());
  CHECK_FALSE(ip("0.0.0.1").is_unspecified());
}

TEST_CASE("prefixes: contain what begins with their bits, within their family") {
  CHECK(prefix("192.0.2.0/24").contains(ip("192.0.2.255")));
  CHECK_FALSE(prefix("192.0.2.0/24").contains(ip("192.0.3.0")));
  CHECK(prefix("192.0.2.128/25").contains(ip("192.0.2.128")));
  CHECK_FALSE(prefix("192.0.2.128/25").contains(ip("192.0.2.127")));
  CHECK(prefix("192.0.2.1/32").contains(ip("192.0.2.1")));
  CHECK(prefix("0.0.0.0/0").contains(ip("203.0.113.9")));
  CHECK_FALSE(prefix("0.0.0.0/0").contains(ip("2001:db8::1")));
  CHECK(prefix("::/0").contains(ip("2001:db8::1")));
  CHECK_FALSE(prefix("::/0").contains(ip("192.0.2.1")));
  CHECK(prefix("2001:db8::/33").contains(ip("2001:db8:7fff::1")));
  CHECK_FALSE(prefix("2001:db8::/33").contains(ip("2001:db8:8000::1")));
  CHECK(prefix("192.0.2.0/24").mapped_length() == 120);
  CHECK(prefix("2001:db8::/32").mapped_length() == 32);
  CHECK(prefix("192.0.2.0/24").str() == "192.0.2.0/24");
}

TEST_CASE("prefixes: refused without a length, beyond the family's length, or with host bits") {
  for (const auto* bad : {"192.0.2.0", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/24x", "192.0.2.1/24",
                          "2001:db8::/129", "2001:db8::1/64", "/24", "x/24"}) {
    CAPTURE(bad);
    const auto parsed = IpPrefix::parse(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message.find(bad) != std::string::npos);
  }
}

TEST_CASE("endpoints: read and written in one form each") {
  for (const auto* text : {"192.0.2.1:80", "[2001:db8::1]:65535", "0.0.0.0:0"}) {
    CHECK(Endpoint::parse(text).value().str() == text);
  }
  for (const auto* bad : {"", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "2001:db8::1:80", "[192.0.2.1]:80", ":80",
                          "[2001:db8::1]", "192.0.2.1:80 "}) {
    CAPTURE(bad);
    CHECK_FALSE(Endpoint::parse(bad));
  }
}
