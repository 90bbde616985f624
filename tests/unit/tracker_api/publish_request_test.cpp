#include "tracker/api/publish_request.h"

#include <doctest/doctest.h>

#include "common/protocol/limits.h"
#include "tests/contract/sample_books.h"
#include "tests/unit/tracker_api/torrents.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;

namespace {

constexpr TimeMs kNow = sample::kNoon;

net::HttpRequest request_of(const std::string& owner, const std::string& title, TimeMs time = kNow,
                            const ByteString& torrent = make_torrent()) {
  net::HttpRequest request;
  request.method = "POST";
  request.body = torrent;
  request.headers = protocol::to_http_headers(
      protocol::sign_publish(sample::key_of("cdn"), owner, title, ContentClass::file, time, torrent));
  return request;
}

void refused(const net::HttpRequest& request, const std::string& why) {
  const auto publication = read_publish_request(request, kNow);
  REQUIRE_FALSE(publication);
  CHECK(publication.error().kind == ErrorKind::refused);
  CHECK_MESSAGE(publication.error().message.find(why) != std::string::npos, publication.error().message);
  CHECK(publication.error().message.find('\n') == std::string::npos);
}

}  // namespace

TEST_CASE("a signed publication becomes a content") {
  const auto publication = read_publish_request(request_of("MovieStudio", "Größe"), kNow);
  REQUIRE_MESSAGE(publication, (publication ? "" : publication.error().message));
  const auto& content = publication->content;
  CHECK(content.owner == "MovieStudio");
  CHECK(content.title == "Größe");
  CHECK(content.size == ByteCount{5 << 20});
  CHECK(content.pieces == 5);
  CHECK(content.published == kNow);
  CHECK(content.publisher == sample::key_of("cdn").public_key());
  CHECK_FALSE(content.removed);
  // Clocks may differ by the tolerance, and not by more.
  CHECK(read_publish_request(request_of("O", "T", kNow - protocol::kClockTolerance), kNow));
  CHECK(read_publish_request(request_of("O", "T", kNow + protocol::kClockTolerance), kNow));
  refused(request_of("O", "T", kNow - protocol::kClockTolerance - DurationMs{1}), "clock");
  refused(request_of("O", "T", kNow + protocol::kClockTolerance + DurationMs{1}), "clock");
}

TEST_CASE("every header is needed, and readable") {
  for (const auto& [name, value] : request_of("O", "T").headers) {
    CAPTURE(name);
    auto request = request_of("O", "T");
    request.headers.erase(name);
    refused(request, "");
    request.headers[name] = "zz";
    refused(request, "");
    request.headers[name] = "";
    refused(request, "");
  }
}

TEST_CASE("names are printable, not empty, and at most 256 bytes") {
  refused(request_of("", "T"), "owner");
  refused(request_of("O", ""), "title");
  refused(request_of("O", "a\nb"), "title");
  refused(request_of("O\x1b[2J", "T"), "owner");
  refused(request_of("O", "\xff\xfe"), "title");
  CHECK(read_publish_request(request_of(std::string(256, 'o'), "T"), kNow));
  refused(request_of(std::string(257, 'o'), "T"), "owner");
}

TEST_CASE("what was signed is what is published") {
  auto other_title = request_of("O", "T");
  other_title.headers[protocol::kPublishTitleHeader] = to_hex("Another");
  refused(other_title, "not signed");
  auto other_body = request_of("O", "T");
  other_body.body = make_torrent({.name = "another.mp4"});
  refused(other_body, "not signed");
  auto other_key = request_of("O", "T");
  other_key.headers[protocol::kPublishKeyHeader] = sample::key_of("mallory").public_key().hex();
  refused(other_key, "not signed");
  refused(request_of("O", "T", kNow, "no torrent"), "torrent");
}
