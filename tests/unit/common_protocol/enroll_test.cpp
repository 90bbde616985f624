#include "common/protocol/enroll.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/common_protocol/samples.h"

using namespace waybill;
using namespace waybill::protocol;

namespace {

const std::string kKey(64, 'a');
const std::string kToken(32, '0');

}  // namespace

TEST_CASE("a link comes back as it was, with names, IPv4 and IPv6") {
  for (const char* host : {"tracker.example", "192.0.2.4", "2001:db8::4", "localhost"}) {
    auto link = samples::enroll_link();
    link.host = host;
    CAPTURE(link.str());
    const auto parsed = EnrollLink::parse(link.str());
    REQUIRE(parsed);
    CHECK(parsed->host == host);
    CHECK(parsed->port == link.port);
    CHECK(parsed->tracker_key == link.tracker_key);
    CHECK(parsed->token == link.token);
    CHECK(parsed->str() == link.str());
  }
  auto link = samples::enroll_link();
  CHECK(link.tracker_url() == "https://tracker.example:7400");
  link.host = "2001:db8::4";
  CHECK(link.tracker_url() == "https://[2001:db8::4]:7400");
  CHECK(link.str().starts_with("waybill://[2001:db8::4]:7400/enroll?key="));
}

TEST_CASE("parameters may come in either order, upper case, with unknown ones among them") {
  const auto parsed =
      EnrollLink::parse("waybill://h:1/enroll?token=" + std::string(32, 'B') + "&x=1&key=" + std::string(64, 'A'));
  REQUIRE(parsed);
  CHECK(parsed->token == std::string(32, 'b'));
  CHECK(parsed->tracker_key.hex() == kKey);
}

TEST_CASE("each malformed link is refused with a hint of the right form") {
  const auto query = "/enroll?key=" + kKey + "&token=" + kToken;
  REQUIRE(EnrollLink::parse("waybill://h:1" + query));
  const std::string links[] = {std::string(),
                               "https://h:1" + query,
                               "waybill://" + query,
                               "waybill://h" + query,
                               "waybill://h:" + query,
                               "waybill://h:0" + query,
                               "waybill://h:65536" + query,
                               "waybill://h:1x" + query,
                               "waybill://:1" + query,
                               "waybill://a b:1" + query,
                               "waybill://[h]:1" + query,
                               "waybill://[1.2.3.4]:1" + query,
                               "waybill://2001:db8::1:1" + query,
                               "waybill://u@h:1" + query,
                               "waybill://h:1",
                               "waybill://h:1/enroll",
                               "waybill://h:1/enrol?key=" + kKey + "&token=" + kToken,
                               "waybill://h:1/enroll?token=" + kToken,
                               "waybill://h:1/enroll?key=" + kKey,
                               "waybill://h:1/enroll?key=" + kKey + "0&token=" + kToken,
                               "waybill://h:1/enroll?key=" + kKey + "&token=00",
                               "waybill://h:1/enroll?key=" + kKey + "&token=" + kToken + " ",
                               "waybill://h:1/enroll?key=" + kKey + "&token=" + std::string(32, 'g'),
                               "waybill://" + std::string(254, 'h') + ":1" + query,
                               "waybill://h:1" + query + std::string(2000, '&')};
  for (const auto& text : links) {
    CAPTURE(text);
    const auto parsed = EnrollLink::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind == ErrorKind::refused);
    CHECK(parsed.error().message.find("waybill://HOST:PORT/enroll") != std::string::npos);
  }
}

TEST_CASE("a request proves the agent's key, for this tracker and this token alone") {
  const auto tracker = samples::tracker().public_key();
  const auto request = samples::enroll_request();
  CHECK(verify_enroll_request(request, tracker));
  CHECK_FALSE(verify_enroll_request(request, samples::sender().public_key()));
  auto changed = request;
  changed.token[0] = 'f';
  CHECK_FALSE(verify_enroll_request(changed, tracker));
  changed.token = "";
  CHECK_FALSE(verify_enroll_request(changed, tracker));
  changed = request;
  changed.key = samples::sender().public_key();
  CHECK_FALSE(verify_enroll_request(changed, tracker));
}

TEST_CASE("a request comes back as it was; malformed ones are refused") {
  const auto request = samples::enroll_request();
  const auto parsed = parse_enroll_request(to_json_text(request));
  REQUIRE(parsed);
  CHECK(parsed->key == request.key);
  CHECK(parsed->token == request.token);
  CHECK(parsed->name == "living room");
  CHECK(verify_enroll_request(*parsed, samples::tracker().public_key()));

  const auto json = nlohmann::json::parse(to_json_text(request));
  for (const auto& [key, value] : json.items()) {
    auto changed = json;
    changed[key] = 3;
    CHECK_FALSE(parse_enroll_request(changed.dump()));
    changed.erase(key);
    CHECK_FALSE(parse_enroll_request(changed.dump()));
  }
  const auto with = [&](const char* key, const std::string& value) {
    auto changed = json;
    changed[key] = value;
    return parse_enroll_request(changed.dump()).has_value();
  };
  CHECK(with("later", "x"));
  CHECK_FALSE(with("token", "00"));
  CHECK_FALSE(with("name", std::string(kMaxNameBytes + 1, 'x')));
  CHECK_FALSE(with("name", "a\nb"));
  CHECK_FALSE(parse_enroll_request(""));
  CHECK_FALSE(parse_enroll_request("[]"));
  CHECK_FALSE(parse_enroll_request(json.dump() + std::string(kMaxEnrollRequestBytes, ' ')));
}

TEST_CASE("roles have names") {
  for (const auto role : {AgentRole::client, AgentRole::cdn_node}) CHECK(*parse_role(name_of(role)) == role);
  CHECK_FALSE(parse_role("CLIENT"));
}

TEST_CASE("a publication's signature covers key, owner, title, time and torrent") {
  const auto headers = samples::publish_headers();
  CHECK(verify_publish(headers, samples::kTorrent));
  CHECK_FALSE(verify_publish(headers, "another torrent"));
  const auto changed = [&](auto change) {
    auto copy = headers;
    change(copy);
    return verify_publish(copy, samples::kTorrent);
  };
  CHECK_FALSE(changed([](PublishHeaders& h) { h.owner += "x"; }));
  CHECK_FALSE(changed([](PublishHeaders& h) { h.title += "x"; }));
  CHECK_FALSE(changed([](PublishHeaders& h) { h.content_class = ContentClass::live; }));
  CHECK_FALSE(changed([](PublishHeaders& h) { h.time = h.time + seconds(1); }));
  CHECK_FALSE(changed([](PublishHeaders& h) { h.key = samples::receiver().public_key(); }));
}

TEST_CASE("where owner ends and title begins is not open to choice") {
  const auto joined =
      sign_publish(samples::sender(), std::string("a\0b", 3), "c", ContentClass::file, TimeMs{1}, samples::kTorrent);
  CHECK_FALSE(verify_publish(joined, samples::kTorrent));
  auto split = joined;
  split.owner = "a";
  split.title = std::string("b\0c", 3);
  CHECK_FALSE(verify_publish(split, samples::kTorrent));
}

TEST_CASE("publication headers come back as they were; malformed ones are refused by name") {
  const auto good = to_http_headers(samples::publish_headers());
  const auto parsed = parse_publish_headers(good);
  REQUIRE(parsed);
  CHECK(parsed->owner == samples::publish_headers().owner);
  CHECK(to_http_headers(*parsed) == good);
  CHECK(verify_publish(*parsed, samples::kTorrent));
  for (const auto& [name, value] : good) {
    CAPTURE(name);
    auto headers = good;
    headers[name] = "zz";
    CHECK_FALSE(parse_publish_headers(headers));
    headers.erase(name);
    CHECK_FALSE(parse_publish_headers(headers));
  }
  const auto with = [&](const char* name, const std::string& value) {
    auto headers = good;
    headers[name] = value;
    return parse_publish_headers(headers).has_value();
  };
  CHECK_FALSE(with(kPublishOwnerHeader, to_hex("a\x1b")));
  CHECK_FALSE(with(kPublishTitleHeader, to_hex(std::string(kMaxNameBytes + 1, 'x'))));
  CHECK_FALSE(with(kPublishTimeHeader, "-1"));
  CHECK_FALSE(with(kPublishTimeHeader, "1 "));
  CHECK_FALSE(with(kPublishTimeHeader, ""));
  CHECK_FALSE(with(kPublishTimeHeader, "99999999999999999999"));
}
