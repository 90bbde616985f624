// Who is chosen for a request, and what is said of the others.
#include <algorithm>

#include <doctest/doctest.h>

#include "common/protocol/limits.h"
#include "coordinator_world.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;
using protocol::Refusal;
using Names = std::vector<std::string>;

TEST_CASE("same ISP first, then others whose grant is in force, CDN nodes fill the rest") {
  CoordinatorOptions options;
  options.target_sources = 4;
  World world(options);
  world.join("cdn", 0, 100);
  world.join("near1", 1, 100);
  world.join("near2", 1, 100);
  world.tables.agreements[1].grant.kind = GrantKind::always;
  world.registry();
  world.join("far1", 2, 100);
  world.join("far2", 2, 100);
  world.join("me", 1, 0);
  world.want("me");
  const auto sources = world.sources("me");
  REQUIRE(sources.size() == 4);
  CHECK(std::count(sources.begin(), sources.end(), "near1") == 1);
  CHECK(std::count(sources.begin(), sources.end(), "near2") == 1);
  CHECK(std::count(sources.begin(), sources.end(), "cdn") == 1);
  CHECK(world.order_from("near1", "me").on_net);
  CHECK(world.order_from("cdn", "me").cdn_node);
  CHECK_FALSE(world.order_from("cdn", "me").on_net);
  REQUIRE(world.issued.size() == 4);
  CHECK(world.issued[0].source_isp == "SP1");
  CHECK(world.issued[0].order.agreement == AgreementId{1});
  CHECK(world.issued[0].receiver_isp == IspId{1});
  const auto far = world.sources("me")[1];
  CHECK(far.substr(0, 3) == "far");
  const auto other = far == "far1" ? "far2" : "far1";
  CHECK(world.reason(other, "me") == "not chosen: nearer or less loaded sources are enough");
  CHECK(world.reason(far, "me") == "serves it already");
}

TEST_CASE("an order states the whole content, what is missing with its slack, and ends with the grant") {
  World world;
  world.join("cdn", 0, 100);
  world.join("peer", 1, 40);
  world.join("me", 1, 50);
  world.want("me", 50);
  const auto order = world.order_from("peer", "me").order;
  CHECK(order.ranges == std::vector<protocol::PieceRange>{{0, 100}});
  CHECK(order.byte_limit.value == 50 * kPiece + 50 * kPiece / 16 + 2 * kPiece);
  CHECK(order.ack_window.value == 50 * kPiece / 4);
  CHECK(order.rate_limit.value == 0);
  CHECK(order.owner == "owner");
  CHECK(order.not_before == kNoon);
  CHECK(order.not_after == kNoon + minutes(10));
  CHECK(world.order_from("cdn", "me").order.agreement == AgreementId{});
}

TEST_CASE("each reason for not being chosen is told") {
  World world;
  world.join("cdn", 0, 100);
  world.join("hours", 2, 100);
  world.join("none", 3, 100);
  world.join("nowhere", 9, 100);
  world.join("private", 1, 100);
  world.share("private", false);
  world.join("full", 1, 100, 0);
  auto capped = world.facts("capped", 1, 100);
  capped.sharing.upload_cap = {1000};
  world.take(world.coordinator.agent_connected(capped, world.now));
  world.take(world.coordinator.load_report(world.key("capped"), {{960}, 1}, world.now));
  auto mute = world.facts("mute", 1, 100);
  mute.transfer_port = 0;
  world.take(world.coordinator.agent_connected(mute, world.now));
  auto six = world.facts("six", 1, 100);
  six.address = *IpAddress::parse("2001:db8:0:1::7");
  world.tables.isp_of = [old = world.tables.isp_of](const IpAddress& a) { return a.is_v4() ? old(a) : IspId{1}; };
  world.registry();
  world.take(world.coordinator.agent_connected(six, world.now));
  world.join("me", 1, 3);
  world.clear();
  world.want("me", 3);
  CHECK(world.sources("me") == Names{"cdn"});
  CHECK(world.reason("hours", "me") == "not chosen: ISP SP2 grants 18:00–24:00 only");
  CHECK(world.reason("none", "me") == "not chosen: ISP SP3 grants nothing");
  CHECK(world.reason("nowhere", "me").find("not chosen: no ISP's prefix covers its address 10.9.") == 0);
  CHECK(world.reason("private", "me") == "not chosen: the owner of the machine does not share");
  CHECK(world.reason("full", "me") == "not chosen: all of its 0 upload slots are taken");
  CHECK(world.reason("capped", "me") == "not chosen: it is at its upload cap of 1000 bytes per second");
  CHECK(world.reason("mute", "me") == "not chosen: it accepts no connections");
  CHECK(world.reason("six", "me") == "not chosen: its address is of another family than the receiver's");
  CHECK(world.reason("me", "me") == "not chosen: it is the receiver");
  CHECK(world.reason("cdn", "me") == "serves it already");
  REQUIRE(world.log.size() == 1);
  CHECK(world.log[0].find("ISP SP2 grants 18:00–24:00 only") != std::string::npos);
  CHECK(world.log[0].find("me wants film: 0 sources at its own ISP, 0 at others, 1 CDN nodes") == 0);
}

TEST_CASE("a cap limits the rate of an order") {
  World world;
  auto capped = world.facts("capped", 1, 100);
  capped.sharing.upload_cap = {250'000};
  world.take(world.coordinator.agent_connected(capped, world.now));
  world.join("me", 1, 0);
  world.want("me");
  CHECK(world.order_from("capped", "me").order.rate_limit == ByteRate{250'000});
}

TEST_CASE("slots are never exceeded, and a slot that becomes free is used again") {
  World world;
  world.join("cdn", 0, 100);
  world.join("peer", 1, 100, 2);
  for (const auto* name : {"a", "b", "d"}) {
    world.join(name, 1, 0);
    world.want(name);
  }
  CHECK(world.sources("a") == Names{"b", "cdn", "d", "peer"});
  CHECK(world.sources("b") == Names{"a", "cdn", "d", "peer"});
  CHECK(world.sources("d") == Names{"a", "b", "cdn"});
  CHECK(world.reason("peer", "d") == "not chosen: all of its 2 upload slots are taken");
  world.take(world.coordinator.done(world.key("a"), world.content, world.now));
  world.pass(3, {{"b", 1000}, {"d", 1000}});
  CHECK(world.sources("d") == Names{"b", "cdn", "peer"});
}

TEST_CASE("requests that cannot be met are refused by name, and nothing else changes") {
  World world;
  world.join("me", 1, 0);
  const auto refusal = [&](Refusal reason) {
    const bool named = world.refused.size() == 1 && world.refused[0].reason == reason &&
                       world.refused[0].receiver == world.key("me") && world.issued.empty();
    world.clear();
    return named && world.coordinator.counts().downloads == 0 && world.coordinator.counts().orders == 0;
  };
  world.take(world.coordinator.want(world.key("me"), {numbered<ContentId>(9, 2), 0, false}, world.now));
  CHECK(refusal(Refusal::content_unknown));
  world.want("me");
  CHECK(refusal(Refusal::no_source));
  world.join("none", 3, 100);
  world.want("me");
  REQUIRE(world.refused.size() == 1);
  CHECK(world.refused[0].message.find("ISP SP3 grants nothing") != std::string::npos);
  CHECK(refusal(Refusal::no_source));
  world.tables.contents[0].removed = world.now;
  world.registry();
  world.want("me");
  CHECK(refusal(Refusal::content_removed));
}

TEST_CASE("requests of one agent are limited; asking anew is not one more") {
  CoordinatorOptions options;
  options.max_wants_per_agent = 2;
  World world(options);
  for (unsigned i = 2; i < 5; ++i) {
    auto more = world.tables.contents[0];
    more.id = numbered<ContentId>(i, 2);
    world.tables.contents.push_back(more);
  }
  world.registry();
  auto node = world.facts("cdn", 0, 100);
  for (unsigned i = 2; i < 5; ++i) node.library.push_back({numbered<ContentId>(i, 2), 100, 100});
  world.take(world.coordinator.agent_connected(node, world.now));
  world.join("me", 1, 0);
  const auto want = [&](unsigned i) {
    world.take(world.coordinator.want(world.key("me"), {numbered<ContentId>(i, 2), 0, false}, world.now));
  };
  want(2);
  want(3);
  CHECK(world.refused.empty());
  want(4);
  REQUIRE(world.refused.size() == 1);
  CHECK(world.refused[0].reason == Refusal::too_busy);
  world.clear();
  want(3);
  CHECK(world.refused.empty());
  CHECK(world.coordinator.counts().downloads == 2);
  CHECK(world.coordinator.counts().orders == 2);
}

TEST_CASE("more contents than the limit are left out, with a warning") {
  World world;
  auto rich = world.facts("rich", 1, 0);
  for (unsigned i = 0; i < protocol::kMaxLibraryEntries; ++i) {
    rich.library.push_back({numbered<ContentId>(i, 7), 1, 1});
  }
  world.take(world.coordinator.agent_connected(rich, world.now));
  world.hold("rich", 5);
  REQUIRE(world.log.size() == 1);
  CHECK(world.coordinator.agents(10)[0].holdings_total == protocol::kMaxLibraryEntries);
  CHECK(world.coordinator.agents(10)[0].holdings.size() == kMaxRowHoldings);
}

TEST_CASE("partial holders count from their first piece; two CDN nodes serve where peers are few") {
  World world;
  world.join("cdn1", 0, 100);
  world.join("cdn2", 0, 100);
  world.join("cdn3", 0, 100);
  world.join("me", 1, 0);
  world.join("part", 1, 0);
  world.want("me");
  CHECK(world.sources("me").size() == 2);  // of the CDN nodes
  CHECK(world.reason("part", "me") == "no holder");
  world.hold("part", 1);
  world.pass(3, {{"me", 1000}});
  CHECK(world.order_from("part", "me").on_net);
  world.join("more", 1, 5);
  world.pass(4, {{"me", 1000}});
  // Two peers deliver: one CDN node is enough.
  const auto sources = world.sources("me");
  CHECK(sources.size() == 3);
  CHECK(std::count_if(sources.begin(), sources.end(), [](const auto& name) { return name[0] == 'c'; }) == 1);
}
