// The routes on a real store: enrolling, publishing, content and torrents; refusals by name, with the books unchanged.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/tracker_api/torrents.h"
#include "tests/unit/tracker_api/tracker_world.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;
using nlohmann::json;
using protocol::Refusal;

namespace {

net::HttpRequest get(const std::string& target) {
  net::HttpRequest request;
  request.target = target;
  return request;
}

net::HttpRequest post(const std::string& target, ByteString body) {
  net::HttpRequest request;
  request.method = "POST";
  request.target = target;
  request.body = std::move(body);
  return request;
}

void refused(TrackerWorld& world, const net::HttpRequest& request, int status, Refusal reason) {
  const auto books = world.dump();
  const auto answer = world.ask(request);
  CHECK_MESSAGE(answer.status == status, answer.body);
  const auto facts = json::parse(answer.body, nullptr, false);
  REQUIRE(facts.is_object());
  CHECK_MESSAGE(facts.at("refused") == protocol::name_of(reason), answer.body);
  CHECK(facts.at("number") == static_cast<int>(reason));
  CHECK_FALSE(facts.at("message").get<std::string>().empty());
  CHECK(world.dump() == books);
}

protocol::EnrollLink link_of(TrackerWorld& world, const std::string& token_bytes, protocol::AgentRole role) {
  world.on_store([&](Store& store) {
    REQUIRE(store.registry().add_enroll_token({crypto::sha256(token_bytes), role, world.clock.now()}));
  });
  return {"tracker.example", 7443, world.key.public_key(), to_hex(token_bytes)};
}

net::HttpRequest enroll_of(const std::string& who, const protocol::EnrollLink& link) {
  return post(protocol::kEnrollPath, to_json_text(protocol::make_enroll_request(sample::key_of(who), link, who)));
}

net::HttpRequest publication(TrackerWorld& world, const std::string& who, const std::string& title,
                             const ByteString& torrent = make_torrent()) {
  auto request = post(protocol::kPublishPath, torrent);
  request.headers = protocol::to_http_headers(protocol::sign_publish(sample::key_of(who), "MovieStudio", title,
                                                                     ContentClass::file, world.clock.now(), torrent));
  return request;
}

}  // namespace

TEST_CASE("an enrol link's token enrolls in its role, again and again") {
  TrackerWorld world;
  const auto client = link_of(world, ByteString(16, 'c'), protocol::AgentRole::client);
  const auto node = link_of(world, ByteString(16, 'n'), protocol::AgentRole::cdn_node);
  for (int i = 0; i < 2; ++i) {
    const auto answer = world.ask(enroll_of("alice", client));
    CHECK(answer.status == 200);
    CHECK(json::parse(answer.body).at("role") == "client");
  }
  CHECK(json::parse(world.ask(enroll_of("cdn", node)).body).at("role") == "cdn_node");
  REQUIRE(world.desk->enrolled(sample::key_of("alice").public_key()));
  CHECK(world.desk->enrolled(sample::key_of("cdn").public_key())->role == protocol::AgentRole::cdn_node);
  world.on_store([](Store& store) { CHECK(store.registry().agents().value().size() == 2); });
}

TEST_CASE("an enrolment is refused without a good token, signature or form, and nobody is enrolled") {
  TrackerWorld world;
  auto link = link_of(world, ByteString(16, 'c'), protocol::AgentRole::client);
  const auto request = protocol::make_enroll_request(sample::key_of("alice"), link, "alice");
  auto other_key = request;
  other_key.key = sample::key_of("mallory").public_key();
  refused(world, post(protocol::kEnrollPath, to_json_text(other_key)), 403, Refusal::key_proof_invalid);
  auto other_tracker = link;
  other_tracker.tracker_key = sample::key_of("mallory").public_key();
  refused(world, enroll_of("alice", other_tracker), 403, Refusal::key_proof_invalid);
  link.token = to_hex(ByteString(16, 'x'));
  refused(world, enroll_of("alice", link), 403, Refusal::enroll_token_invalid);
  refused(world, post(protocol::kEnrollPath, "{"), 400, Refusal::control_malformed);
  refused(world, post(protocol::kEnrollPath, "{}"), 400, Refusal::control_malformed);
  CHECK(world.desk->enrolled(sample::key_of("alice").public_key()) == nullptr);
}

TEST_CASE("a CDN node's publication is there for everybody, as it came") {
  TrackerWorld world;
  world.enroll("cdn", protocol::AgentRole::cdn_node);
  const auto answer = world.ask(publication(world, "cdn", "Film"));
  REQUIRE_MESSAGE(answer.status == 200, answer.body);
  const auto facts = json::parse(answer.body);
  const auto id = facts.at("content").get<std::string>();
  CHECK(facts.at("path") == "/content/" + id);
  const auto page = world.ask(get("/content/" + id));
  CHECK(page.status == 200);
  CHECK(json::parse(page.body).at("title") == "Film");
  CHECK(json::parse(page.body).at("bytes") == 5 << 20);
  CHECK(world.ask(get(protocol::kTorrentPath + id)).body == make_torrent());
  CHECK(world.ask(get("/content/" + id + "?from=page")).status == 200);
  // The same again changes nothing; another title for it is refused.
  const auto books = world.dump();
  CHECK(world.ask(publication(world, "cdn", "Film")).status == 200);
  CHECK(world.dump() == books);
  refused(world, publication(world, "cdn", "Another"), 400, Refusal::control_malformed);
  CHECK(json::parse(world.ask(get("/content/" + id)).body).at("title") == "Film");
}

TEST_CASE("only CDN nodes publish, and only what can be served") {
  TrackerWorld world;
  world.enroll("cdn", protocol::AgentRole::cdn_node);
  world.enroll("alice");
  refused(world, publication(world, "alice", "Film"), 403, Refusal::role_not_permitted);
  refused(world, publication(world, "mallory", "Film"), 403, Refusal::role_not_permitted);
  refused(world, publication(world, "cdn", "Film", make_torrent({.hashes = 4})), 400, Refusal::control_malformed);
  auto forged = publication(world, "cdn", "Film");
  forged.body = make_torrent({.name = "another"});
  refused(world, forged, 400, Refusal::control_malformed);
  CHECK(world.desk->registry().contents.empty());
}

TEST_CASE("content that is unknown, removed or misspelt") {
  TrackerWorld world;
  const auto content = world.publish("Film");
  const auto unknown = sample::content_of("Another").hex();
  for (const std::string prefix : {protocol::kContentPath, protocol::kTorrentPath}) {
    refused(world, get(prefix + unknown), 404, Refusal::content_unknown);
    refused(world, get(prefix + "xyz"), 404, Refusal::content_unknown);
    refused(world, get(prefix), 404, Refusal::content_unknown);
    refused(world, get(prefix + content.id.hex() + "/more"), 404, Refusal::content_unknown);
    CHECK(world.ask(get(prefix + content.id.hex())).status == 200);
  }
  world.on_store([&](Store& store) { REQUIRE(store.registry().remove_content(content.id, world.clock.now())); });
  world.use_registry();
  for (const std::string prefix : {protocol::kContentPath, protocol::kTorrentPath}) {
    refused(world, get(prefix + content.id.hex()), 410, Refusal::content_removed);
  }
}

TEST_CASE("receipts go to the ingest as they came; other paths and methods lead nowhere") {
  TrackerWorld world;
  const auto answer = world.ask(post(protocol::kReceiptsPath, "a batch"));
  CHECK(answer.status == 200);
  CHECK(answer.body == "statuses");
  REQUIRE(world.submitted.size() == 1);
  CHECK(world.submitted[0] == "a batch");
  CHECK(world.ask(get("/healthz")).status == 200);
  for (const auto* path : {"/", "/v1/receipts", "/v1/enroll", "/v1/publish", "/v2/receipts", "/contents/x"}) {
    CHECK_MESSAGE(world.ask(get(path)).status == 404, path);
  }
  CHECK(world.ask(post("/content/" + sample::content_of("Film").hex(), "")).status == 404);
  CHECK(world.submitted.size() == 1);
}
