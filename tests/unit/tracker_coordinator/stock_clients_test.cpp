// Stock BitTorrent clients: CDN nodes alone serve them, by address and without acknowledgements.
#include <doctest/doctest.h>

#include "coordinator_world.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;
using Names = std::vector<std::string>;

namespace {

void join_stock(World& world, const std::string& name) {
  auto facts = world.facts(name, 1, 0);
  facts.stock = true;
  facts.sharing = {};
  world.take(world.coordinator.agent_connected(facts, world.now));
}

}  // namespace

TEST_CASE("a stock client gets CDN nodes alone, under an order that names its address") {
  World world;
  world.join("cdn", 0, 100);
  world.join("near", 1, 100);
  join_stock(world, "me");
  world.want("me");
  CHECK(world.sources("me") == Names{"cdn"});
  REQUIRE(world.issued.size() == 1);
  const auto& order = world.issued[0].order;
  REQUIRE(order.stock_address);
  CHECK(*order.stock_address == world.issued[0].receiver_address);
  CHECK(order.ack_window == order.byte_limit);
  world.join("agent", 1, 0);
  world.want("agent");
  for (const auto& row : world.orders_of("agent")) CHECK_FALSE(row.order.stock_address);
  CHECK(world.orders_of("agent").size() == 2);
}

TEST_CASE("it is silent between its announces: its sources do not stall, and its request ends late") {
  World world;
  world.join("cdn", 0, 100);
  world.join("cdn2", 0, 100);
  join_stock(world, "me");
  world.want("me");
  const auto first = world.sources("me");
  CHECK(first.size() == 2);
  world.pass(200);
  CHECK(world.sources("me") == first);
  world.pass(101);
  CHECK(world.sources("me").empty());
}

TEST_CASE("its orders are renewed by what their sender's receipts tell") {
  World world;
  world.join("cdn", 0, 100);
  join_stock(world, "me");
  world.want("me");
  REQUIRE(world.issued.size() == 1);
  const auto order = world.issued[0].order;
  world.clear();
  const AckedBytes sent{order.byte_limit.value / 10 * 9 + 1};
  world.coordinator.receipt_recorded({order.id, {}, sent, sent, world.now});
  world.pass(1);
  REQUIRE(world.issued.size() == 1);
  CHECK(world.issued[0].replaces == order.id);
}
