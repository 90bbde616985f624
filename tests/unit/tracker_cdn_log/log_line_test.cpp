#include "tracker/cdn_log/log_line.h"

#include <doctest/doctest.h>

using namespace waybill;
using namespace waybill::tracker;

namespace {

// As nginx 1.22 wrote it.
const std::string kLine =
    "1793534400.250 0f1e2d3c4b5a69788796a5b4c3d2e1f0 198.51.100.1 2001:db8::7 206 16384 0.125 "
    "\"GET http://cdn.example:8080/films/a%20b.mp4?x=1\"";

std::string with(const std::string& from, const std::string& to) {
  auto text = kLine;
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string fault_of(const std::string& line) {
  const auto read = parse_log_line(line);
  REQUIRE_FALSE_MESSAGE(read, line);
  CHECK(read.error().kind == ErrorKind::refused);
  return read.error().message;
}

}  // namespace

TEST_CASE("a line is read as nginx wrote it") {
  const auto line = parse_log_line(kLine);
  REQUIRE_MESSAGE(line, line.error().message);
  CHECK(line->id.hex() == "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
  CHECK(line->ended == TimeMs{1'793'534'400'250});
  CHECK(line->started == TimeMs{1'793'534'400'125});
  CHECK(line->server == *IpAddress::parse("198.51.100.1"));
  CHECK(line->client == *IpAddress::parse("2001:db8::7"));
  CHECK(line->status == 206);
  CHECK(line->sent.value == 16'384);
  CHECK(line->method == "GET");
  CHECK(line->url == "http://cdn.example:8080/films/a%20b.mp4?x=1");
}

TEST_CASE("what clients say is unescaped, and can be no field of its own") {
  const auto line = parse_log_line(with("x=1", "\\x22 500 \\x5C\\xC3"));
  REQUIRE_MESSAGE(line, line.error().message);
  CHECK(line->url == "http://cdn.example:8080/films/a%20b.mp4?\" 500 \\\xC3");
  CHECK(line->sent.value == 16'384);
  CHECK(parse_log_line(with("\"GET http://cdn.example:8080/films/a%20b.mp4?x=1\"", "\"- http://--\""))->url ==
        "http://--");
}

TEST_CASE("what is not whole and in this format is refused with the field at fault") {
  struct Fault {
    std::string line, says;
  };
  const Fault faults[] = {
      {"", "$msec"},
      {"198.51.100.7 - - [01/Nov/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"curl\"", "$msec"},
      {with("1793534400.250", "1793534400"), "$msec"},
      {with("1793534400.250", "1793534400.25"), "$msec"},
      {with("1793534400.250", "-1793534400.250"), "$msec"},
      {with("1793534400.250", "99999999999999999999.250"), "$msec"},
      {with("1793534400.250", "+1793534400.250"), "$msec"},
      {with("0f1e", "0f1"), "$request_id"},
      {with("0f1e", "0g1e"), "$request_id"},
      {with("0f1e2d3c4b5a69788796a5b4c3d2e1f0", "-"), "$request_id"},
      {with("198.51.100.1", "unix:"), "$server_addr"},
      {with("2001:db8::7", "somebody"), "$remote_addr"},
      {with(" 206 ", " 2x6 "), "$status"},
      {with(" 206 ", " 99999 "), "$status"},
      {with("16384", "-1"), "$body_bytes_sent"},
      {with("16384", "99999999999999999999"), "$body_bytes_sent"},
      {with("16384", "1e9"), "$body_bytes_sent"},
      {with("0.125", "0,125"), "$request_time"},
      {with("0.125", "31536001.000"), "$request_time"},
      {with(" 206 ", "  206 "), "$status"},
      {with("x=1\"", "x=1"), "not in quotes"},
      {with("\"GET", "GET"), "not in quotes"},
      {with("x=1\"", "x=\"1\""), "not in quotes"},
      {with("x=1", "\\x4"), "not in quotes"},
      {with("x=1", "\\y41"), "not in quotes"},
      {with("GET http://cdn.example:8080/films/a%20b.mp4?x=1", "GET"), "no method and URL"},
      {with("x=1", std::string("\0", 1)), "bytes that nginx writes in no log"},
      {with("x=1", "\xff"), "bytes that nginx writes in no log"},
      {kLine + "\r", "bytes that nginx writes in no log"},
      {with("x=1", std::string(kMaxLogLineBytes, 'x')), "too long"},
  };
  for (const auto& fault : faults) {
    CAPTURE(fault.line);
    CHECK(fault_of(fault.line).find(fault.says) != std::string::npos);
  }
}

TEST_CASE("a line that is cut off anywhere is no line") {
  for (std::size_t length = 0; length < kLine.size(); ++length) {
    CHECK_FALSE_MESSAGE(parse_log_line(kLine.substr(0, length)), kLine.substr(0, length));
  }
}
