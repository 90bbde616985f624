#include "common/runtime/log.h"

#include <algorithm>
#include <functional>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

using namespace waybill;
using namespace waybill::runtime;

namespace {

// What `act` writes to stderr.
std::string captured(const std::function<void()>& act) {
  char name[] = "/tmp/waybill-log-XXXXXX";
  const int file = ::mkstemp(name);
  REQUIRE(file >= 0);
  ::unlink(name);
  const int stderr_before = ::dup(STDERR_FILENO);
  ::dup2(file, STDERR_FILENO);
  act();
  ::fflush(stderr);
  ::dup2(stderr_before, STDERR_FILENO);
  ::close(stderr_before);
  std::string text(4096, '\0');
  const auto size = ::pread(file, text.data(), text.size(), 0);
  ::close(file);
  text.resize(static_cast<std::size_t>(size));
  return text;
}

// The line with every digit as 0.
std::string shape(std::string line) {
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c >= '0' && c <= '9'; }, '0');
  return line;
}

}  // namespace

TEST_CASE("a line carries UTC time, level, area and text") {
  start_logging(LogLevel::info);
  const auto text = captured([] { WAYBILL_INFO("control", "agent={} connected", "abcd"); });
  CHECK(shape(text) == "0000-00-00T00:00:00.000Z info  control  agent=abcd connected\n");
  const auto error = captured([] { WAYBILL_ERROR("ingest", "disk full"); });
  CHECK(shape(error) == "0000-00-00T00:00:00.000Z error ingest  disk full\n");
}

TEST_CASE("lines below the level are not written, nor are their arguments formatted") {
  start_logging(LogLevel::warning);
  CHECK(captured([] {
          WAYBILL_DEBUG("x", "no");
          WAYBILL_INFO("x", "no");
        }).empty());
  CHECK(captured([] { WAYBILL_WARN("x", "yes"); }).find("warn  x  yes") != std::string::npos);
  start_logging(LogLevel::debug);
  CHECK(captured([] { WAYBILL_DEBUG("x", "yes"); }).find("debug x  yes") != std::string::npos);
  start_logging(LogLevel::warning);
}

TEST_CASE("text from outside cannot start a line of its own") {
  const auto text =
      captured([] { WAYBILL_WARN("http", "target={}", "/a\n2026-01-01T00:00:00.000Z error x  lie\x1b[31m"); });
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  CHECK(text.find("\\x0a2026") != std::string::npos);
  CHECK(text.find("\\x1b[31m") != std::string::npos);
}

TEST_CASE("levels by name") {
  CHECK(parse_log_level("debug").value() == LogLevel::debug);
  CHECK(parse_log_level("warning").value() == LogLevel::warning);
  const auto bad = parse_log_level("loud");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message.find("'loud'") != std::string::npos);
}
