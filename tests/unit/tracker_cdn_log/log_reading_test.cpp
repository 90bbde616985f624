#include "tracker/cdn_log/log_reading.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace waybill;
using namespace waybill::tracker;

namespace {

constexpr TimeMs kNow{1'793'534'400'000};

Content content(char id, std::int64_t size) {
  Content content;
  content.id = *ContentId::from_bytes(ByteString(ContentId::kSize, id));
  content.owner = "Studio";
  content.size = {size};
  return content;
}

LogTargets targets() {
  const auto film = content('f', 1000), song = content('s', 50);
  return LogTargets::of({film, song}, {{film.id, "http://cdn.example/film.mp4", {}},
                                       {film.id, "http://cdn2.example:81/f", {}},
                                       {song.id, "http://cdn.example/song%20.mp3", {}}});
}

IspId isp_of(const IpAddress& address) { return {address == *IpAddress::parse("198.18.1.1") ? 1 : 2}; }

struct Line {
  int number = 1;
  std::string ended = "1793534399.500";
  std::string client = "198.18.2.7";
  int status = 200;
  std::int64_t sent = 1000;
  std::string method = "GET";
  std::string url = "http://cdn.example/film.mp4";
  std::string text() const {
    return fmt::format("{} {:032x} 198.18.1.1 {} {} {} 0.500 \"{} {}\"\n", ended, number, client, status, sent, method,
                       url);
  }
};

LogReading read(const std::string& text) { return read_log(text, targets(), isp_of, kNow); }

}  // namespace

TEST_CASE("a request becomes a record of the content that its URL is of") {
  const auto reading =
      read(Line{}.text() + "\n" + Line{.number = 2, .sent = 400, .url = "http://cdn2.example/f"}.text() +
           Line{.number = 3, .status = 206, .sent = 50, .url = "http://CDN.example:80/song .mp3"}.text() +
           Line{.number = 4, .status = 206, .sent = 50, .url = "http://cdn.example/song%20.mp3"}.text());
  CHECK(reading.lines == 4);
  REQUIRE(reading.records.size() == 3);
  const auto& film = reading.records[0];
  CHECK(film.content == content('f', 1).id);
  CHECK(film.owner == "Studio");
  CHECK(film.source_isp == IspId{1});
  CHECK(film.destination_isp == IspId{2});
  CHECK(film.client == *IpAddress::parse("198.18.2.7"));
  CHECK(film.started == kNow - DurationMs{1000});
  CHECK(film.ended == kNow - DurationMs{500});
  CHECK(film.sent.value == 1000);
  CHECK(film.whole);
  CHECK_FALSE(reading.records[1].whole);
  CHECK(reading.records[2].content == content('s', 1).id);
  CHECK(reading.records[2].whole);
  CHECK(reading.other_urls.count == 1);  // a space in a URL is none
  CHECK(reading.unreadable.count == 0);
}

TEST_CASE("each request counts once") {
  const auto reading = read(Line{}.text() + Line{.number = 2}.text() + Line{}.text());
  CHECK(reading.records.size() == 2);
  CHECK(reading.repeated == 1);
}

TEST_CASE("what sent nothing of a file is passed over") {
  const auto reading =
      read(Line{.status = 404}.text() + Line{.status = 304, .sent = 0}.text() +
           Line{.method = "HEAD", .url = "nowhere"}.text() + Line{.sent = 0}.text() + Line{.method = "POST"}.text());
  CHECK(reading.records.empty());
  CHECK(reading.without_bytes == 5);
  CHECK(reading.unreadable.count == 0);
}

TEST_CASE("what cannot be read or believed is counted, with the first example and why") {
  const auto reading = read("nonsense\n" + Line{.sent = 1001}.text() + Line{.ended = "1793534521.000"}.text() +
                            Line{.url = "http://cdn.example/other"}.text() + Line{.url = "nonsense"}.text() +
                            Line{.number = 9, .ended = "1793534519.000"}.text());
  CHECK(reading.lines == 6);
  CHECK(reading.records.size() == 1);  // within the tolerance of clocks
  CHECK(reading.unreadable.count == 3);
  CHECK(reading.unreadable.first == "nonsense: $msec is no time with milliseconds");
  CHECK(reading.other_urls.count == 2);
  CHECK(reading.other_urls.first.find("no content has this web seed") != std::string::npos);
  CHECK(read(Line{.sent = 1001}.text()).unreadable.first.find("more than the content has") != std::string::npos);
  CHECK(read(Line{.ended = "1793534521.000"}.text()).unreadable.first.find("future") != std::string::npos);
  CHECK(read(std::string(5000, 'x')).unreadable.first.size() < 300);
}

TEST_CASE("the last line needs no end, and a half one is none") {
  auto text = Line{}.text();
  text.pop_back();
  CHECK(read(text).records.size() == 1);
  text.pop_back();
  CHECK(read(Line{.number = 2}.text() + text).records.size() == 1);
  CHECK(read("").lines == 0);
}
