// The tracker's end of a control channel: whom it lets in, what it refuses, and that a refused channel changes nothing.
#include <doctest/doctest.h>

#include "common/protocol/delivery.h"
#include "tests/unit/tracker_api/tracker_world.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;
using protocol::Refusal;

namespace {

std::size_t present(const TrackerWorld& world) { return world.desk->coordinator().agents(100).size(); }

// The channel was refused by this name and is closed; the swarm, the books and everybody else are as before.
void refused(TrackerWorld& world, AgentEnd& agent, Refusal reason, const std::string& books, std::size_t others = 0) {
  CHECK(agent.wait_for<protocol::Refused>().reason == reason);
  CHECK(agent.wait_closed());
  CHECK(world.refusals(reason) == 1);
  CHECK(present(world) == others);
  CHECK(world.dump() == books);
}

protocol::Done delivery_of(const std::string& receiver, const Content& content, std::int64_t size,
                           const std::string& named = "") {
  protocol::Delivery delivery;
  delivery.content = content.id;
  delivery.receiver = sample::key_of(named.empty() ? receiver : named).public_key();
  delivery.size = {size};
  delivery.started = sample::kNoon;
  delivery.completed = sample::kNoon + seconds(9);
  return {content.id, protocol::sign_delivery(sample::key_of(named.empty() ? receiver : named), delivery)};
}

std::size_t deliveries(TrackerWorld& world) {
  std::size_t count = 0;
  world.on_store([&](Store& store) { count = store.evidence().deliveries({}).value().size(); });
  return count;
}

}  // namespace

TEST_CASE("an enrolled agent that proves its key is welcomed with its role and its ISP") {
  TrackerWorld world;
  world.on_store([](Store& store) {
    Isp isp;
    isp.name = "SP1";
    isp.prefixes = {IpPrefix::parse("127.0.0.0/8").value()};
    REQUIRE(store.registry().add_isp(isp));
  });
  world.use_registry();
  world.enroll("cdn", protocol::AgentRole::cdn_node);
  AgentEnd agent(world, "cdn");
  REQUIRE(agent.join());
  const auto welcome = std::get<protocol::Welcome>(agent.heard.back());
  CHECK(welcome.role == protocol::AgentRole::cdn_node);
  CHECK(welcome.isp == "SP1");
  CHECK(welcome.observed.str() == "127.0.0.1");
  CHECK(welcome.time == sample::kNoon);
  CHECK(present(world) == 1);
  CHECK(world.desk->counters().connected == 1);
}

TEST_CASE("the agent's port is tried, and it is told what came of that; again when its gateway forwards another") {
  TrackerWorld world;
  world.enroll("alice");
  const auto open = world.server->local().port;  // somebody listens there
  AgentEnd agent(world, "alice");
  agent.hello([](protocol::Hello& hello) {
    hello.transfer_port = 1;
    hello.local_address = IpAddress::parse("192.168.1.7").value();
  });
  REQUIRE(world.wait_until([&] { return agent.reach.has_value(); }));
  CHECK_FALSE(agent.reach->open);
  CHECK(agent.reach->port == 1);
  auto rows = world.desk->coordinator().agents(10);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].reach == Reach::closed);
  CHECK(rows[0].behind_nat);
  agent.reach.reset();
  agent.say(protocol::PortMapped{open});
  REQUIRE(world.wait_until([&] { return agent.reach.has_value(); }));
  CHECK(agent.reach->open);
  rows = world.desk->coordinator().agents(10);
  CHECK(rows[0].reach == Reach::open);
  CHECK(rows[0].endpoint.port == open);
}

TEST_CASE("an agent that is taken off the register is let go at once, and not welcomed again") {
  TrackerWorld world;
  world.enroll("alice");
  AgentEnd agent(world, "alice");
  REQUIRE(agent.join());
  world.on_store([](Store& store) {
    REQUIRE(store.registry().remove_agent(sample::key_of("alice").public_key(), sample::kNoon));
  });
  world.use_registry();
  const auto refused = agent.wait_for<protocol::Refused>();
  CHECK(refused.reason == Refusal::not_enrolled);
  CHECK(refused.message == "the operator took this agent off the register");
  REQUIRE(agent.wait_closed());
  CHECK(present(world) == 0);
  AgentEnd back(world, "alice");
  CHECK_FALSE(back.join());
  CHECK(present(world) == 0);
}

TEST_CASE("who cannot prove an enrolled key is refused by name, and nothing else changes") {
  TrackerWorld world;
  world.enroll("alice");
  const auto books = world.dump();
  AgentEnd agent(world, "alice");
  SUBCASE("a key that is not enrolled") {
    AgentEnd stranger(world, "mallory");
    stranger.hello();
    refused(world, stranger, Refusal::not_enrolled, books);
  }
  SUBCASE("another's key, named but not held") {
    agent.hello([&](protocol::Hello& hello) {
      hello.proof = protocol::sign_hello(sample::key_of("mallory"), ByteString(32, 'n'), world.key.public_key());
    });
    refused(world, agent, Refusal::key_proof_invalid, books);
  }
  SUBCASE("a proof of another challenge") {
    agent.hello([&](protocol::Hello& hello) {
      hello.proof = protocol::sign_hello(sample::key_of("alice"), ByteString(32, 'n'), world.key.public_key());
    });
    refused(world, agent, Refusal::key_proof_invalid, books);
  }
  SUBCASE("something else than a hello first") {
    agent.say(protocol::ControlMessage(protocol::Want{sample::content_of("Film"), 0, false}));
    refused(world, agent, Refusal::control_malformed, books);
  }
  SUBCASE("no message at all") {
    agent.say(std::string("GET / HTTP/1.1"));
    refused(world, agent, Refusal::control_malformed, books);
  }
}

TEST_CASE("an agent that says what no agent says, or too much, is put out; another one stays") {
  TrackerWorld world;
  world.enroll("alice");
  world.enroll("bob");
  AgentEnd bob(world, "bob"), alice(world, "alice");
  REQUIRE(bob.join());
  REQUIRE(alice.join());
  const auto books = world.dump();
  SUBCASE("a tracker's message") {
    alice.say(protocol::ControlMessage(protocol::Revoke{sample::order_id(1), Refusal::order_revoked}));
    refused(world, alice, Refusal::control_malformed, books, 1);
  }
  SUBCASE("a second hello") {
    alice.hello();
    refused(world, alice, Refusal::control_malformed, books, 1);
  }
  SUBCASE("a message with a field out of bounds") {
    alice.say(std::string(R"({"type":"load_report","upload_rate":-1,"orders_served":0})"));
    refused(world, alice, Refusal::control_malformed, books, 1);
  }
  SUBCASE("hundreds of messages at once") {
    for (int i = 0; i < 1000; ++i) alice.say(protocol::ControlMessage(protocol::LoadReport{}));
    refused(world, alice, Refusal::too_busy, books, 1);
  }
  CHECK_FALSE(bob.closed);
}

TEST_CASE("an agent that connects anew takes its own place") {
  TrackerWorld world;
  world.enroll("alice");
  AgentEnd before(world, "alice");
  REQUIRE(before.join());
  AgentEnd after(world, "alice");
  REQUIRE(after.join());
  CHECK(before.wait_for<protocol::Refused>().reason == Refusal::replaced_by_newer_connection);
  CHECK(before.wait_closed());
  // The end of the older channel is not the agent's.
  net::run_for(world.loop, DurationMs{100});
  CHECK(present(world) == 1);
  CHECK(world.desk->counters().connected == 1);
  CHECK_FALSE(after.closed);
}

TEST_CASE("a delivery counts once, however often it is told") {
  TrackerWorld world;
  world.enroll("alice");
  const auto content = world.publish();
  AgentEnd alice(world, "alice");
  REQUIRE(alice.join());
  for (int i = 0; i < 2; ++i) {
    alice.say(protocol::ControlMessage(delivery_of("alice", content, content.size.value)));
    CHECK(alice.wait_for<protocol::DoneRecorded>().content == content.id);
  }
  CHECK(deliveries(world) == 1);
}

TEST_CASE("a delivery that is not the agent's own, or not the content's, is not recorded") {
  TrackerWorld world;
  world.enroll("alice");
  const auto content = world.publish();
  AgentEnd alice(world, "alice");
  REQUIRE(alice.join());
  const auto books = world.dump();
  SUBCASE("another receiver's") {
    alice.say(protocol::ControlMessage(delivery_of("alice", content, content.size.value, "bob")));
    refused(world, alice, Refusal::control_malformed, books);
  }
  SUBCASE("of another size") {
    alice.say(protocol::ControlMessage(delivery_of("alice", content, content.size.value - 1)));
    refused(world, alice, Refusal::control_malformed, books);
  }
  SUBCASE("with a signature that is not good") {
    auto done = delivery_of("alice", content, content.size.value);
    done.delivery.back() = static_cast<char>(done.delivery.back() ^ 1);
    alice.say(protocol::ControlMessage(done));
    refused(world, alice, Refusal::control_malformed, books);
  }
  SUBCASE("of a content that nobody published: told, and the channel stays") {
    Content unknown = content;
    unknown.id = sample::content_of("Another");
    alice.say(protocol::ControlMessage(delivery_of("alice", unknown, 1)));
    const auto answer = alice.wait_for<protocol::Refused>();
    CHECK(answer.reason == Refusal::content_unknown);
    CHECK(answer.content == unknown.id);
    alice.say(protocol::ControlMessage(delivery_of("alice", content, content.size.value)));
    CHECK(alice.wait_for<protocol::DoneRecorded>().content == content.id);
  }
}
