// What ends an order, what takes its place, and who is told.
#include <algorithm>

#include <doctest/doctest.h>

#include "coordinator_world.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;
using protocol::Refusal;
using Names = std::vector<std::string>;

namespace {

bool revoked_for(const World& world, const std::string& sender, Refusal reason) {
  return std::any_of(world.revoked.begin(), world.revoked.end(), [&](const RevokeOrder& revoke) {
    return revoke.sender == world.key(sender) && revoke.reason == reason && !revoke.why.empty();
  });
}

// A CDN node, three peers of SP1, and a receiver that has asked: one peer is left over.
World& busy(World& world) {
  world.join("cdn", 0, 100);
  for (const auto* name : {"a", "b", "d"}) world.join(name, 1, 100);
  world.join("me", 1, 0);
  world.want("me");
  return world;
}

CoordinatorOptions three_sources() {
  CoordinatorOptions options;
  options.target_sources = 3;
  return options;
}

}  // namespace

TEST_CASE("consent withdrawn ends the sender's orders at once, and another serves") {
  World world(three_sources());
  busy(world);
  const auto first = world.sources("me")[0];
  world.clear();
  world.share(first, false);
  CHECK(revoked_for(world, first, Refusal::sharing_off));
  const auto sources = world.sources("me");
  CHECK(sources.size() == 3);
  CHECK(std::count(sources.begin(), sources.end(), first) == 0);
}

TEST_CASE("a source that leaves or loses the content is replaced at once") {
  World world(three_sources());
  busy(world);
  const auto first = world.sources("me")[0];
  world.clear();
  world.leave(first);
  CHECK(revoked_for(world, first, Refusal::source_gone));
  CHECK(world.sources("me").size() == 3);
  world.clear();
  const auto second = world.sources("me")[0];
  world.hold(second, 0);
  CHECK(revoked_for(world, second, Refusal::source_gone));
  CHECK(world.sources("me").size() == 2);  // nobody else holds it
}

TEST_CASE("the news of an older connection's end changes nothing") {
  World world;
  world.join("a", 1, 100);  // connection 1
  world.join("a", 1, 100);  // connection 2
  world.take(world.coordinator.agent_gone(world.key("a"), 1, world.now));
  CHECK(world.coordinator.counts().agents == 1);
  world.take(world.coordinator.agent_gone(world.key("a"), 2, world.now));
  CHECK(world.coordinator.counts().agents == 0);
}

TEST_CASE("a receiver that leaves, finishes, gives up or falls silent ends its orders") {
  World world(three_sources());
  busy(world);
  SUBCASE("leaves") { world.leave("me"); }
  SUBCASE("finishes") { world.take(world.coordinator.done(world.key("me"), world.content, world.now)); }
  SUBCASE("gives up") { world.take(world.coordinator.give_up(world.key("me"), world.content, world.now)); }
  SUBCASE("falls silent") { world.pass(60); }
  CHECK(revoked_for(world, "cdn", Refusal::request_ended));
  CHECK(world.coordinator.counts().orders == 0);
  CHECK(world.coordinator.counts().downloads == 0);
}

TEST_CASE("hours that end, end the orders; none runs past them") {
  World world;
  world.now = kNoon + hours(11) + minutes(55);  // 23:55
  world.tick();
  world.join("cdn", 0, 100);
  world.join("evening", 2, 100);
  world.join("me", 1, 0);
  world.want("me");
  CHECK(world.order_from("evening", "me").order.not_after == kNoon + hours(12));
  for (int i = 0; i < 299; ++i) world.pass(1, {{"me", 1000}});
  CHECK(world.sources("me") == Names{"cdn", "evening"});
  world.clear();
  world.pass(1, {{"me", 1000}});
  CHECK(world.sources("me") == Names{"cdn"});
  CHECK(revoked_for(world, "evening", Refusal::grant_ended));
  CHECK(world.revoked[0].why == "ISP SP2 grants 18:00–24:00 only");
  world.pass(10, {{"me", 1000}});
  CHECK(world.sources("me") == Names{"cdn"});
  CHECK(world.reason("evening", "me") == "not chosen: ISP SP2 grants 18:00–24:00 only");
}

TEST_CASE("an agreement that is ended or replaced ends the orders under it") {
  World world;
  world.join("cdn", 0, 100);
  world.join("a", 1, 100);
  world.join("me", 1, 0);
  world.want("me");
  world.clear();
  SUBCASE("ended") {
    world.tables.agreements[0].valid_until = world.now;
    world.registry();
    CHECK(world.sources("me") == Names{"cdn"});
    CHECK(world.reason("a", "me") == "not chosen: ISP SP1 has no agreement in force");
  }
  SUBCASE("replaced") {
    world.tables.agreements[0].valid_until = world.now;
    auto other = agreement(1, {GrantKind::always, 0, 0, {}, QuotaPeriod::month});
    other.id = AgreementId{7};
    other.valid_from = world.now;
    world.tables.agreements.push_back(other);
    world.registry();
    CHECK(world.order_from("a", "me").order.agreement == AgreementId{7});
  }
  CHECK(revoked_for(world, "a", Refusal::grant_ended));
}

TEST_CASE("a content that is removed ends its downloads, and the receivers hear of it") {
  World world(three_sources());
  busy(world);
  world.tables.contents[0].removed = world.now;
  world.registry();
  CHECK(world.coordinator.counts().orders == 0);
  REQUIRE(world.refused.size() == 1);
  CHECK(world.refused[0].reason == Refusal::content_removed);
}

TEST_CASE("an agent whose prefix moves to another ISP no longer serves under the old grant") {
  World world;
  world.join("cdn", 0, 100);
  world.join("a", 1, 100);
  world.join("me", 2, 0);
  world.want("me");
  CHECK(world.sources("me") == Names{"a", "cdn"});
  world.tables.isp_of = [](const IpAddress&) { return IspId{3}; };
  world.registry();
  CHECK(world.sources("me") == Names{"cdn"});
  CHECK(revoked_for(world, "a", Refusal::grant_ended));
}

TEST_CASE("a stalled peer is replaced after ten seconds and not taken back at once") {
  World world(three_sources());
  busy(world);
  const auto idle = world.sources("me")[0];
  world.pass(9, {{"me", 1000}}, {idle});
  CHECK(world.order_from(idle, "me").rate == ByteRate{});
  world.clear();
  world.pass(2, {{"me", 1000}}, {idle});
  CHECK(revoked_for(world, idle, Refusal::source_stalled));
  CHECK(world.sources("me").size() == 3);
  CHECK(world.reason(idle, "me") == "not chosen: it failed this receiver a short while ago");
  world.pass(20, {{"me", 1000}});
  CHECK(world.reason(idle, "me") == "not chosen: nearer or less loaded sources are enough");
}

TEST_CASE("pauses double while a peer goes on failing") {
  World world;
  world.join("cdn", 0, 100);
  world.join("a", 1, 100);
  world.join("me", 1, 0);
  world.want("me");
  int served = 0;
  for (int i = 0; i < 300; ++i) {
    world.pass(1, {{"me", 1000}}, {"a"});
    served += world.sources("me").size() > 1 ? 1 : 0;
  }
  // 10 s of trial after pauses of 15, 30, 60, 120 s.
  CHECK(served > 30);
  CHECK(served < 80);
}

TEST_CASE("while nobody delivers, the fault may be the receiver's: no source is dropped for nobody") {
  World world;
  world.join("cdn", 0, 100);
  world.join("a", 1, 100);
  world.join("me", 1, 0);
  world.want("me");
  world.clear();
  world.pass(40, {{"me", 0}});
  CHECK(world.sources("me") == Names{"a", "cdn"});
  CHECK(world.revoked.empty());
}

TEST_CASE("a stalled CDN node is replaced by another, and kept where there is none") {
  World world;
  world.join("cdn1", 0, 100);
  for (const auto* name : {"a", "b"}) world.join(name, 1, 100);
  world.join("me", 1, 0);
  world.want("me");
  world.pass(30, {{"me", 1000}}, {"cdn1"});
  CHECK(world.sources("me") == Names{"a", "b", "cdn1"});
  world.join("cdn2", 0, 100);
  world.pass(2, {{"me", 1000}}, {"cdn1"});
  CHECK(world.sources("me") == Names{"a", "b", "cdn2"});
}

TEST_CASE("a source that the receiver reports as failed is replaced; one whose bytes ran out is no failure") {
  World world(three_sources());
  busy(world);
  const auto bad = world.order_from(world.sources("me")[0], "me").order;
  const auto bad_name = world.name_of(bad.sender);
  world.clear();
  world.take(world.coordinator.source_failed(world.key("me"), {bad.id, Refusal::none, "bad data"}, world.now));
  CHECK(revoked_for(world, bad_name, Refusal::source_stalled));
  CHECK(world.revoked[0].why.find("bad data") != std::string::npos);
  CHECK(world.sources("me").size() == 3);
  CHECK(world.reason(bad_name, "me") == "not chosen: it failed this receiver a short while ago");

  world.pass(1, {{"me", 1000}});
  const auto used = world.order_from("cdn", "me").order;
  world.take(world.coordinator.source_failed(world.key("me"), {used.id, Refusal::bytes_exhausted, ""}, world.now));
  CHECK(world.order_from("cdn", "me").order.id != used.id);

  // Somebody else's order is none of its business.
  world.clear();
  world.join("other", 1, 0);
  world.take(world.coordinator.source_failed(world.key("other"),
                                             {world.order_from("cdn", "me").order.id, Refusal::none, ""}, world.now));
  CHECK(world.revoked.empty());
}

TEST_CASE("orders are renewed a minute before they end, and the old one is revoked when the new one is in use") {
  World world;
  world.join("a", 1, 100);
  world.join("me", 1, 0);
  world.want("me");
  const auto first = world.order_from("a", "me").order;
  world.clear();
  for (int i = 0; i < 539; ++i) world.pass(1, {{"me", 1000}});
  CHECK(world.issued.empty());
  world.pass(1, {{"me", 1000}});
  REQUIRE(world.issued.size() == 1);
  CHECK(world.issued[0].replaces == first.id);
  CHECK(world.issued[0].order.not_after == world.now + minutes(10));
  CHECK(world.coordinator.counts().orders == 2);
  CHECK(world.revoked.empty());
  world.pass(3, {{"me", 1000}});
  REQUIRE(world.revoked.size() == 1);
  CHECK(world.revoked[0].order == first.id);
  CHECK(world.coordinator.counts().orders == 1);
  CHECK(world.coordinator.agents(1)[0].orders_served == 1);
}

TEST_CASE("an order whose bytes are nearly used up is followed by another") {
  World world;
  world.join("a", 1, 100);
  world.join("me", 1, 0);
  world.want("me", 95);
  const auto first = world.order_from("a", "me").order;
  protocol::Progress progress{world.content, 96, {{first.id, {first.byte_limit.value - 1000}, {5}, true}}};
  world.take(world.coordinator.progress(world.key("me"), progress, world.now));
  world.clear();
  world.tick();
  REQUIRE(world.issued.size() == 1);
  CHECK(world.issued[0].replaces == first.id);
}

TEST_CASE("what a restarted tracker does not know is revoked when its sender says hello") {
  World world;
  auto facts = world.facts("a", 1, 100);
  facts.live_orders = {numbered<OrderId>(77, 9)};
  world.take(world.coordinator.agent_connected(facts, world.now));
  REQUIRE(world.revoked.size() == 1);
  CHECK(world.revoked[0].order == numbered<OrderId>(77, 9));
  CHECK(world.revoked[0].reason == Refusal::order_revoked);
}

TEST_CASE("an order that could not be stored is forgotten, and another is tried") {
  World world;
  world.join("a", 1, 100);
  world.join("me", 1, 0);
  world.want("me");
  const auto id = world.issued[0].order.id;
  world.take(world.coordinator.order_failed(id, world.now));
  CHECK(world.sources("me").empty());
  world.pass(3, {{"me", 0}});
  CHECK(world.sources("me") == Names{"a"});
}

TEST_CASE("slots that are lowered end the latest orders, which others take over") {
  World world;
  world.join("cdn", 0, 100);
  world.join("peer", 1, 100, 3);
  for (const auto* name : {"x", "y", "z"}) {
    world.join(name, 1, 0);
    world.want(name);
  }
  world.clear();
  world.take(world.coordinator.sharing_update(world.key("peer"), {true, {}, 1}, world.now));
  CHECK(revoked_for(world, "peer", Refusal::upload_cap_reached));
  CHECK(world.revoked.size() == 2);
  CHECK(world.sources("x") == Names{"cdn", "peer", "y", "z"});
  CHECK(world.sources("z") == Names{"cdn", "x", "y"});
}

TEST_CASE("a receiver that reports on a request that is not under way is told to ask again") {
  World world(three_sources());
  busy(world);
  world.pass(60);
  world.clear();
  world.report("me", 1, 1000);
  REQUIRE(world.refused.size() == 1);
  CHECK(world.refused[0].reason == Refusal::no_source);
  world.want("me", 1);
  CHECK(world.sources("me").size() == 3);
}

TEST_CASE("messages of agents that are not connected, and about nothing, do nothing") {
  World world;
  const auto stranger = numbered<AgentKey>(500, 1);
  world.take(world.coordinator.want(stranger, {world.content, 0, false}, world.now));
  world.take(world.coordinator.progress(stranger, {world.content, 1, {}}, world.now));
  world.take(world.coordinator.done(stranger, world.content, world.now));
  world.take(world.coordinator.give_up(stranger, world.content, world.now));
  world.take(world.coordinator.library_update(stranger, {world.content, 1, 100}, world.now));
  world.take(world.coordinator.sharing_update(stranger, {}, world.now));
  world.take(world.coordinator.load_report(stranger, {}, world.now));
  world.take(world.coordinator.source_failed(stranger, {numbered<OrderId>(1, 3), Refusal::none, ""}, world.now));
  world.take(world.coordinator.order_failed(numbered<OrderId>(1, 3), world.now));
  world.coordinator.receipt_recorded({numbered<OrderId>(1, 3), AgreementId{1}, {5}, {5}, world.now});
  world.take(world.coordinator.agent_gone(stranger, 1, world.now));
  CHECK(world.issued.empty());
  CHECK(world.revoked.empty());
  CHECK(world.coordinator.counts().agents == 0);
}
