// Grants that say more than a row of the registry: weekdays, two quotas, classes and owners of content, a rate.
#include <algorithm>

#include <doctest/doctest.h>

#include "coordinator_world.h"
#include "tracker/coordinator/grant_quotas.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;
using Names = std::vector<std::string>;

namespace {

GrantTerms always() {
  GrantTerms grant;
  grant.kind = GrantKind::always;
  return grant;
}

// SP1's agreement says this; a CDN node, a peer and a receiver there.
void granting(World& world, const GrantTerms& grant) {
  world.tables.agreements[0].grant = {};  // the row alone grants nothing
  world.tables.terms = {{AgreementId{1}, {grant, {}}}};
  world.registry();
  world.join("cdn", 0, 100);
  world.join("a", 1, 100);
  world.join("me", 1, 0);
}

std::int64_t permitted_peers(const World& world, const std::string& receiver) {
  std::int64_t sum = 0;
  for (const auto& row : world.orders_of(receiver)) {
    if (!row.superseded && !row.cdn_node) sum += row.order.rate_limit.value;
  }
  return sum;
}

RecordedBytes acked(World& world, const std::string& sender, const std::string& receiver, std::int64_t bytes) {
  const auto live = world.order_from(sender, receiver).order;
  return {live.id, live.agreement, {bytes}, {bytes}, world.now};
}

}  // namespace

TEST_CASE("the terms of the document are granted, not the row beside it") {
  World world;
  granting(world, always());
  world.want("me");
  CHECK(world.sources("me") == Names{"a", "cdn"});
  CHECK(world.order_from("a", "me").order.agreement == AgreementId{1});
}

TEST_CASE("hours of some weekdays begin and end while a download runs") {
  World world;  // a Saturday, noon, UTC
  auto grant = always();
  grant.kind = GrantKind::hours;
  constexpr std::uint8_t kSaturday = 1 << 5;
  grant.hours.spans = {{kSaturday, 12 * 60 + 1, 12 * 60 + 3}};
  granting(world, grant);
  world.want("me");
  CHECK(world.sources("me") == Names{"cdn"});
  world.pass(65, {{"me", kPiece / 8}});
  CHECK(world.sources("me") == Names{"a", "cdn"});
  CHECK(world.order_from("a", "me").order.not_after == kNoon + minutes(3));
  world.pass(120, {{"me", kPiece / 8}});
  CHECK(world.sources("me") == Names{"cdn"});
  world.now = world.now + hours(24);
  world.want("me");
  CHECK(world.sources("me") == Names{"cdn"});  // Sunday
  CHECK(world.reason("a", "me") == "not chosen: ISP SP1 grants sat 12:01-12:03 only");
}

TEST_CASE("a grant that leaves out a class or an owner keeps its customers from serving that content alone") {
  for (const bool by_class : {true, false}) {
    World world;
    auto grant = always();
    if (by_class) grant.classes = {ContentClass::live};
    if (!by_class) grant.owners = {OwnerFilter::Kind::all_but, {"owner"}};
    const auto other = numbered<ContentId>(2, 2);
    world.tables.contents.push_back({other,
                                     by_class ? "owner" : "another",
                                     "match",
                                     by_class ? ContentClass::live : ContentClass::file,
                                     {100 * kPiece},
                                     {kPiece},
                                     100,
                                     {},
                                     {},
                                     std::nullopt});
    granting(world, grant);
    world.take(world.coordinator.library_update(world.key("a"), {other, 100, 100}, world.now));
    world.want("me");
    CHECK(world.sources("me") == Names{"cdn"});
    CHECK(world.reason("a", "me") == "not chosen: the grant of ISP SP1 leaves out file content of owner");
    world.take(world.coordinator.want(world.key("me"), {other, 0, false}, world.now));
    CHECK(world.sources("me") == Names{"a", "cdn"});
    // At another ISP it is not asked for what that one grants.
    world.join("far", 3, 0);
    world.want("far");
    CHECK(world.sources("far") == Names{"cdn"});
  }
}

TEST_CASE("an order counts against the quota of the day and that of the month") {
  World world;
  auto grant = always();
  grant.quota_per_day = {60 * kPiece};
  grant.quota_per_month = {70 * kPiece};
  granting(world, grant);
  world.want("me");
  const auto first = world.order_from("a", "me").order;
  CHECK(first.byte_limit.value == 15 * kPiece);  // a quarter of the tighter one
  world.coordinator.receipt_recorded(acked(world, "a", "me", first.byte_limit.value));
  // The next day 55 pieces of the month are left, and the day's quota is whole.
  world.take(world.coordinator.done(world.key("me"), world.content, world.now));
  world.now = kNoon + hours(24);
  world.tick();
  world.want("me");
  CHECK(world.order_from("a", "me").order.byte_limit.value == 55 * kPiece / 4);
}

TEST_CASE("what was used before a restart counts in each quota by its own span") {
  World world;
  auto grant = always();
  grant.quota_per_day = {10 * kPiece};
  grant.quota_per_month = {100 * kPiece};
  granting(world, grant);
  const auto yesterday = numbered<OrderId>(9, 9);
  world.coordinator.restore_quotas(
      {{AgreementId{1}, QuotaPeriod::day, {2 * kPiece}}, {AgreementId{1}, QuotaPeriod::month, {60 * kPiece}}},
      {{yesterday, AgreementId{1}, world.key("a"), {30 * kPiece}, {}, kNoon - hours(20)}}, world.now);
  world.want("me");
  // Of the day 8 pieces are left: yesterday's order cannot count in it. Of the month 10: it may still count there.
  CHECK(world.order_from("a", "me").order.byte_limit.value == 2 * kPiece);
}

TEST_CASE("the rate cap of a grant holds for all of the ISP's customers together, and not for its CDN node") {
  CoordinatorOptions options;
  options.spare_cdn = false;
  World world(options);
  auto grant = always();
  grant.rate_cap = {1'000'000};
  world.tables.agreements[0].grant = {};
  world.tables.terms = {{AgreementId{1}, {grant, {}}}};
  world.registry();
  world.join("cdn", 1, 100);
  for (const auto* name : {"a", "b", "c"}) world.join(name, 1, 100);
  world.join("me", 1, 0);
  world.join("far", 3, 0);
  world.want("me");
  world.want("far");
  for (int i = 0; i < 20; ++i) {
    world.pass(1, {{"me", 200'000}, {"far", 200'000}});
    const auto sum = permitted_peers(world, "me") + permitted_peers(world, "far");
    CHECK(sum <= 1'000'000);
    for (const auto* receiver : {"me", "far"}) {
      for (const auto& row : world.orders_of(receiver)) {
        if (!row.cdn_node) CHECK(row.order.rate_limit.value > 0);
        if (row.cdn_node) CHECK(row.order.rate_limit.value == 0);
      }
    }
  }
  CHECK(permitted_peers(world, "me") > 0);
  CHECK(permitted_peers(world, "far") > 0);
  const auto rows = world.coordinator.policies();
  REQUIRE(rows.size() == 1);
  CHECK(policy_text(rows[0].policy, "SP1") ==
        "the grant of agreement 1: at most 1000000 bytes per second out of the uplinks of SP1");
}
