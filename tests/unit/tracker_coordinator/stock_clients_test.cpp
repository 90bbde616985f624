// Stock BitTorrent clients are served by address and without acknowledgements: by CDN nodes and, where the ISP has a
// price for that, by peers.
#include <algorithm>

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

TEST_CASE(
    "a stock client gets CDN nodes alone where no ISP has a price for it, under an order that names its address") {
  World world;
  world.join("cdn", 0, 100);
  world.join("near", 1, 100);
  join_stock(world, "me");
  world.want("me");
  CHECK(world.sources("me") == Names{"cdn"});
  CHECK(world.reason("near", "me") ==
        "not chosen: ISP SP1 has no price for what a stock client acknowledges to nobody");
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

TEST_CASE("peers serve it whose ISP has a price for it, that hold the whole content and can be reached") {
  World world;
  auto& price = world.tables.terms[AgreementId{1}];
  price.grant.kind = GrantKind::always;
  price.tariff.unacknowledged = UnacknowledgedRates{};
  world.registry();
  world.join("cdn", 0, 100);
  world.join("near", 1, 100);
  world.join("part", 1, 99);
  auto behind_nat = world.facts("behind", 1, 100);
  behind_nat.local_address = *IpAddress::parse("192.168.0.7");
  world.take(world.coordinator.agent_connected(behind_nat, world.now));
  join_stock(world, "me");
  world.want("me");
  CHECK(world.sources("me") == Names{"cdn", "near"});
  for (const auto& issued : world.issued) {
    CHECK(issued.order.stock_address.has_value());
    CHECK((issued.order.agreement == AgreementId{1}) == !issued.cdn_node);
  }
  CHECK(world.reason("part", "me") == "not chosen: it holds a part, and a stock client is served from the whole file");
  CHECK(world.reason("behind", "me") ==
        "not chosen: nobody outside reaches its port, and a stock client waits for no call");
}

TEST_CASE("what a sender says it sent to a stock client counts in the quota") {
  World world;
  auto& terms = world.tables.terms[AgreementId{1}];
  terms.grant.kind = GrantKind::always;
  terms.grant.quota_per_month = {100 * kPiece};
  terms.tariff.unacknowledged = UnacknowledgedRates{};
  world.registry();
  world.join("cdn", 0, 100);
  world.join("near", 1, 100);
  join_stock(world, "me");
  world.want("me");
  const auto by_near =
      std::find_if(world.issued.begin(), world.issued.end(), [](const auto& i) { return !i.cdn_node; });
  REQUIRE(by_near != world.issued.end());
  const AckedBytes all{100 * kPiece};
  world.coordinator.receipt_recorded({by_near->order.id, AgreementId{1}, all, all, world.now});
  world.join("agent", 1, 0);
  world.want("agent");
  CHECK(world.sources("agent") == Names{"cdn"});
  CHECK(world.reason("near", "agent").find("quota") != std::string::npos);
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
