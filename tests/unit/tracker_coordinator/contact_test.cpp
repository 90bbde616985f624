// Which end of an order opens the connection, and where to.
#include "tracker/coordinator/contact.h"

#include <doctest/doctest.h>

#include "coordinator_world.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;
using protocol::Dial;

namespace {

IpAddress address(const char* text) { return *IpAddress::parse(text); }

AgentRecord agent(const char* seen, const char* local, Reach reach, std::uint16_t port = 6881) {
  AgentRecord record;
  record.address = address(seen);
  record.local_address = address(local);
  record.reach = reach;
  record.port = port;
  record.local_port = 6881;
  return record;
}

}  // namespace

TEST_CASE("the end that can connect does") {
  const auto open = agent("198.51.100.1", "198.51.100.1", Reach::open);
  const auto untried = agent("198.51.100.2", "198.51.100.2", Reach::unknown);
  const auto behind = agent("198.51.100.3", "192.168.1.7", Reach::closed);
  const auto hidden = agent("198.51.100.4", "192.168.1.7", Reach::unknown);
  const auto forwarded = agent("198.51.100.5", "192.168.1.7", Reach::open, 51413);

  for (const auto& receiver : {open, untried, behind}) {
    CHECK(contact_between(open, receiver).dial == Dial::receiver);
    CHECK(contact_between(untried, receiver).dial == Dial::receiver);
  }
  const auto called = contact_between(behind, open);
  CHECK(called.dial == Dial::sender);
  CHECK(called.receiver_port == 6881);
  CHECK(contact_between(hidden, open).dial == Dial::sender);
  CHECK(contact_between(behind, hidden).dial == Dial::both);
  CHECK(contact_between(behind, untried).dial == Dial::both);  // the try's answer is not there yet
  const auto mapped = contact_between(forwarded, behind);
  CHECK(mapped.dial == Dial::receiver);
  CHECK(mapped.source.str() == "198.51.100.5:51413");
  CHECK(contact_between(behind, forwarded).receiver_port == 51413);
}

TEST_CASE("two behind one NAT meet at home; a receiver without a port, and a stock client, can only connect") {
  const auto set_top = agent("198.51.100.3", "192.168.1.7", Reach::closed, 40001);
  auto desktop = agent("198.51.100.3", "192.168.1.8", Reach::closed, 40002);
  const auto home = contact_between(set_top, desktop);
  CHECK(home.dial == Dial::receiver);
  CHECK(home.source.str() == "192.168.1.7:6881");
  auto elsewhere = agent("198.51.100.9", "192.168.1.8", Reach::closed);
  elsewhere.port = 0;
  CHECK(contact_between(set_top, elsewhere).dial == Dial::receiver);
  elsewhere = agent("198.51.100.9", "192.168.1.8", Reach::open);
  elsewhere.stock = true;
  CHECK(contact_between(set_top, elsewhere).dial == Dial::receiver);
}

TEST_CASE("orders say who connects, by what the tracker knows at that moment") {
  World world;
  auto source = world.facts("a", 1, 100);
  source.local_address = address("192.168.1.7");
  world.take(world.coordinator.agent_connected(source, world.now));
  world.join("me", 1, 0);
  world.want("me");
  REQUIRE(world.issued.size() == 1);
  CHECK(world.issued[0].dial == Dial::both);
  CHECK(world.issued[0].receiver_port == 6881);

  world.leave("me");
  world.clear();
  auto me = world.facts("me", 1, 0);
  world.take(world.coordinator.agent_connected(me, world.now));
  world.coordinator.reach_known(me.key, me.connection, Reach::open);
  world.want("me");
  REQUIRE(world.issued.size() == 1);
  CHECK(world.issued[0].dial == Dial::sender);

  world.leave("me");
  world.clear();
  me = world.facts("me", 1, 0);
  world.take(world.coordinator.agent_connected(me, world.now));
  world.coordinator.port_mapped(source.key, 51413);
  world.coordinator.reach_known(source.key, source.connection + 7, Reach::closed);  // of another connection
  world.coordinator.reach_known(source.key, source.connection, Reach::open);
  world.want("me");
  REQUIRE(world.issued.size() == 1);
  CHECK(world.issued[0].dial == Dial::receiver);
  CHECK(world.issued[0].source.port == 51413);
}

TEST_CASE("a source that was not reached is replaced, and the reason recorded") {
  World world;
  auto source = world.facts("a", 1, 100);
  source.local_address = address("192.168.1.7");
  source.reach = Reach::closed;
  world.take(world.coordinator.agent_connected(source, world.now));
  world.join("me", 1, 0);
  world.want("me");
  REQUIRE(world.issued.size() == 1);
  const auto order = world.issued[0].order.id;
  world.clear();
  world.take(
      world.coordinator.source_failed(world.key("me"), {order, protocol::Refusal::none, "timed out"}, world.now));
  REQUIRE(world.failures.size() == 1);
  CHECK(world.failures[0].order == order);
  CHECK(world.failures[0].why == "timed out (nobody outside reaches the source's port)");
  CHECK(world.sources("me").empty());
}
