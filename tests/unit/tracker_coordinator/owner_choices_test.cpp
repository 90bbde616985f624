// What an owner has chosen to happen as the month's bytes near and cross the threshold of its contract.
#include <algorithm>

#include <doctest/doctest.h>

#include "coordinator_world.h"
#include "tracker/coordinator/owner_desk.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;
using Names = std::vector<std::string>;

namespace {

constexpr TimeMs kNovember{1'793'491'200'000};  // 2026-11-01T00:00Z
constexpr std::int64_t kB = 50 * kPiece;

OwnerContract contract(OwnerAction on_near, OwnerAction on_crossing) {
  OwnerContract made;
  made.id = {7};
  made.owner = "owner";
  made.from = kNovember;
  made.threshold = {kB};
  made.near_percent = 80;
  made.on_near = on_near;
  made.on_crossing = on_crossing;
  return made;
}

void agree(World& world, const OwnerContract& made, std::int64_t used_before = 0) {
  world.tables.contracts = {made};
  world.tables.owner_use = {{made.id, {used_before}, {}, kNovember}};
  world.registry();
  world.join("cdn", 0, 100);
  world.join("a", 1, 100);
  world.join("me", 1, 0);
  world.join("listed", 1, 0);
  world.clear();
}

// Somebody acknowledges so many bytes of the owner's content, at `at`.
void carried(World& world, std::int64_t bytes, TimeMs at) {
  auto facts = std::make_shared<OrderFacts>();
  facts->owner = "owner";
  world.coordinator.receipt_recorded({numbered<OrderId>(900, 4), AgreementId{}, {bytes}, {bytes}, at, facts, nullptr});
}

bool told(const World& world, const std::string& part) {
  return std::any_of(world.log.begin(), world.log.end(),
                     [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("carry on: nothing changes when the threshold is crossed, and it is told once") {
  World world;
  agree(world, contract(OwnerAction::carry_on, OwnerAction::carry_on));
  world.want("me");
  carried(world, 2 * kB, world.now);
  world.clear();
  world.tick();
  CHECK(world.sources("me") == Names{"a", "cdn"});
  CHECK(told(world, "stage=beyond used=104857600 threshold=52428800 action=carry_on"));
  world.clear();
  world.tick();
  CHECK_FALSE(told(world, "stage=beyond"));
}

TEST_CASE("listed customers only: others' requests end as the threshold is crossed, and are refused by name") {
  World world;
  auto made = contract(OwnerAction::carry_on, OwnerAction::listed_customers_only);
  world.join("listed", 1, 0);
  made.listed = {world.key("listed")};
  agree(world, made);
  world.want("me");
  world.want("listed");
  world.pass(2);                  // until each has its part of what the CDN brings, and no other order
  carried(world, kB, world.now);  // not beyond it yet
  world.tick();
  CHECK(world.sources("me") == Names{"a", "cdn", "listed"});
  carried(world, 1, world.now);
  world.clear();
  world.tick();
  CHECK(world.sources("me").empty());
  CHECK(world.revoked.size() == 4);  // what it was to get, and what it was to give
  REQUIRE(world.refused.size() == 1);
  CHECK(world.refused[0].reason == protocol::Refusal::owner_limit);
  CHECK(world.refused[0].receiver == world.key("me"));
  CHECK(world.refused[0].message ==
        "owner has crossed its 52428800 bytes of the month: only its listed customers are served");
  CHECK(world.sources("listed") == Names{"a", "cdn"});
  world.clear();
  world.want("me");
  REQUIRE(world.refused.size() == 1);
  CHECK(world.refused[0].reason == protocol::Refusal::owner_limit);
  CHECK(world.issued.empty());
  // A month later it begins anew.
  world.now = kNovember + hours(30 * 24);
  world.tick();
  world.want("me");
  CHECK(world.sources("me") == Names{"a", "cdn"});
}

TEST_CASE("off-peak only: within the peak nobody is served, and again when it is over") {
  World world;  // noon
  auto made = contract(OwnerAction::off_peak_only, OwnerAction::off_peak_only);
  made.peak.spans = {{kEveryDay, 12 * 60, 13 * 60}};
  agree(world, made, kB * 8 / 10 - 1);
  world.want("me");
  CHECK(world.sources("me") == Names{"a", "cdn"});
  carried(world, 1, world.now);  // nears it
  world.tick();
  CHECK(world.sources("me").empty());
  world.want("me");
  CHECK(world.sources("me").empty());
  world.now = kNoon + hours(1);
  world.tick();
  world.want("me");
  CHECK(world.sources("me") == Names{"a", "cdn"});
}

TEST_CASE("what the books say counts once, and only for a contract that is new") {
  World world;
  auto made = contract(OwnerAction::carry_on, OwnerAction::listed_customers_only);
  made.listed = {numbered<AgentKey>(500, 1)};
  agree(world, made, kB + 1);
  world.want("me");
  CHECK(world.sources("me").empty());
  world.tables.owner_use = {{made.id, {0}, {}, kNovember}};
  world.registry();
  world.want("me");
  CHECK(world.sources("me").empty());
  // Ended: the owner's content is free again.
  world.tables.contracts[0].until = world.now;
  world.registry();
  world.want("me");
  CHECK(world.sources("me") == Names{"a", "cdn"});
}

TEST_CASE("receipts of another month or owner do not count") {
  World world;
  auto made = contract(OwnerAction::carry_on, OwnerAction::listed_customers_only);
  made.listed = {numbered<AgentKey>(500, 1)};
  agree(world, made);
  carried(world, 10 * kB, kNovember - DurationMs{1});
  auto facts = std::make_shared<OrderFacts>();
  facts->owner = "another";
  world.coordinator.receipt_recorded(
      {numbered<OrderId>(901, 4), AgreementId{}, {10 * kB}, {10 * kB}, world.now, facts, nullptr});
  world.tick();
  world.want("me");
  CHECK(world.sources("me") == Names{"a", "cdn"});
}
