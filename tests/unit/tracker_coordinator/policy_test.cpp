// Capacity policies under a coordinator: before an order is issued, while it lives, and what people are told.
#include <algorithm>

#include <doctest/doctest.h>

#include "coordinator_world.h"
#include "tracker/coordinator/policy_ledger.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;
using Names = std::vector<std::string>;

namespace {

CapacityPolicy policy(std::int64_t id, const std::string& component) {
  CapacityPolicy made;
  made.id = {id};
  made.subject = PolicySubject::component;
  made.component = component;
  return made;
}
CapacityPolicy bytes_over(const std::string& component, std::int64_t bytes) {
  auto made = policy(1, component);
  made.bytes = {bytes};
  return made;
}
CapacityPolicy rate_over(const std::string& component, std::int64_t rate) {
  auto made = policy(2, component);
  made.rate = {rate};
  return made;
}

// A path of routers between two ISPs, as a receipt measures it.
std::shared_ptr<const PathToRecord> measured(const std::vector<std::string>& keys) {
  ResolvedPath path;
  for (const auto& key : keys) {
    PathComponent component;
    component.key = key;
    path.components.push_back(component);
  }
  path.printed = "measured";
  return path_to_record(path);
}

// The receipt of this order's next bytes.
RecordedBytes receipt(World& world, const std::string& sender, const std::string& receiver, std::int64_t bytes,
                      std::shared_ptr<const PathToRecord> path) {
  const auto live = world.order_from(sender, receiver).order;
  const auto issue = std::find_if(world.issued.begin(), world.issued.end(),
                                  [&](const IssueOrder& issued) { return issued.order.id == live.id; });
  REQUIRE(issue != world.issued.end());
  auto facts = std::make_shared<OrderFacts>();
  facts->id = live.id;
  facts->content = live.content;
  facts->owner = live.owner;
  facts->source_isp = issue->sender_isp;
  facts->destination_isp = issue->receiver_isp;
  facts->sender_address = issue->sender_address;
  facts->receiver_address = issue->receiver_address;
  return {live.id, live.agreement, {bytes}, {bytes}, world.now, facts, std::move(path)};
}

void lay(World& world, const CapacityPolicy& laid) {
  world.tables.policies.push_back(laid);
  world.registry();
}

std::int64_t permitted(const World& world, const std::string& receiver, const std::string& cdn = "cdn") {
  std::int64_t sum = 0;
  for (const auto& row : world.orders_of(receiver)) {
    if (!row.superseded && row.order.sender != world.key(cdn)) sum += row.order.rate_limit.value;
  }
  return sum;
}

// SP1 has a and b, SP2 the receiver; the CDN node lies outside.
void two_isps(World& world) {
  world.join("cdn", 0, 100);
  world.join("a", 1, 100);
  world.join("b", 1, 100);
  world.join("me", 2, 0);
}
constexpr const char* kBorder = "inter-isp-link:SP1>SP2";

}  // namespace

TEST_CASE("a byte policy on a border: peers get what is left, the CDN fills the rest") {
  World world;
  two_isps(world);
  lay(world, bytes_over(kBorder, 20 * kPiece));
  world.want("me");
  CHECK(world.sources("me") == Names{"a", "b", "cdn"});
  const auto a = world.order_from("a", "me").order.byte_limit;
  const auto b = world.order_from("b", "me").order.byte_limit;
  CHECK(a.value + b.value <= 20 * kPiece);
  CHECK(std::max(a, b).value == 5 * kPiece);                                   // a quarter of what is left
  CHECK(world.order_from("cdn", "me").order.byte_limit.value > 100 * kPiece);  // it comes another way
  // An on-net receiver is not touched.
  world.join("neighbour", 1, 0);
  world.want("neighbour");
  CHECK(world.order_from("a", "neighbour").order.byte_limit.value > 100 * kPiece);
}

TEST_CASE("a used up byte policy is told, and the next window begins anew") {
  World world;
  two_isps(world);
  world.tables.policy_use = {{PolicyId{1}, {20 * kPiece}, {}, kNoon - hours(12)}};
  lay(world, bytes_over(kBorder, 20 * kPiece));
  world.want("me");
  CHECK(world.sources("me") == Names{"cdn"});
  const auto reason = world.reason("a", "me");
  CHECK(reason.find("not chosen: policy 1: at most 20971520 bytes per day over inter-isp-link:SP1>SP2") == 0);
  CHECK(reason.find("0 are left until") != std::string::npos);
  world.now = kNoon + hours(12);
  world.pass(3, {{"me", 1000}});
  CHECK(world.sources("me") == Names{"a", "b", "cdn"});
}

TEST_CASE("a byte policy that covers the CDN's way too: its last eighth is the CDN's, slowly") {
  World world;
  world.join("cdn", 1, 100);
  world.join("a", 1, 100);
  world.join("me", 2, 0);
  world.tables.policy_use = {{PolicyId{1}, {72 * kPiece}, {}, kNoon - hours(12)}};
  lay(world, bytes_over(kBorder, 80 * kPiece));
  world.want("me");
  world.pass(3, {{"me", 1000}});
  const auto order = world.order_from("cdn", "me").order;
  CHECK(order.rate_limit.value > 0);
  CHECK(order.rate_limit.value <= kLeastOrderRate);
  CHECK(order.byte_limit.value <= 8 * kPiece);
  CHECK(world.reason("a", "me").find("the last eighth is kept for CDN nodes") != std::string::npos);
}

TEST_CASE("a byte policy laid upon living orders ends what promises too much") {
  World world;
  two_isps(world);
  world.want("me");
  world.pass(3, {{"me", kPiece}});
  world.clear();
  lay(world, bytes_over(kBorder, 40 * kPiece));
  REQUIRE(world.revoked.size() == 2);
  for (const auto& revoked : world.revoked) {
    CHECK(revoked.reason == protocol::Refusal::policy_limit);
    CHECK(revoked.why.find("policy 1") == 0);
  }
  // What may still be acknowledged under those two is reserved: a window each, and what comes in meanwhile.
  std::int64_t promised = 0;
  for (const auto& issued : world.issued) promised += issued.order.byte_limit.value;
  CHECK(promised < 40 * kPiece);
  CHECK(world.order_from("cdn", "me").order.byte_limit.value > 100 * kPiece);
}

TEST_CASE("a rate policy: the orders over a border never permit more together") {
  World world;
  two_isps(world);
  lay(world, rate_over(kBorder, 400'000));
  world.want("me");
  CHECK(permitted(world, "me") > 0);
  for (int second = 0; second < 60; ++second) {
    world.pass(1, {{"me", kPiece}});
    std::int64_t sum = 0;
    std::map<std::string, std::int64_t> most;  // an order and the one in its place: the sender keeps to the lower
    for (const auto& row : world.orders_of("me")) {
      if (row.order.sender == world.key("cdn")) continue;
      REQUIRE(row.order.rate_limit.value > 0);
      auto& rate = most[world.name_of(row.order.sender)];
      rate = std::max(rate, row.order.rate_limit.value);
    }
    for (const auto& [name, rate] : most) sum += rate;
    REQUIRE(sum <= 400'000);
  }
  CHECK(world.sources("me") == Names{"a", "b", "cdn"});
  CHECK(permitted(world, "me") > 300'000);
  const auto a = world.order_from("a", "me").order.rate_limit.value;
  const auto b = world.order_from("b", "me").order.rate_limit.value;
  CHECK(std::max(a, b) < 2 * std::min(a, b));
}

TEST_CASE("a rate policy laid upon living orders replaces them by slower ones at once, and its end lifts it") {
  World world;
  two_isps(world);
  world.want("me");
  world.pass(3, {{"me", kPiece}});
  REQUIRE(world.order_from("a", "me").order.rate_limit.value == 0);
  lay(world, rate_over(kBorder, 200'000));
  CHECK(world.revoked.empty());
  CHECK(permitted(world, "me") > 0);
  CHECK(permitted(world, "me") <= 200'000);
  CHECK(world.order_from("a", "me").order.rate_limit.value > 0);
  CHECK(world.order_from("b", "me").order.rate_limit.value > 0);
  world.tables.policies.back().valid_until = world.now;
  world.registry();
  CHECK(world.coordinator.policies().empty());
}

TEST_CASE("a policy that begins and ends by the clock") {
  World world;
  two_isps(world);
  auto later = rate_over(kBorder, 200'000);
  later.valid_from = kNoon + seconds(10);
  later.valid_until = kNoon + seconds(30);
  lay(world, later);
  world.want("me");
  world.pass(9, {{"me", kPiece}});
  CHECK(world.order_from("a", "me").order.rate_limit.value == 0);
  world.pass(2, {{"me", kPiece}});
  CHECK(world.order_from("a", "me").order.rate_limit.value > 0);
  world.pass(19, {{"me", kPiece}});
  CHECK(world.coordinator.policies().empty());
}

TEST_CASE("one policy covers the CDN's way and the peers': the download slows, and the CDN stays") {
  World world;
  world.join("cdn", 1, 100);
  world.join("a", 1, 100);
  world.join("me", 2, 0);
  lay(world, rate_over(kBorder, 2 * kLeastOrderRate));
  world.want("me");
  world.pass(30, {{"me", kPiece}});
  CHECK(world.refused.empty());
  CHECK(world.sources("me") == Names{"cdn"});
  CHECK(world.order_from("cdn", "me").order.rate_limit.value <= 2 * kLeastOrderRate);
}

TEST_CASE("owner and class: others' content passes") {
  World world;
  two_isps(world);
  auto narrow = bytes_over(kBorder, kPiece);
  narrow.owner = "somebody else";
  lay(world, narrow);
  world.want("me");
  CHECK(world.order_from("a", "me").order.byte_limit.value > 100 * kPiece);
  World live;
  two_isps(live);
  auto of_class = bytes_over(kBorder, kPiece);
  of_class.content_class = ContentClass::live;
  for (auto& content : live.tables.contents) content.content_class = ContentClass::live;
  lay(live, of_class);
  live.want("me");
  CHECK(live.order_from("a", "me").order.byte_limit.value <= kPiece);
}

TEST_CASE("a path that crosses more than was predicted counts from its first receipt, and teaches") {
  World world;
  two_isps(world);
  lay(world, bytes_over("router:core7", 30 * kPiece));
  world.want("me");
  CHECK(world.order_from("a", "me").order.byte_limit.value > 100 * kPiece);
  const auto path = measured({"isp:SP1", "router:core7", kBorder, "isp:SP2"});
  world.coordinator.receipt_recorded(receipt(world, "a", "me", 8 * kPiece, path));
  REQUIRE(world.coordinator.policies().size() == 1);
  CHECK(world.coordinator.policies()[0].standing.acked.value == 8 * kPiece);
  world.clear();
  world.tick();  // it promised more than the policy has left
  REQUIRE(world.revoked.size() >= 1);
  CHECK(world.revoked[0].sender == world.key("a"));
  CHECK(world.revoked[0].reason == protocol::Refusal::policy_limit);
  // A further order between the same neighbourhoods is limited from the beginning.
  for (const auto& issued : world.issued) CHECK(issued.order.byte_limit.value <= 22 * kPiece);
  const auto why = world.coordinator.policy_why(world.content, world.key("me"), 10, world.now);
  const auto row = std::find_if(why.begin(), why.end(), [&](const auto& item) { return item.candidate.name == "b"; });
  REQUIRE(row != why.end());
  CHECK(row->basis == "measured between neighbours of both");
  CHECK(std::count(row->components.begin(), row->components.end(), "router:core7") == 1);
  REQUIRE(row->policies.size() == 1);
  CHECK(row->policies[0].id == PolicyId{1});
}

TEST_CASE("a measured path that avoids what was predicted gives back what was reserved") {
  World world;
  two_isps(world);
  lay(world, bytes_over(kBorder, 20 * kPiece));
  world.want("me");
  CHECK(world.coordinator.policies()[0].standing.reserved.value > 5 * kPiece);
  const auto other_way = measured({"isp:SP1", "inter-isp-link:SP1>SP3", "isp:SP3", "isp:SP2"});
  world.coordinator.receipt_recorded(receipt(world, "a", "me", kPiece, other_way));
  world.coordinator.receipt_recorded(receipt(world, "b", "me", kPiece, other_way));
  CHECK(world.coordinator.policies()[0].standing.reserved.value == 0);
  CHECK(world.coordinator.policies()[0].standing.acked.value == 0);
}

TEST_CASE("an order that could not be stored takes nothing") {
  World world;
  two_isps(world);
  lay(world, bytes_over(kBorder, 20 * kPiece));
  world.want("me");
  for (const auto* name : {"a", "b"}) {
    world.take(world.coordinator.order_failed(world.order_from(name, "me").order.id, world.now));
  }
  CHECK(world.coordinator.policies()[0].standing.reserved.value == 0);
}

TEST_CASE("what an ended order left of a byte policy is given back ten seconds later, to what its receiver had told") {
  World world;
  two_isps(world);
  lay(world, bytes_over(kBorder, 20 * kPiece));
  world.want("me");
  const auto a = world.order_from("a", "me").order;
  world.pass(1, {{"me", kPiece}});
  const auto reserved = [&] { return world.coordinator.policies()[0].standing.reserved.value; };
  const auto b = world.order_from("b", "me").order.byte_limit.value;
  CHECK(reserved() == a.byte_limit.value + b);
  world.share("a", false);                      // ends its order
  CHECK(reserved() == a.byte_limit.value + b);  // a window may still be acknowledged
  world.pass(9, {{"me", 1000}});
  CHECK(reserved() == a.byte_limit.value + b);
  world.pass(3, {{"me", 1000}});
  CHECK(reserved() == kPiece + b);  // as the receiver told
}

TEST_CASE("a source that a policy's small order was too short for is asked again at once") {
  World world;
  two_isps(world);
  lay(world, bytes_over(kBorder, 20 * kPiece));
  world.want("me");
  const auto first = world.order_from("a", "me").order.id;
  world.now = world.now + DurationMs{500};
  world.take(
      world.coordinator.source_failed(world.key("me"), {first, protocol::Refusal::bytes_exhausted, ""}, world.now));
  CHECK(world.sources("me") == Names{"a", "b", "cdn"});
  CHECK(world.order_from("a", "me").order.id != first);
  // One that had its time and brought nothing is left alone for a while.
  const auto second = world.order_from("a", "me").order.id;
  world.now = world.now + seconds(4);
  world.take(
      world.coordinator.source_failed(world.key("me"), {second, protocol::Refusal::bytes_exhausted, ""}, world.now));
  CHECK(world.sources("me") == Names{"b", "cdn"});
}

TEST_CASE("after a restart the orders of the earlier run count, by the way that their receipts showed") {
  World world;
  two_isps(world);
  world.tables.policy_use = {{PolicyId{1}, {4 * kPiece}, {}, kNoon - hours(12)}};
  lay(world, bytes_over("router:core7", 20 * kPiece));
  UnsettledTransfer transfer;
  transfer.facts.id = numbered<OrderId>(900, 7);
  transfer.facts.sender = world.key("a");
  transfer.facts.source_isp = {1};
  transfer.facts.destination_isp = {2};
  transfer.facts.sender_address = world.facts("a", 1, 100).address;
  transfer.facts.receiver_address = world.facts("me", 2, 0).address;
  transfer.facts.byte_limit = {10 * kPiece};
  transfer.facts.not_after = kNoon + minutes(5);
  transfer.acked = {3 * kPiece};
  const auto path = measured({"isp:SP1", "router:core7", kBorder, "isp:SP2"});
  transfer.path = std::shared_ptr<const ResolvedPath>(path, &path->path);
  transfer.measured = kNoon - minutes(1);
  world.coordinator.restore_policies({transfer}, world.now);
  CHECK(world.coordinator.policies()[0].standing.reserved.value == 7 * kPiece);
  // A new order between the same neighbourhoods is limited from the beginning: a quarter of 20 - 4 - 7.
  world.want("me");
  CHECK(world.order_from("a", "me").order.byte_limit.value <= 9 * kPiece / 4);
  // Two minutes of connection later nothing more is to come of it.
  const auto others = world.coordinator.policies()[0].standing.reserved.value - 7 * kPiece;
  world.pass(119, {{"me", 1}});
  CHECK(world.coordinator.policies()[0].standing.reserved.value >= 7 * kPiece);
  world.pass(5, {{"me", 1}});
  CHECK(world.coordinator.policies()[0].standing.reserved.value <= others + kPiece);
}

TEST_CASE("what was moved before a byte policy began does not count, however late its receipt comes") {
  World world;
  two_isps(world);
  world.want("me");
  world.pass(2, {{"me", kPiece}});
  auto late = receipt(world, "a", "me", kPiece, measured({"isp:SP1", kBorder, "isp:SP2"}));
  auto young = bytes_over(kBorder, 40 * kPiece);
  young.valid_from = world.now + seconds(1);
  world.now = young.valid_from;
  lay(world, young);
  world.coordinator.receipt_recorded(late);
  CHECK(world.coordinator.policies()[0].standing.acked.value == 0);
  late.at = world.now;
  world.coordinator.receipt_recorded(late);
  CHECK(world.coordinator.policies()[0].standing.acked.value == kPiece);
}

TEST_CASE("an order of which every byte is acknowledged makes room for the next at once") {
  World world;
  two_isps(world);
  lay(world, bytes_over(kBorder, 40 * kPiece));
  world.want("me");
  const auto first = world.order_from("a", "me").order;
  world.pass(1, {{"me", first.byte_limit.value}});
  CHECK(world.sources("me") == Names{"a", "b", "cdn"});
  CHECK(world.order_from("a", "me").order.id != first.id);
  CHECK(std::count_if(world.revoked.begin(), world.revoked.end(), [&](const RevokeOrder& revoked) {
          return revoked.order == first.id && revoked.reason == protocol::Refusal::bytes_exhausted;
        }) == 1);
  // Its receiver says no more of one that is through: the receipt tells.
  const auto second = world.order_from("a", "me").order;
  world.coordinator.receipt_recorded(
      receipt(world, "a", "me", second.byte_limit.value, measured({"isp:SP1", kBorder, "isp:SP2"})));
  world.tick();
  CHECK(world.order_from("a", "me").order.id != second.id);
}
