#include "tracker/reports/time_window.h"

#include <ctime>
#include <string>

#include <doctest/doctest.h>

#include "common/types/byte_string.h"

namespace waybill::tracker {
namespace {

// By the C library's calendar, independent of the date library.
TimeMs utc(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
  std::tm fields{};
  fields.tm_year = year - 1900;
  fields.tm_mon = month - 1;
  fields.tm_mday = day;
  fields.tm_hour = hour;
  fields.tm_min = minute;
  fields.tm_sec = second;
  return {static_cast<std::int64_t>(timegm(&fields)) * 1000};
}

TimeWindow period(const std::string& text, const std::string& zone) {
  const auto window = parse_period(text, zone);
  REQUIRE_MESSAGE(window.has_value(), text);
  return *window;
}

TEST_CASE("a month is from local midnight to local midnight, over both changes of the clocks") {
  CHECK(period("2026-11", "UTC") == TimeWindow{utc(2026, 11, 1), utc(2026, 12, 1)});
  CHECK(period("2026-12", "UTC") == TimeWindow{utc(2026, 12, 1), utc(2027, 1, 1)});
  // Berlin: +2 until 2026-10-25 03:00 local, then +1; +2 again from 2026-03-29.
  CHECK(period("2026-10", "Europe/Berlin") == TimeWindow{utc(2026, 9, 30, 22), utc(2026, 10, 31, 23)});
  CHECK(period("2026-03", "Europe/Berlin") == TimeWindow{utc(2026, 2, 28, 23), utc(2026, 3, 31, 22)});
  const auto october = period("2026-10", "Europe/Berlin");
  CHECK((october.until - october.from).value == (31 * 24 + 1) * 3'600'000ll);
  const auto march = period("2026-03", "Europe/Berlin");
  CHECK((march.until - march.from).value == (31 * 24 - 1) * 3'600'000ll);
}

TEST_CASE("quarters, years and days") {
  CHECK(period("2026-Q4", "Europe/Berlin") == TimeWindow{utc(2026, 9, 30, 22), utc(2026, 12, 31, 23)});
  CHECK(period("2026-Q1", "UTC") == TimeWindow{utc(2026, 1, 1), utc(2026, 4, 1)});
  CHECK(period("2026", "America/New_York") == TimeWindow{utc(2026, 1, 1, 5), utc(2027, 1, 1, 5)});
  CHECK(period("2026-11-23", "Asia/Kathmandu") == TimeWindow{utc(2026, 11, 22, 18, 15), utc(2026, 11, 23, 18, 15)});
  const auto short_day = period("2026-03-29", "Europe/Berlin");
  CHECK((short_day.until - short_day.from).value == 23 * 3'600'000ll);
  const auto long_day = period("2026-10-25", "Europe/Berlin");
  CHECK((long_day.until - long_day.from).value == 25 * 3'600'000ll);
  // Cairo springs forward at midnight: the day of the change begins at the instant of the change.
  CHECK(period("2026-04-24", "Africa/Cairo").from == utc(2026, 4, 23, 22));
}

TEST_CASE("what is not a period is refused by its text") {
  for (const auto* text : {"", "2026-13", "2026-00", "2026-Q5", "2026-Q0", "2026-Q", "26-11", "2026-11-31", "2026-1",
                           "2026-11 ", "2026/11", "november", "1969", "2026-11-23T00:00", "2026-Q10", "9999"}) {
    const auto window = parse_period(text, "UTC");
    REQUIRE_FALSE(window.has_value());
    CHECK(window.error().kind == ErrorKind::refused);
    CHECK(window.error().message.find(std::string("'") + text + "'") != std::string::npos);
  }
  CHECK_FALSE(parse_period("2026-11", "Europe/Atlantis").has_value());
}

TEST_CASE("times as people write them") {
  const auto now = utc(2026, 11, 23, 6, 30, 15);
  const auto at = [&](const std::string& text, const std::string& zone = "UTC") {
    const auto time = parse_time(text, now, zone);
    REQUIRE_MESSAGE(time.has_value(), text);
    return *time;
  };
  CHECK(at("now") == now);
  CHECK(at("-7d") == utc(2026, 11, 16, 6, 30, 15));
  CHECK(at("-12h") == utc(2026, 11, 22, 18, 30, 15));
  CHECK(at("-30m") == utc(2026, 11, 23, 6, 0, 15));
  CHECK(at("2026-11-23") == utc(2026, 11, 23));
  CHECK(at("2026-11-23", "Europe/Berlin") == utc(2026, 11, 22, 23));
  CHECK(at("2026-11-23T18:00Z", "Europe/Berlin") == utc(2026, 11, 23, 18));
  CHECK(at("2026-11-23T18:00+05:45") == utc(2026, 11, 23, 12, 15));
  CHECK(at("2026-11-23T18:00:07-03:30") == utc(2026, 11, 23, 21, 30, 7));
  CHECK(at("2026-11-23 18:00") == utc(2026, 11, 23, 18));
  CHECK(at("2026-11-23T24:00Z") == utc(2026, 11, 24));
  // 02:30 does not exist on 2026-03-29 in Berlin, and comes twice on 2026-10-25.
  CHECK(at("2026-03-29T02:30", "Europe/Berlin") == utc(2026, 3, 29, 1));
  CHECK(at("2026-10-25T02:30", "Europe/Berlin") == utc(2026, 10, 25, 0, 30));
  for (const auto* text : {"", "-", "-d", "-7w", "-7d ", "7d", "2026-11-23T", "2026-11-23T25:00Z", "2026-11-23T24:01Z",
                           "2026-11-23T18:60", "2026-02-29", "2026-11-23T18:00Zx", "yester-day", "2026-11-23T18"}) {
    CHECK_FALSE_MESSAGE(parse_time(text, now, "UTC").has_value(), text);
  }
}

TEST_CASE("times are printed in ISO 8601 and read back as they were") {
  CHECK(format_time(utc(2026, 11, 23, 18)) == "2026-11-23T18:00:00Z");
  CHECK(format_time(utc(2026, 11, 23, 18) + DurationMs{250}) == "2026-11-23T18:00:00.250Z");
  CHECK(format_local_time(utc(2026, 11, 23, 18), "Asia/Kathmandu").value() == "2026-11-23T23:45:00+05:45");
  for (std::int64_t hour = 0; hour < 24 * 366; ++hour) {
    const auto time = utc(2026, 1, 1) + hours(hour);
    CHECK(parse_time(format_time(time), {}, "UTC").value() == time);
    CHECK(parse_time(format_local_time(time, "Europe/Berlin").value(), {}, "UTC").value() == time);
  }
}

}  // namespace
}  // namespace waybill::tracker
