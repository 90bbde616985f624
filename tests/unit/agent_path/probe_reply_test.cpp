#include "agent/path/probe_reply.h"

#include <doctest/doctest.h>

#include "agent/path/trace_limits.h"

namespace waybill::agent {
namespace {

const ByteString kNonce = "12345678";

TEST_CASE("a quoted probe tells its TTL and round") {
  for (int ttl = 1; ttl <= kHighestTtl; ++ttl) {
    const auto tag = decode_probe(encode_probe(ttl, 2, kNonce), kNonce);
    REQUIRE(tag);
    CHECK(tag->ttl == ttl);
    CHECK(tag->round == 2);
  }
  CHECK(decode_probe(encode_probe(7, 0, kNonce) + ByteString(40, '\0'), kNonce)->ttl == 7);  // padded by the router
}

TEST_CASE("what is no probe of this trace is told apart") {
  const auto probe = encode_probe(7, 0, kNonce);
  CHECK(probe.size() == kProbePayloadBytes);
  CHECK_FALSE(decode_probe(probe, "87654321"));
  CHECK_FALSE(decode_probe("", kNonce));
  CHECK_FALSE(decode_probe(probe.substr(0, probe.size() - 1), kNonce));
  for (const int ttl : {0, kHighestTtl + 1, 255}) {
    auto forged = probe;
    forged[3] = static_cast<char>(ttl);
    CHECK_FALSE(decode_probe(forged, kNonce));
  }
  auto forged = probe;
  forged[2] = kRounds;
  CHECK_FALSE(decode_probe(forged, kNonce));
  forged = probe;
  forged[0] = 'X';
  CHECK_FALSE(decode_probe(forged, kNonce));
}

TEST_CASE("ICMP numbers mean what the RFCs say") {
  CHECK(classify_icmp(IpFamily::v4, 11, 0) == ReplyKind::time_exceeded);
  CHECK_FALSE(classify_icmp(IpFamily::v4, 11, 1));  // reassembly time exceeded
  CHECK(classify_icmp(IpFamily::v4, 3, 3) == ReplyKind::port_unreachable);
  CHECK(classify_icmp(IpFamily::v4, 3, 1) == ReplyKind::unreachable);
  CHECK(classify_icmp(IpFamily::v4, 3, 13) == ReplyKind::unreachable);
  CHECK_FALSE(classify_icmp(IpFamily::v4, 3, 4));  // fragmentation needed
  CHECK_FALSE(classify_icmp(IpFamily::v4, 12, 0));
  CHECK(classify_icmp(IpFamily::v6, 3, 0) == ReplyKind::time_exceeded);
  CHECK(classify_icmp(IpFamily::v6, 1, 4) == ReplyKind::port_unreachable);
  CHECK(classify_icmp(IpFamily::v6, 1, 0) == ReplyKind::unreachable);
  CHECK_FALSE(classify_icmp(IpFamily::v6, 2, 0));  // packet too big
  CHECK_FALSE(classify_icmp(IpFamily::v6, 11, 0));
}

}  // namespace
}  // namespace waybill::agent
