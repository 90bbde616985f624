#include "tracker/api/live_commands.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/tracker_api/tracker_world.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;
using nlohmann::json;

namespace {

json answer(TrackerWorld& world, const json& request) {
  const auto text = answer_live_command(*world.desk, request.dump(), world.clock.now());
  return text ? json::parse(*text) : json();
}

}  // namespace

TEST_CASE("who is connected, and who would serve whom") {
  TrackerWorld world;
  const auto content = world.publish();
  world.enroll("cdn", protocol::AgentRole::cdn_node);
  world.enroll("alice");
  AgentEnd node(world, "cdn"), alice(world, "alice");
  REQUIRE(node.join());
  REQUIRE(alice.join());
  node.say(protocol::ControlMessage(protocol::LibraryUpdate{{content.id, content.pieces, content.pieces}}));
  const auto listed = [&] { return answer(world, {{"command", "agents"}}).at("result").at("agents"); };
  REQUIRE(world.wait_until([&] {
    for (const auto& row : listed()) {
      if (!row.at("holds").empty()) return true;
    }
    return false;
  }));
  CHECK(listed().size() == 2);
  json request{{"command", "agents"}, {"arguments", {{"content", content.id.hex()}, {"for", "alice"}}}};
  const auto explained = answer(world, request);
  REQUIRE(explained.at("ok") == true);
  REQUIRE(explained.at("result").at("candidates").size() == 1);
  CHECK(explained.at("result").at("candidates")[0].at("usable") == true);
  // The first digits of a key are no name unless they are many.
  const auto hex = sample::key_of("alice").public_key().hex();
  request["arguments"]["for"] = hex.substr(0, 10);
  CHECK(answer(world, request).at("ok") == true);
  request["arguments"]["for"] = hex.substr(0, 2);
  CHECK(answer(world, request).at("ok") == false);
  request["arguments"]["for"] = "nobody";
  const auto nobody = answer(world, request);
  CHECK(nobody.at("ok") == false);
  CHECK(nobody.at("exit") == 1);
  CHECK(nobody.at("error").get<std::string>().find("nobody") != std::string::npos);
  CHECK(answer(world, {{"command", "orders"}}).at("result").at("orders").empty());
}

TEST_CASE("what is none of these commands is left to others; what is wrong with one is said") {
  TrackerWorld world;
  for (const auto* text : {"", "{", "[]", "{}", R"({"command":7})", R"({"command":"isp list"})",
                           R"({"command":"agents","arguments":[]})"}) {
    CAPTURE(text);
    CHECK_FALSE(answer_live_command(*world.desk, text, world.clock.now()));
  }
  for (const json& arguments : {json{{"content", "zz"}}, json{{"content", 7}}, json{{"content", json::array()}}}) {
    const auto wrong = answer(world, {{"command", "agents"}, {"arguments", arguments}});
    CHECK(wrong.at("ok") == false);
    CHECK(wrong.at("exit") == 2);
  }
}
