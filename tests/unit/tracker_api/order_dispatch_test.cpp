// Orders are on disk before anybody hears of them, and what is said keeps its order.
#include "tracker/api/order_dispatch.h"

#include <doctest/doctest.h>

#include "common/protocol/limits.h"
#include "tests/unit/tracker_api/tracker_world.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;

namespace {

struct Said {
  AgentKey to;
  protocol::ControlMessage message;
  std::size_t durable;  // of the orders issued so far, how many the store held at this moment
};

struct Dispatch {
  explicit Dispatch(TrackerWorld& its_world) : world(its_world) {}

  IssueOrder order(int number, const std::string& sender = "alice", const std::string& receiver = "bob") {
    const auto issued = sample::issue({.number = number, .sender = sender, .receiver = receiver});
    IssueOrder issue;
    issue.order = issued.order.order;
    issue.source = Endpoint{issued.sender_address, 6881};
    issue.sender_address = issued.sender_address;
    issue.receiver_address = issued.receiver_address;
    issue.source_isp = "SP1";
    ids.push_back(issue.order.id);
    return issue;
  }
  std::size_t durable() {
    std::size_t count = 0;
    world.on_store([&](Store& store) { count = store.evidence().find_orders(ids).value().size(); });
    return count;
  }
  void carry_out(Actions actions) { dispatch.carry_out(std::move(actions)); }
  bool wait(std::size_t messages) {
    return world.wait_until([&] { return said.size() >= messages; });
  }

  TrackerWorld& world;
  std::vector<OrderId> ids;
  std::vector<Said> said;
  std::vector<OrderId> failed;
  bool connected = true;
  OrderDispatch dispatch{world.key, world.clock, world.bridge,
                         [this](const AgentKey& to, const protocol::ControlMessage& message) {
                           said.push_back({to, message, durable()});
                           return connected;
                         },
                         [this](const OrderId& order) { failed.push_back(order); }};
};

const AgentKey& key(const std::string& name) {
  static std::map<std::string, AgentKey> keys;
  return keys[name] = sample::key_of(name).public_key();
}

RevokeOrder revoke(const IssueOrder& issue) {
  return {issue.order.id, issue.order.sender, issue.order.receiver, protocol::Refusal::grant_ended, "why"};
}

}  // namespace

TEST_CASE("an order is durable before its sender and its receiver hear of it, signed by the tracker") {
  TrackerWorld world;
  Dispatch under_test(world);
  under_test.carry_out({under_test.order(1)});
  CHECK(under_test.said.empty());  // nothing before the store has answered
  REQUIRE(under_test.wait(2));
  for (const auto& said : under_test.said) CHECK(said.durable == 1);
  CHECK(under_test.said[0].to == key("alice"));
  const auto& serve = std::get<protocol::Serve>(under_test.said[0].message);
  const auto opened = protocol::open_order(serve.order, world.key.public_key());
  REQUIRE(opened);
  CHECK(opened->order.id == sample::order_id(1));
  CHECK(under_test.said[1].to == key("bob"));
  const auto& sources = std::get<protocol::Sources>(under_test.said[1].message);
  REQUIRE(sources.orders.size() == 1);
  CHECK(sources.orders[0].order == serve.order);
  CHECK(sources.orders[0].source_isp == "SP1");
}

TEST_CASE("a receiver hears of all its sources at once, within the message's limit") {
  TrackerWorld world;
  Dispatch under_test(world);
  Actions actions;
  const int many = static_cast<int>(protocol::kMaxOrdersPerMessage) + 1;
  for (int i = 1; i <= many; ++i) actions.push_back(under_test.order(i));
  actions.push_back(under_test.order(many + 1, "alice", "carol"));
  under_test.carry_out(std::move(actions));
  REQUIRE(under_test.wait(static_cast<std::size_t>(many) + 1 + 3));
  std::vector<std::pair<AgentKey, std::size_t>> sources;
  for (const auto& said : under_test.said) {
    if (const auto* message = std::get_if<protocol::Sources>(&said.message)) {
      sources.emplace_back(said.to, message->orders.size());
    }
  }
  const std::vector<std::pair<AgentKey, std::size_t>> expected{
      {key("bob"), protocol::kMaxOrdersPerMessage}, {key("bob"), 1}, {key("carol"), 1}};
  CHECK(sources == expected);
}

TEST_CASE("what is revoked is revoked after it was issued, at both ends") {
  TrackerWorld world;
  Dispatch under_test(world);
  const auto first = under_test.order(1);
  under_test.carry_out({first});
  under_test.carry_out({revoke(first)});  // while the store still writes
  CHECK(under_test.said.empty());
  REQUIRE(under_test.wait(4));
  CHECK(std::holds_alternative<protocol::Serve>(under_test.said[0].message));
  CHECK(std::holds_alternative<protocol::Sources>(under_test.said[1].message));
  for (const std::size_t i : {2u, 3u}) {
    const auto& message = std::get<protocol::Revoke>(under_test.said[i].message);
    CHECK(message.order == first.order.id);
    CHECK(message.reason == protocol::Refusal::grant_ended);
  }
  CHECK(under_test.said[2].to == key("alice"));
  CHECK(under_test.said[3].to == key("bob"));
  // An order of an earlier run: its receiver is not known.
  auto unknown = revoke(first);
  unknown.receiver = {};
  under_test.carry_out(
      {unknown, RefuseWant{key("bob"), sample::content_of("Film"), protocol::Refusal::no_source, "no"}});
  REQUIRE(under_test.said.size() == 6);
  CHECK(under_test.said[4].to == key("alice"));
  CHECK(std::get<protocol::Refused>(under_test.said[5].message).content == sample::content_of("Film"));
}

TEST_CASE("orders that the store does not take are not issued, and everything else is carried out") {
  TrackerWorld world;
  Dispatch under_test(world);
  const auto first = under_test.order(1);
  under_test.carry_out({first});
  REQUIRE(under_test.wait(2));
  const auto books = world.dump();
  const auto earlier = revoke(first);
  // The store refuses the batch: an id in it is taken.
  under_test.carry_out({under_test.order(2), first, earlier});
  REQUIRE(world.wait_until([&] { return under_test.failed.size() == 2; }));
  CHECK(under_test.failed == std::vector<OrderId>{sample::order_id(2), sample::order_id(1)});
  REQUIRE(under_test.said.size() == 4);
  CHECK(std::holds_alternative<protocol::Revoke>(under_test.said[2].message));
  CHECK(std::holds_alternative<protocol::Revoke>(under_test.said[3].message));
  CHECK(world.dump() == books);
}

TEST_CASE("an agent that has gone is no fault: its orders end by what the coordinator says") {
  TrackerWorld world;
  Dispatch under_test(world);
  under_test.connected = false;
  under_test.carry_out({under_test.order(1)});
  REQUIRE(under_test.wait(2));
  CHECK(under_test.failed.empty());
  CHECK(under_test.durable() == 1);
}
