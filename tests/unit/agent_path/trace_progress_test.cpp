#include "agent/path/trace_progress.h"

#include <numeric>

#include <doctest/doctest.h>

namespace waybill::agent {
namespace {

using protocol::Hop;
using protocol::HopSide;
using protocol::Path;

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }
const IpAddress kSource = ip("198.18.1.100");
const IpAddress kDestination = ip("198.18.2.100");

ProbeReply reply(int ttl, const char* from, ReplyKind kind = ReplyKind::time_exceeded, std::int64_t rtt_us = 500) {
  return {ttl, ip(from), kind, rtt_us};
}
ProbeReply receiver(int ttl) { return reply(ttl, "198.18.2.100", ReplyKind::port_unreachable); }

TraceProgress progress(const std::vector<ProbeReply>& replies) {
  TraceProgress made(kSource, kDestination);
  for (const auto& each : replies) made.add(each);
  return made;
}

Path assemble(const std::vector<ProbeReply>& replies) {
  return assemble_path(progress(replies), kSource, kDestination, TimeMs{1234});
}

// "198.18.1.1 * 198.18.2.100!": "!" is the receiver, "~" the customer's side.
std::string text(const Path& path) {
  std::string all;
  int ttl = 1;
  for (const auto& hop : path.hops) {
    CHECK(hop.ttl == ttl++);
    if (!all.empty()) all += ' ';
    all += hop.address ? hop.address->str() : "*";
    if (hop.side == HopSide::receiver) all += '!';
    if (hop.side == HopSide::customer) all += '~';
  }
  return all;
}

std::vector<int> from_to(int first, int last) {
  std::vector<int> ttls(static_cast<std::size_t>(last - first + 1));
  std::iota(ttls.begin(), ttls.end(), first);
  return ttls;
}

TEST_CASE("replies in any order become hops up to the receiver") {
  const auto path = assemble({receiver(3), receiver(4), reply(2, "198.18.0.1"), receiver(5), reply(1, "198.18.1.1")});
  CHECK(text(path) == "198.18.1.1 198.18.0.1 198.18.2.100!");
  CHECK(path.complete);
  CHECK(path.method == protocol::PathMethod::trace);
  CHECK(path.source == kSource);
  CHECK(path.destination == kDestination);
  CHECK(path.probed_at == TimeMs{1234});
  CHECK(path.hops[0].rtt_us == 500);
}

TEST_CASE("silent hops are kept, trailing silence is cut to a stated number") {
  CHECK(text(assemble({reply(2, "198.18.0.1"), receiver(4)})) == "* 198.18.0.1 * 198.18.2.100!");
  const auto unfinished = assemble({reply(1, "198.18.1.1"), reply(3, "198.18.0.1")});
  CHECK(text(unfinished) == "198.18.1.1 * 198.18.0.1 * * *");
  CHECK(kTrailingSilence == 3);
  CHECK_FALSE(unfinished.complete);
  CHECK(text(assemble({reply(29, "198.18.0.1")})).ends_with("198.18.0.1 *"));
  CHECK(assemble({}).hops.empty());
  CHECK_FALSE(assemble({}).complete);
}

TEST_CASE("a refusal on the way ends the path where it was said") {
  // The router answers for its own TTL, and says "host unreachable" to what goes beyond.
  const auto dead_end =
      assemble({reply(1, "198.18.1.1"), reply(2, "198.18.0.1"), reply(3, "198.18.0.1", ReplyKind::unreachable)});
  CHECK(text(dead_end) == "198.18.1.1 198.18.0.1");
  CHECK_FALSE(dead_end.complete);
  // A firewall that refuses with "port unreachable" in its own name is not the receiver.
  const auto firewall = assemble({reply(1, "198.18.1.1"), reply(2, "198.18.0.9", ReplyKind::port_unreachable)});
  CHECK(text(firewall) == "198.18.1.1 198.18.0.9");
  CHECK_FALSE(firewall.complete);
}

TEST_CASE("the receiver is known by its address, whatever it says") {
  CHECK(text(assemble({reply(1, "198.18.2.100", ReplyKind::unreachable)})) == "198.18.2.100!");
}

TEST_CASE("who passes on what is addressed to itself is a hop before the receiver") {
  const auto found = assemble({reply(1, "198.18.1.1"), reply(2, "198.18.2.100"), receiver(3)});
  CHECK(text(found) == "198.18.1.1 198.18.2.100 198.18.2.100!");
  CHECK(found.complete);
  const auto unfinished = assemble({reply(1, "198.18.1.1"), reply(2, "198.18.2.100")});
  CHECK(text(unfinished) == "198.18.1.1 198.18.2.100 * * *");
  CHECK_FALSE(unfinished.complete);
}

TEST_CASE("the sender's own stack is no hop, unless it is the receiver too") {
  CHECK(assemble({reply(2, "198.18.1.100", ReplyKind::unreachable)}).hops.empty());
  TraceProgress self(kSource, kSource);
  self.add(reply(1, "198.18.1.100", ReplyKind::port_unreachable));
  CHECK(self.receiver_answered());
}

TEST_CASE("the first answer to a TTL stands, nonsense TTLs do not") {
  CHECK(text(assemble({reply(1, "198.18.1.1"), reply(1, "198.18.1.2"), receiver(2)})) == "198.18.1.1 198.18.2.100!");
  CHECK(assemble({reply(-1, "198.18.1.1"), reply(31, "198.18.1.1"), reply(1 << 20, "198.18.1.1")}).hops.empty());
}

TEST_CASE("the first round asks all, later ones only what is silent and near") {
  CHECK(progress({}).ttls_to_ask(0) == from_to(1, kHighestTtl));
  CHECK(progress({}).ttls_to_ask(1) == from_to(1, kTtlsPastLast));
  CHECK(progress({reply(1, "198.18.1.1"), reply(3, "198.18.0.1"), receiver(5)}).ttls_to_ask(1) == std::vector{2, 4});
  CHECK(progress({reply(1, "198.18.1.1"), reply(2, "198.18.0.1")}).ttls_to_ask(2) == from_to(3, 2 + kTtlsPastLast));
  CHECK(progress({reply(1, "198.18.1.1"), receiver(2)}).settled());
  CHECK_FALSE(progress({receiver(2)}).settled());
  CHECK(progress({reply(1, "198.18.1.1"), reply(2, "198.18.0.9", ReplyKind::unreachable)}).settled());
}

TEST_CASE("the receiver is never asked again") {
  for (int ttl = 1; ttl <= kHighestTtl; ++ttl) {
    for (const int asked : progress({receiver(ttl)}).ttls_to_ask(1)) CHECK(asked < ttl);
  }
}

TEST_CASE("a round waits by the slowest answer once the receiver has answered") {
  CHECK(progress({reply(1, "198.18.1.1")}).round_wait() == kLongestRound);
  CHECK(progress({receiver(3)}).round_wait() == kShortestRound);
  CHECK(progress({reply(1, "198.18.1.1", ReplyKind::time_exceeded, 50'000), receiver(3)}).round_wait() ==
        DurationMs{200});
  CHECK(progress({reply(1, "198.18.1.1", ReplyKind::time_exceeded, 900'000), receiver(3)}).round_wait() ==
        kLongestRound);
  CHECK(2 * kLongestRound.value < kLimitRefill.value);
  CHECK((kLimitRefill + kLongestRound).value < kTraceTimeout.value);
}

TEST_CASE("answers that do not say to what are remembered as such") {
  CHECK(progress({reply(0, "198.18.1.1")}).short_quotes());
  CHECK(progress({reply(0, "198.18.1.1")}).last_answered() == 0);
  CHECK_FALSE(progress({reply(1, "198.18.1.1")}).short_quotes());
}

Path marked(const char* destination, const std::vector<const char*>& hops) {
  Path path;
  path.destination = ip(destination);
  for (const auto* address : hops) {
    Hop hop;
    hop.ttl = static_cast<int>(path.hops.size()) + 1;
    if (*address != '\0') hop.address = ip(address);
    if (hop.address == path.destination) hop.side = HopSide::receiver;
    path.hops.push_back(hop);
  }
  mark_customer_side(path);
  return path;
}

TEST_CASE("private hops before the first public one are the customer's") {
  CHECK(text(marked("198.18.2.100", {"192.168.1.1", "10.0.0.1", "198.18.1.1", "10.9.9.9", "198.18.2.100"})) ==
        "192.168.1.1~ 10.0.0.1~ 198.18.1.1 10.9.9.9 198.18.2.100!");
  CHECK(text(marked("2001:db8::9", {"fd00::1", "2001:db8::1", "2001:db8::9"})) == "fd00::1~ 2001:db8::1 2001:db8::9!");
  CHECK(text(marked("198.18.2.100", {"198.18.1.1", "192.168.1.1"})) == "198.18.1.1 192.168.1.1");
}

TEST_CASE("silence ends the customer's side, and so does the receiver") {
  // The silent one may be the provider's, and the private one behind it, too.
  CHECK(text(marked("198.18.2.100", {"192.168.1.1", "", "10.0.0.1", "198.18.1.1"})) ==
        "192.168.1.1~ * 10.0.0.1 198.18.1.1");
  CHECK(text(marked("198.18.2.100", {"192.168.1.1", "198.18.2.100"})) == "192.168.1.1~ 198.18.2.100!");
}

TEST_CASE("shared addresses (RFC 6598) are the provider's") {
  CHECK(text(marked("198.18.2.100", {"192.168.1.1", "100.64.0.1", "10.0.0.1", "198.18.1.1"})) ==
        "192.168.1.1~ 100.64.0.1 10.0.0.1 198.18.1.1");
}

TEST_CASE("nothing is marked on the way to a private or loopback destination") {
  CHECK(text(marked("10.1.2.3", {"192.168.1.1", "10.1.2.3"})) == "192.168.1.1 10.1.2.3!");
  CHECK(text(marked("127.0.2.1", {"127.0.2.1"})) == "127.0.2.1!");
  CHECK(text(marked("fd00::9", {"fd00::1", "fd00::9"})) == "fd00::1 fd00::9!");
}

}  // namespace
}  // namespace waybill::agent
