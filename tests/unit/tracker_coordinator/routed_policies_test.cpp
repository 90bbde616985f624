// Capacity policies over ways that nobody has measured yet.
#include <doctest/doctest.h>

#include "coordinator_world.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;

TEST_CASE("where nothing was measured, policies hold over the routing table's way") {
  for (const bool told : {false, true}) {
    World world;
    world.join("cdn", 0, 100);
    world.join("a", 1, 100);
    world.join("me", 2, 0);
    if (told) {
      world.tables.isps_between = [](IspId from, IspId to) {
        return std::vector<RoutedIsp>{{from, false}, {IspId{3}, false}, {to, false}};
      };
    }
    CapacityPolicy policy;
    policy.id = {1};
    policy.subject = PolicySubject::component;
    policy.component = "inter-isp-link:SP3>SP2";
    policy.bytes = {20 * kPiece};
    world.tables.policies.push_back(policy);
    world.registry();
    world.want("me");
    CHECK((world.coordinator.policies()[0].standing.reserved.value > 0) == told);
  }
}
