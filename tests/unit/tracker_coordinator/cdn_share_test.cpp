// The rule that spares the CDN, against small models of networks: the download keeps the CDN's own pace, and the CDN
// gives what the peers leave of it.
#include "tracker/coordinator/cdn_share.h"

#include <algorithm>
#include <functional>

#include <doctest/doctest.h>

#include "coordinator_world.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;

namespace {

constexpr std::int64_t kMega = 1'000'000;  // bytes per second

// A receiver behind a line of its own; a CDN and peers that could give so much each. Where the line is too narrow for
// both, each gets of it in proportion to what it could give, as TCP roughly does.
struct Network {
  std::int64_t line = 100 * kMega;
  std::int64_t cdn = 10 * kMega;
  std::int64_t peers = 0;
};
struct Run {
  CdnShare share = begin_cdn_share(kNoon);
  TimeMs now = kNoon;
  std::int64_t from_cdn = 0;
  std::int64_t from_peers = 0;
  std::int64_t slowest_total = INT64_MAX;  // over any five seconds
  std::vector<std::int64_t> totals;

  void second(const Network& net) {
    auto cdn = net.cdn;
    if (share.limit.value > 0) cdn = std::min(cdn, share.limit.value);
    auto peers = net.peers;
    if (cdn + peers > net.line) {
      const auto scale = static_cast<double>(net.line) / static_cast<double>(cdn + peers);
      cdn = static_cast<std::int64_t>(static_cast<double>(cdn) * scale);
      peers = net.line - cdn;
    }
    now = now + seconds(1);
    from_cdn += cdn;
    from_peers += peers;
    totals.push_back(cdn + peers);
    if (totals.size() >= 5) {
      std::int64_t sum = 0;
      for (std::size_t i = totals.size() - 5; i < totals.size(); ++i) sum += totals[i];
      slowest_total = std::min(slowest_total, sum / 5);
    }
    share = step_cdn_share(share, {cdn}, {peers}, now);
  }
  void pass(int count, const Network& net) {
    for (int i = 0; i < count; ++i) second(net);
  }
};

}  // namespace

TEST_CASE("without peers the CDN is never limited") {
  Run run;
  run.pass(200, {});
  CHECK(run.share.phase == CdnPhase::open);
  CHECK(run.share.limit.value == 0);
  CHECK(run.slowest_total == 10 * kMega);
}

TEST_CASE("peers that carry less than a quarter change nothing") {
  Run run;
  run.pass(200, {100 * kMega, 10 * kMega, 2 * kMega});
  CHECK(run.share.limit.value == 0);
}

TEST_CASE("peers beside the CDN: it gives what they leave of its own pace") {
  Run run;
  run.pass(120, {100 * kMega, 10 * kMega, 8 * kMega});
  CHECK(run.slowest_total >= 9 * kMega);
  // Open for 3 s of each 36, then 2 of 10 MB/s.
  CHECK(run.from_cdn < 120 * 4 * kMega);
  CHECK(run.from_peers == 120 * 8 * kMega);
}

TEST_CASE("peers that could carry all of it leave the CDN a trickle") {
  Run run;
  run.pass(120, {100 * kMega, 10 * kMega, 30 * kMega});
  CHECK(run.from_cdn < run.from_peers / 10);
  CHECK(run.slowest_total >= 30 * kMega);
}

TEST_CASE("on the receiver's own narrow line the CDN gives way only as far as the peers fill it") {
  Run run;
  run.pass(120, {10 * kMega, 10 * kMega, 8 * kMega});  // the CDN alone would fill the line
  // In a trial the peers fill what the CDN leaves, so that the line stays nearly full.
  CHECK(run.slowest_total >= 9 * kMega);
  CHECK(run.from_cdn < run.from_peers);
}

TEST_CASE("when the peers go, the CDN is open within two reports") {
  Run run;
  run.pass(20, {100 * kMega, 10 * kMega, 8 * kMega});
  REQUIRE(run.share.phase == CdnPhase::sharing);
  SUBCASE("all of them") { run.pass(2, {100 * kMega, 10 * kMega, 0}); }
  SUBCASE("most of them") { run.pass(3, {100 * kMega, 10 * kMega, 2 * kMega}); }
  CHECK(run.share.phase == CdnPhase::open);
  CHECK(run.share.limit.value == 0);
}

TEST_CASE("peers that come and go: trials wait longer each time") {
  Run run;
  int limited = 0;
  for (int round = 0; round < 50; ++round) {
    run.pass(8, {100 * kMega, 10 * kMega, 8 * kMega});
    run.pass(4, {100 * kMega, 10 * kMega, 0});
    limited += run.share.limit.value > 0 ? 1 : 0;
  }
  CHECK(limited == 0);  // it is open whenever the peers were gone for a few seconds
  CHECK(run.share.pause == seconds(80));
}

TEST_CASE("a CDN that becomes faster is noticed within a minute") {
  Run run;
  run.pass(30, {100 * kMega, 10 * kMega, 8 * kMega});
  run.pass(60, {100 * kMega, 40 * kMega, 8 * kMega});
  const bool kept_open = run.share.limit.value == 0;  // the peers carry less than a quarter of what it gives
  CHECK((kept_open || run.share.pace >= 35 * kMega));
}

TEST_CASE("the coordinator lowers a CDN order while peers carry its pace, and lifts the limit when they stop") {
  World world;
  world.join("cdn", 0, 100);
  for (const auto* name : {"a", "b"}) world.join(name, 1, 100);
  world.join("me", 1, 0);
  world.want("me");
  world.pass(6, {{"me", kMega}});
  const auto lowered = world.order_from("cdn", "me").order;
  CHECK(lowered.rate_limit.value > 0);
  CHECK(lowered.rate_limit.value < kMega / 2);
  world.pass(6, {{"me", kMega}}, {"a", "b"});
  CHECK(world.order_from("cdn", "me").order.rate_limit.value == 0);

  CoordinatorOptions plain;
  plain.spare_cdn = false;
  World other(plain);
  other.join("cdn", 0, 100);
  for (const auto* name : {"a", "b"}) other.join(name, 1, 100);
  other.join("me", 1, 0);
  other.want("me");
  other.pass(30, {{"me", kMega}});
  CHECK(other.order_from("cdn", "me").order.rate_limit.value == 0);
}
