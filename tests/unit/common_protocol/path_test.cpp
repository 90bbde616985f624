#include "common/protocol/path.h"

#include <functional>

#include <doctest/doctest.h>

#include "tests/unit/common_protocol/samples.h"

using namespace waybill;
using namespace waybill::protocol;

TEST_CASE("a path comes back as it was: silent hops, IPv4, IPv6, names") {
  CHECK(*decode_path(encode_path(samples::path())) == samples::path());
  CHECK(*decode_path(encode_path(Path{})) == Path{});
}

TEST_CASE("each malformed path is refused") {
  const std::pair<const char*, std::function<void(Path&)>> cases[] = {
      {"TTL 0", [](auto& p) { p.hops[0].ttl = 0; }},
      {"TTL beyond 255", [](auto& p) { p.hops[3].ttl = 256; }},
      {"TTL twice", [](auto& p) { p.hops[1].ttl = 1; }},
      {"TTLs fall", [](auto& p) { std::swap(p.hops[0].ttl, p.hops[1].ttl); }},
      {"time below 0", [](auto& p) { p.hops[0].rtt_us = -1; }},
      {"time of more than an hour", [](auto& p) { p.hops[0].rtt_us = 3'600'000'001; }},
      {"unknown side", [](auto& p) { p.hops[0].side = static_cast<HopSide>(3); }},
      {"name too long", [](auto& p) { p.hops[0].name = std::string(kMaxHopNameBytes + 1, 'n'); }},
      {"name with control characters", [](auto& p) { p.hops[0].name = "\x1b[2J"; }},
      {"silent, with a name", [](auto& p) { p.hops[2].name = "ghost"; }},
      {"unknown method", [](auto& p) { p.method = static_cast<PathMethod>(2); }},
      {"hops without a method", [](auto& p) { p.method = PathMethod::none; }},
      {"probed before 1970", [](auto& p) { p.probed_at = {-1}; }},
  };
  for (const auto& [name, change] : cases) {
    CAPTURE(name);
    auto path = samples::path();
    change(path);
    const auto decoded = decode_path(encode_path(path));
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().kind == ErrorKind::refused);
  }
}

TEST_CASE("addresses of another length and mistyped fields are refused, unknown ones ignored") {
  const auto fields = std::get<Dictionary>(encode_path(samples::path()));
  const auto with = [&](const char* key, Value value) {
    auto changed = fields;
    changed[key] = std::move(value);
    return decode_path(changed).has_value();
  };
  CHECK_FALSE(with("source", "1234"));
  CHECK_FALSE(with("destination", 4));
  CHECK_FALSE(with("complete", 2));
  CHECK_FALSE(with("hops", List{3}));
  CHECK_FALSE(with("hops", List{Dictionary{{"ttl", 1}, {"side", 0}, {"address", "1234"}, {"rtt_us", 1}}}));
  CHECK_FALSE(with("hops", List{Dictionary{{"ttl", 1}, {"side", 0}, {"rtt_us", 1}}}));
  CHECK(with("hops", List{Dictionary{{"ttl", 1}, {"side", 0}, {"mpls", 1}}}));
  CHECK(with("later", 1));
  CHECK_FALSE(decode_path(Value(1)));
}
