// The fewest crossings: who may fetch what from beyond its ISP. SP1 grants always.
#include <set>

#include <doctest/doctest.h>

#include "tests/unit/tracker_coordinator/coordinator_world.h"
#include "tracker/coordinator/border_stripes.h"

namespace waybill::tracker::test {

namespace {

std::set<std::int64_t> pieces_from(const World& world, const std::string& sender, const std::string& receiver) {
  std::set<std::int64_t> pieces;
  for (const auto& row : world.orders_of(receiver)) {
    if (row.superseded || row.order.sender != world.key(sender)) continue;
    for (const auto& range : row.order.ranges) {
      for (auto piece = range.first; piece < range.first + range.count; ++piece) pieces.insert(piece);
    }
  }
  return pieces;
}

std::size_t all_of(const World& world) { return static_cast<std::size_t>(world.tables.contents.front().pieces); }

// A second content-less client of the ISP asks.
void ask(World& world, const std::string& name, int isp) {
  world.join(name, isp, 0);
  world.want(name);
}

}  // namespace

TEST_CASE("a client alone at its ISP may fetch everything from the CDN; two share it; the first again has all") {
  World world;
  world.join("cdn", 0, 100);
  ask(world, "first", 1);
  CHECK(pieces_from(world, "cdn", "first").size() == all_of(world));
  ask(world, "second", 1);
  const auto first = pieces_from(world, "cdn", "first");
  const auto second = pieces_from(world, "cdn", "second");
  CHECK(first.size() + second.size() == all_of(world));
  for (const auto piece : second) CHECK_FALSE(first.contains(piece));
  world.leave("second");
  CHECK(pieces_from(world, "cdn", "first").size() == all_of(world));
  CHECK(world.coordinator.audit() == "");
}

TEST_CASE("clients that cannot share their part have none: without consent, and at an ISP that grants nothing") {
  World world;
  world.join("cdn", 0, 100);
  ask(world, "first", 1);
  world.join("private", 1, 0);
  world.share("private", false);
  world.want("private");
  CHECK(pieces_from(world, "cdn", "first").size() == all_of(world));
  CHECK(pieces_from(world, "cdn", "private").size() == all_of(world));
  ask(world, "third", 3);
  ask(world, "fourth", 3);
  CHECK(pieces_from(world, "cdn", "third").size() == all_of(world));
  CHECK(pieces_from(world, "cdn", "fourth").size() == all_of(world));
  // Consent withdrawn later: the part goes back.
  ask(world, "second", 1);
  CHECK(pieces_from(world, "cdn", "first").size() < all_of(world));
  world.share("second", false);
  world.tick();
  CHECK(pieces_from(world, "cdn", "first").size() == all_of(world));
}

TEST_CASE("on-net everything may be fetched, whatever the shares") {
  World world;
  world.join("cdn", 0, 100);
  world.join("seed", 1, 100);
  ask(world, "first", 1);
  ask(world, "second", 1);
  CHECK(pieces_from(world, "seed", "first").size() == all_of(world));
  CHECK(pieces_from(world, "cdn", "first").size() < all_of(world));
}

TEST_CASE("a client that is through keeps its part while it can give it, and gives it up when it goes") {
  World world;
  world.join("cdn", 0, 100);
  for (const auto* name : {"first", "second", "third"}) ask(world, name, 1);
  const auto before = pieces_from(world, "cdn", "first");
  world.hold("third", 100);
  world.take(world.coordinator.done(world.key("third"), world.content, world.now));
  CHECK(pieces_from(world, "cdn", "first") == before);
  world.leave("third");
  const auto first = pieces_from(world, "cdn", "first");
  const auto second = pieces_from(world, "cdn", "second");
  CHECK(first.size() + second.size() == all_of(world));
}

TEST_CASE("those who share are ordered to each other before they hold anything, and no longer when one gives up") {
  World world;
  world.join("cdn", 0, 100);
  ask(world, "first", 1);
  ask(world, "second", 1);
  const std::vector<std::string> with_second{"cdn", "second"};
  CHECK(world.sources("first") == with_second);
  CHECK(world.sources("second") == std::vector<std::string>{"cdn", "first"});
  CHECK(world.order_from("first", "second").order.ranges == all_pieces(100));
  world.share("second", false);  // nor to whoever comes while its owner does not consent
  ask(world, "third", 1);
  const auto of_third = world.sources("third");
  CHECK(std::count(of_third.begin(), of_third.end(), "second") == 0);
  CHECK(std::count(of_third.begin(), of_third.end(), "first") == 1);
  world.leave("third");
  world.share("second", true);
  world.tick();
  ask(world, "second", 1);
  CHECK(world.sources("first") == with_second);

  ask(world, "elsewhere", 2);  // granted from 18:00 only: it shares with nobody
  CHECK(world.sources("elsewhere") == std::vector<std::string>{"cdn"});

  world.take(world.coordinator.give_up(world.key("second"), world.content, world.now));
  CHECK(world.sources("first") == std::vector<std::string>{"cdn"});
  ask(world, "second", 1);
  world.hold("second", 3);
  world.take(world.coordinator.give_up(world.key("second"), world.content, world.now));
  CHECK(world.sources("first") == with_second);  // what it holds it may still give
}

TEST_CASE("promise 4: while the others are slower than the CDN was, everything may come from the CDN") {
  World world;
  world.join("cdn", 0, 100);
  ask(world, "first", 1);
  ask(world, "second", 1);
  const auto mine = pieces_from(world, "cdn", "first");
  for (int second = 0; second < 6; ++second) world.pass(1, {{"first", 5 << 20}});
  CHECK(pieces_from(world, "cdn", "first") == mine);       // as fast as the CDN: nothing to change
  world.pass(4, {{"first", 5 << 20}}, {"cdn", "second"});  // its part is through, and nobody else gives enough
  CHECK(pieces_from(world, "cdn", "first").size() == all_of(world));
  CHECK(pieces_from(world, "cdn", "second").size() < all_of(world));
  world.pass(20, {{"first", 6 << 20}}, {"cdn"});  // the others alone are faster now than the CDN was
  CHECK(pieces_from(world, "cdn", "first").size() < all_of(world));
}

TEST_CASE("what has had nothing yet from the CDN would have no more of it without a share") {
  World world;
  world.join("cdn", 0, 100);
  ask(world, "first", 1);
  ask(world, "second", 1);
  const auto mine = pieces_from(world, "cdn", "first");
  world.pass(8, {{"first", 0}});
  CHECK(pieces_from(world, "cdn", "first") == mine);
}

TEST_CASE("who came first had the CDN to itself for a moment, and is not slow because that is over") {
  World world;
  world.join("cdn", 0, 100);
  ask(world, "first", 1);
  ask(world, "second", 1);
  const auto mine = pieces_from(world, "cdn", "first");
  const auto node_sends = [&](std::int64_t rate) {
    world.take(world.coordinator.load_report(world.key("cdn"), {ByteRate{rate}, 2}, world.now));
  };
  node_sends(8 << 20);
  for (int second = 0; second < 4; ++second) world.pass(1, {{"first", 8 << 20}}, {"second"});
  world.pass(6, {{"first", 4 << 20}}, {"second"});  // half of what the node sends
  CHECK(pieces_from(world, "cdn", "first") == mine);
  node_sends(1 << 20);  // how little the node sends now tells nothing: it has less to send
  world.pass(10, {{"first", 3 << 20}}, {"second"});
  CHECK(pieces_from(world, "cdn", "first").size() == all_of(world));
}

TEST_CASE("where the copy comes from follows the prices") {
  CoordinatorOptions options;
  options.cdn_price = *parse_money("0.02", Currency{});
  World world(options);
  auto& agreements = world.tables.agreements;
  for (auto& agreement : agreements) {
    agreement.grant = agreements.front().grant;  // all grant always
    agreement.tariff.off_net = *parse_money("0.05", Currency{});
  }
  world.registry();
  world.join("cdn", 0, 100);
  world.join("far", 2, 100);
  ask(world, "first", 1);
  CHECK(world.sources("first") == std::vector<std::string>{"cdn"});
  CHECK(world.reason("far", "first") == "not chosen: off-net bytes of ISP SP2 cost more than the CDN's");
  // No CDN node can serve: then the dearer ones are better than nobody.
  world.leave("cdn");
  ask(world, "second", 1);
  CHECK(world.sources("second") == std::vector<std::string>{"far", "first"});
}

TEST_CASE("where peering is free, the receivers of all such ISPs together fetch the content from the CDN once") {
  CoordinatorOptions options;
  options.cdn_price = *parse_money("0.02", Currency{});
  World world(options);
  auto& agreements = world.tables.agreements;
  for (auto& agreement : agreements) agreement.grant = agreements.front().grant;
  world.registry();
  world.join("cdn", 0, 100);
  std::size_t from_cdn = 0;
  for (const int isp : {1, 2, 3}) {
    for (const auto* name : {"a", "b"}) ask(world, std::string(name) + std::to_string(isp), isp);
  }
  for (int second = 0; second < 3; ++second) world.tick();
  std::set<std::int64_t> covered;
  for (const int isp : {1, 2, 3}) {
    for (const auto* name : {"a", "b"}) {
      const auto pieces = pieces_from(world, "cdn", std::string(name) + std::to_string(isp));
      from_cdn += pieces.size();
      covered.insert(pieces.begin(), pieces.end());
    }
  }
  CHECK(from_cdn == all_of(world));
  CHECK(covered.size() == all_of(world));
}

}  // namespace waybill::tracker::test
