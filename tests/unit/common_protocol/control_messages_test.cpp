#include "common/protocol/control_messages.h"

#include <set>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/common_protocol/samples.h"

using namespace waybill;
using namespace waybill::protocol;
using Json = nlohmann::json;

namespace {

// The sample of this type as JSON, for changing.
Json sample(std::string_view type) {
  for (const auto& message : samples::control_messages()) {
    if (type_name(message) == type) return Json::parse(to_text(message));
  }
  FAIL("no sample of this type");
  return {};
}

bool refused(const Json& json) { return !parse_control_message(json.dump()); }

bool refused_with(std::string_view type, const char* key, const Json& value) {
  auto json = sample(type);
  json[key] = value;
  return refused(json);
}

}  // namespace

TEST_CASE("every control message comes back as it was") {
  const auto messages = samples::control_messages();
  CHECK(messages.size() == std::variant_size_v<ControlMessage>);
  std::set<std::string_view> types;
  for (const auto& message : messages) {
    const auto text = to_text(message);
    CAPTURE(text);
    CHECK(text.starts_with("{\"type\":\"" + std::string(type_name(message)) + "\""));
    CHECK(types.insert(type_name(message)).second);
    const auto parsed = parse_control_message(text);
    REQUIRE(parsed);
    CHECK(parsed->index() == message.index());
    CHECK(to_text(*parsed) == text);
  }
}

TEST_CASE("the fields of a message land where they belong") {
  const auto parsed = parse_control_message(to_text(samples::control_messages()[1]));
  REQUIRE(parsed);
  const auto& hello = std::get<Hello>(*parsed);
  CHECK(hello.key == samples::sender().public_key());
  CHECK(hello.transfer_port == 6881);
  CHECK(hello.local_address == IpAddress::parse("192.168.1.7").value());
  CHECK(hello.mapped_port == 51413);
  CHECK(hello.sharing == SharingState{true, ByteRate{1'000'000}, 5});
  CHECK(hello.library == std::vector<HeldContent>{{samples::order().content, 60, 117}});
  CHECK(hello.live_orders == std::vector<OrderId>{samples::order().id, samples::id_of<OrderId>(0x0e)});
  CHECK(verify_hello(hello, ByteString(32, 'n'), samples::tracker().public_key()));
}

TEST_CASE("each field of each message is required and has a type of its own") {
  for (const auto& message : samples::control_messages()) {
    const auto json = Json::parse(to_text(message));
    for (const auto& [key, value] : json.items()) {
      CAPTURE(json.dump());
      CAPTURE(key);
      auto changed = json;
      changed[key] = value.is_object() ? Json(1) : Json::object();
      CHECK(refused(changed));
      changed.erase(key);
      const bool optional = (key == "content" && type_name(message) == "refused") ||
                            ((key == "local_address" || key == "mapped_port") && type_name(message) == "hello");
      CHECK(refused(changed) != optional);
    }
  }
}

TEST_CASE("unknown fields and repeated keys are tolerated, at every level") {
  for (const auto& message : samples::control_messages()) {
    auto json = Json::parse(to_text(message));
    json["later"] = {{"a", {1, 2, 3}}};
    const auto parsed = parse_control_message(json.dump());
    REQUIRE(parsed);
    CHECK(to_text(*parsed) == to_text(message));
  }
  auto hello = sample("hello");
  hello["library"][0]["later"] = 1;
  CHECK_FALSE(refused(hello));
  const auto content = samples::order().content.hex();
  CHECK(parse_control_message(R"({"type":"give_up","content":"00","content":")" + content + "\"}"));
}

TEST_CASE("what is not a control message is refused") {
  for (const char* text :
       {"", "null", "3", "[]", "{", "{}", "{} x", R"({"type":1})", R"({"type":"dance"})", R"({"type":"give_up"})",
        "{\"type\":\"give_up\xff\"}", R"({"type":"give_up","content":1e999})", "{\"type\":\"\\ud800\"}", "nul",
        "{'type':'give_up'}"}) {
    CAPTURE(text);
    const auto parsed = parse_control_message(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind == ErrorKind::refused);
  }
}

TEST_CASE("integers beyond their range, fractions and 64 bits are refused") {
  for (const Json& value : {Json(-1), Json(kMaxPieces + 1), Json(1.5), Json("1"), Json(nullptr), Json(true),
                            Json(std::numeric_limits<std::uint64_t>::max())}) {
    CAPTURE(value.dump());
    CHECK(refused_with("want", "pieces_held", value));
  }
  CHECK(refused_with("hello", "transfer_port", 65536));
  CHECK(refused_with("hello", "mapped_port", 65536));
  CHECK(refused_with("hello", "local_address", "home"));
  CHECK(refused_with("serve", "dial", 3));
  CHECK(refused_with("serve", "receiver_port", 65536));
  CHECK(refused_with("reach", "port", -1));
  CHECK(refused_with("library_update", "pieces_held", 118));  // of 117
  CHECK(refused_with("sharing_update", "upload_slots", -1));
  CHECK(refused_with("sharing_update", "upload_cap", -1));
  CHECK(refused_with("welcome", "time", kMaxTimeMs + 1));
  CHECK(refused_with("revoke", "reason", -1));
  CHECK(refused_with("challenge", "version", 0));
}

TEST_CASE("strings beyond their length, hexadecimal that is none, and wrong addresses are refused") {
  CHECK(refused_with("challenge", "nonce", "00"));
  CHECK(refused_with("challenge", "nonce", std::string(66, '0')));
  CHECK(refused_with("give_up", "content", std::string(64, 'g')));
  CHECK(refused_with("give_up", "content", std::string(62, '0')));
  CHECK(refused_with("serve", "order", std::string(kMaxOrderBytes * 2 + 2, '0')));
  CHECK(refused_with("serve", "order", "0"));
  CHECK(refused_with("serve", "receiver", "example.org"));
  CHECK(refused_with("welcome", "isp", std::string(kMaxNameBytes + 1, 'x')));
  CHECK(refused_with("welcome", "isp", "a\x1b[2J"));
  CHECK(refused_with("welcome", "role", "king"));
  CHECK(refused_with("done", "delivery", std::string(kMaxDeliveryBytes * 2 + 2, '0')));
  CHECK(refused_with("refused", "message", std::string(kMaxReasonBytes + 1, 'x')));
  auto sources = sample("sources");
  sources["orders"][0]["source"] = "192.0.2.1";
  CHECK(refused(sources));
  sources["orders"] = Json::array({1});
  CHECK(refused(sources));
}

TEST_CASE("lists beyond their length are refused") {
  auto hello = sample("hello");
  const auto held = hello["library"][0];
  hello["library"] = Json::array();
  for (std::size_t i = 0; i < kMaxLibraryEntries; ++i) hello["library"].push_back(held);
  CHECK_FALSE(refused(hello));
  hello["library"].push_back(held);
  CHECK(refused(hello));
  auto progress = sample("progress");
  const auto entry = progress["orders"][0];
  progress["orders"] = Json::array();
  for (std::size_t i = 0; i <= kMaxOrdersPerMessage; ++i) progress["orders"].push_back(entry);
  CHECK(refused(progress));
}

TEST_CASE("the largest messages of every limit fit into one control message") {
  Hello hello = std::get<Hello>(samples::control_messages()[1]);
  hello.library.assign(kMaxLibraryEntries, {samples::order().content, kMaxPieces, kMaxPieces});
  hello.live_orders.assign(kMaxLiveOrders, samples::order().id);
  CHECK(to_text(hello).size() <= kMaxControlMessageBytes);
  CHECK(parse_control_message(to_text(hello)));
  const auto envelope = sign_order(samples::tracker(), samples::largest_order()).envelope;
  const auto endpoint = *Endpoint::parse("[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
  Sources sources{samples::order().content, {}};
  sources.orders.assign(kMaxOrdersPerMessage, {envelope, endpoint, true, true, std::string(kMaxNameBytes, 'i')});
  CHECK(to_text(sources).size() <= kMaxControlMessageBytes);
  CHECK(parse_control_message(to_text(sources)));
}

TEST_CASE("oversized and deeply nested text is refused before it is parsed") {
  const auto padded = [](std::size_t size) {
    const std::string start = R"({"type":"give_up","content":")" + samples::order().content.hex() + "\"";
    return start + std::string(size - start.size() - 1, ' ') + "}";
  };
  CHECK(parse_control_message(padded(kMaxControlMessageBytes)));
  CHECK_FALSE(parse_control_message(padded(kMaxControlMessageBytes + 1)));
  const auto nested = [](int depth) {
    const auto n = static_cast<std::size_t>(depth);
    return R"({"type":"give_up","content":")" + samples::order().content.hex() + R"(","x":)" + std::string(n, '[') +
           std::string(n, ']') + "}";
  };
  CHECK(parse_control_message(nested(kMaxJsonDepth - 1)));
  const auto too_deep = parse_control_message(nested(kMaxJsonDepth));
  REQUIRE_FALSE(too_deep);
  CHECK(too_deep.error().message.find("nested too deeply") != std::string::npos);
  CHECK_FALSE(parse_control_message(std::string(kMaxControlMessageBytes, '[')));
  // Brackets inside a string are text.
  auto json = sample("give_up");
  json["x"] = std::string(100, '[') + "\"\\" + std::string(100, '{');
  CHECK_FALSE(refused(json));
}

TEST_CASE("a reason's text is made printable and cut, so that the refusal itself arrives") {
  const auto text = to_text(Refused{Refusal::too_busy, "bell\a" + std::string(2 * kMaxReasonBytes, 'x'), std::nullopt});
  const auto parsed = parse_control_message(text);
  REQUIRE(parsed);
  const auto& refusal = std::get<Refused>(*parsed);
  CHECK(refusal.reason == Refusal::too_busy);
  CHECK(refusal.message.size() == kMaxReasonBytes);
  CHECK(refusal.message.starts_with("bell?"));
  CHECK_FALSE(refusal.content);
}

TEST_CASE("a hello proves its key to this tracker for this nonce alone") {
  const ByteString nonce(32, 'n');
  const auto tracker = samples::tracker().public_key();
  Hello hello;
  hello.key = samples::sender().public_key();
  hello.proof = sign_hello(samples::sender(), nonce, tracker);
  CHECK(verify_hello(hello, nonce, tracker));
  CHECK_FALSE(verify_hello(hello, ByteString(32, 'm'), tracker));
  CHECK_FALSE(verify_hello(hello, nonce, samples::receiver().public_key()));
  hello.key = samples::receiver().public_key();
  CHECK_FALSE(verify_hello(hello, nonce, tracker));
  hello.proof = {};
  CHECK_FALSE(verify_hello(hello, nonce, tracker));
}
