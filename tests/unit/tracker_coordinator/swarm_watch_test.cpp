#include <doctest/doctest.h>

#include "tests/unit/tracker_coordinator/coordinator_world.h"

namespace waybill::tracker::test {

TEST_CASE("who looks on sees each live order, with its ends, its rate, and the way it takes") {
  World world;
  world.join("cdn", 0, 100);
  world.join("seed", 1, 100);
  world.join("me", 1, 0);
  CHECK(world.coordinator.watch(world.content, 100, world.now).empty());
  world.want("me");
  world.pass(2, {{"me", 1'000'000}});
  const auto flows = world.coordinator.watch(world.content, 100, world.now);
  REQUIRE(flows.size() == 2);
  for (const auto& flow : flows) {
    CHECK(flow.receiver.name == "me");
    CHECK(flow.receiver.isp == "SP1");
    CHECK(flow.pieces == 100);
    CHECK(flow.rate.value > 0);
    CHECK(flow.cdn_node == (flow.sender.name == "cdn"));
    CHECK(flow.on_net == (flow.sender.name == "seed"));
    CHECK(flow.basis != "measured");  // nothing was traced: the ISPs' names alone
  }
  const auto& from_seed = flows.front().on_net ? flows.front() : flows.back();
  CHECK(from_seed.components == std::vector<std::string>{"isp:SP1"});
  CHECK(world.coordinator.watch(world.content, 1, world.now).size() == 1);
  CHECK(world.coordinator.watch(numbered<ContentId>(9, 2), 100, world.now).empty());
}

}  // namespace waybill::tracker::test
