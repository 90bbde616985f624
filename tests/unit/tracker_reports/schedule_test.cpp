#include "tracker/reports/schedule.h"

#include <doctest/doctest.h>

#include "tracker/reports/period_words.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {
namespace {

TimeMs at(const std::string& text) { return parse_time(text, {}, "UTC").value(); }

Schedule schedule(const std::string& text, const std::string& zone = "Europe/Berlin") {
  const auto read = parse_schedule(text, zone, hours(2));
  REQUIRE_MESSAGE(read.has_value(), text);
  return *read;
}

std::string after(const std::string& text, const std::string& time, const std::string& zone = "Europe/Berlin") {
  return format_time(due_after(schedule(text, zone), at(time)).value());
}

TEST_CASE("the first due time after a moment, on the zone's clocks") {
  CHECK(after("nightly", "2026-11-25T14:00Z") == "2026-11-25T23:00:00Z");
  CHECK(after("nightly", "2026-11-25T23:00Z") == "2026-11-26T23:00:00Z");
  CHECK(after("daily 03:30", "2026-11-25T14:00Z", "Asia/Kolkata") == "2026-11-25T22:00:00Z");
  CHECK(after("weekly", "2026-11-25T14:00Z", "UTC") == "2026-11-30T00:00:00Z");  // a Wednesday, to Monday
  CHECK(after("weekly wed 03:00", "2026-11-25T02:00Z", "UTC") == "2026-11-25T03:00:00Z");
  CHECK(after("weekly sun 03:00", "2026-11-29T03:00Z", "UTC") == "2026-12-06T03:00:00Z");
  CHECK(after("month-end", "2026-11-25T14:00Z", "America/New_York") == "2026-12-01T05:00:00Z");
  CHECK(after("monthly 15 03:00", "2026-11-25T14:00Z", "UTC") == "2026-12-15T03:00:00Z");
  CHECK(after("yearly 31 dec 23:45", "2026-11-25T14:00Z", "UTC") == "2026-12-31T23:45:00Z");
}

TEST_CASE("a month or year without that day is passed over") {
  CHECK(after("monthly 31 03:00", "2026-11-25T14:00Z", "UTC") == "2026-12-31T03:00:00Z");
  CHECK(after("monthly 31 03:00", "2027-01-31T03:00Z", "UTC") == "2027-03-31T03:00:00Z");
  CHECK(after("monthly 30", "2027-01-30T00:00Z", "UTC") == "2027-03-30T00:00:00Z");
  CHECK(after("yearly 29 feb", "2096-02-29T00:00Z", "UTC") == "2104-02-29T00:00:00Z");
}

TEST_CASE("an hour that the clocks skip is the instant after; one that they show twice is due once") {
  // Berlin, 2026-03-29: 02:00 becomes 03:00 at 01:00Z. 2026-10-25: 03:00 becomes 02:00 at 01:00Z.
  CHECK(after("daily 02:30", "2026-03-28T12:00Z") == "2026-03-29T01:00:00Z");
  CHECK(after("daily 02:30", "2026-03-29T01:00Z") == "2026-03-30T00:30:00Z");
  CHECK(after("daily 02:30", "2026-10-24T12:00Z") == "2026-10-25T00:30:00Z");
  CHECK(after("daily 02:30", "2026-10-25T00:30Z") == "2026-10-26T01:30:00Z");
  CHECK(after("daily 02:30", "2026-10-25T01:15Z") == "2026-10-26T01:30:00Z");  // in the second of the two hours
  // Beirut skips midnight itself on 2026-03-29: the day begins at 01:00, 22:00Z the day before.
  CHECK(after("nightly", "2026-03-28T12:00Z", "Asia/Beirut") == "2026-03-28T22:00:00Z");
  CHECK(after("nightly", "2026-03-28T22:00Z", "Asia/Beirut") == "2026-03-29T21:00:00Z");
  // Samoa had no 30 December 2011: its midnight and that of the 31st are one instant, due once.
  CHECK(after("nightly", "2011-12-29T12:00Z", "Pacific/Apia") == "2011-12-30T10:00:00Z");
  CHECK(after("nightly", "2011-12-30T10:00Z", "Pacific/Apia") == "2011-12-31T10:00:00Z");
}

TEST_CASE("each due time follows the one before it, forwards and backwards alike") {
  for (const auto* text : {"nightly", "daily 02:30", "weekly sun 02:00", "month-end", "monthly 29 23:45"}) {
    for (const auto* zone : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"}) {
      const auto when = schedule(text, zone);
      auto due = due_after(when, at("2025-12-30")).value();
      for (int i = 0; i < 60; ++i) {
        const auto next = due_after(when, due).value();
        CHECK(next > due);
        CHECK(due_after(when, next - DurationMs{1}).value() == next);
        CHECK(due_at_or_before(when, next).value() == next);
        CHECK(due_at_or_before(when, next - DurationMs{1}).value() == due);
        due = next;
      }
    }
  }
}

TEST_CASE("what is no schedule, and what could never be due, is refused") {
  for (const auto* text :
       {"", "hourly", "daily 25:00", "daily 24:00", "daily 3:00", "daily 03:60", "daily 03:00 x", "nightly 03:00",
        "weekly 03:00", "weekly monday", "monthly", "monthly 0", "monthly 32", "monthly 31 of February",
        "month-end 03:00", "yearly 31", "yearly dec 31", "yearly 31 december"}) {
    const auto read = parse_schedule(text, "UTC", {});
    REQUIRE_FALSE_MESSAGE(read.has_value(), text);
    CHECK(read.error().kind == ErrorKind::refused);
    CHECK(read.error().message.find("is not a schedule") != std::string::npos);
  }
  for (const auto* text : {"yearly 30 feb", "yearly 31 jun 03:00", "yearly 31 apr"}) {
    const auto read = parse_schedule(text, "UTC", {});
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().message.find("can never be due") != std::string::npos);
  }
  CHECK_FALSE(parse_schedule("nightly", "Europe/Atlantis", {}).has_value());
}

TEST_CASE("a schedule is stored as text and read again") {
  for (const auto* text :
       {"nightly", "daily 03:15", "weekly sun 23:59", "month-end", "monthly 31 03:00", "yearly 29 feb"}) {
    for (const auto delay : {DurationMs{}, minutes(90), kMaxReportDelay}) {
      auto written = schedule(text, "America/Argentina/Buenos_Aires");
      written.delay = delay;
      CHECK(read_schedule(schedule_text(written)).value() == written);
    }
  }
  CHECK(schedule_text(schedule("month-end")) == "monthly 1 00:00 Europe/Berlin delay 120m");
  for (const auto* text : {"", "daily", "daily 03:00", "daily 03:00 UTC delay", "daily 03:00 UTC delay 9d",
                           "daily 03:00 UTC late 2h", "sometimes 03:00 UTC delay 2h"}) {
    CHECK_FALSE(read_schedule(text).has_value());
  }
}

TEST_CASE("delays") {
  CHECK(parse_report_delay("0").value() == DurationMs{});
  CHECK(parse_report_delay("30m").value() == minutes(30));
  CHECK(parse_report_delay("72h").value() == hours(72));
  CHECK(parse_report_delay("7d").value() == kMaxReportDelay);
  for (const auto* text : {"", "2", "h", "-2h", "8d", "169h", "2h ", "2.5h", "999999m"}) {
    CHECK_FALSE(parse_report_delay(text).has_value());
  }
}

std::string window_of(const std::string& word, const std::string& now, const std::string& zone) {
  const auto window = parse_period_at(word, at(now), zone);
  REQUIRE(window.has_value());
  return format_time(window->from) + " " + format_time(window->until);
}

TEST_CASE("periods that are meant from a moment") {
  // The due time of a nightly report itself: the day that just ended.
  CHECK(window_of("yesterday", "2026-11-25T23:00Z", "Europe/Berlin") == "2026-11-24T23:00:00Z 2026-11-25T23:00:00Z");
  CHECK(window_of("today", "2026-11-25T23:00Z", "Europe/Berlin") == "2026-11-25T23:00:00Z 2026-11-26T23:00:00Z");
  CHECK(window_of("last-week", "2026-11-30T00:00Z", "UTC") == "2026-11-23T00:00:00Z 2026-11-30T00:00:00Z");
  CHECK(window_of("last-week", "2026-11-29T23:59Z", "UTC") == "2026-11-16T00:00:00Z 2026-11-23T00:00:00Z");
  CHECK(window_of("this-week", "2026-11-29T23:59Z", "UTC") == "2026-11-23T00:00:00Z 2026-11-30T00:00:00Z");
  CHECK(window_of("last-month", "2026-12-01T05:00Z", "America/New_York") ==
        "2026-11-01T04:00:00Z 2026-12-01T05:00:00Z");
  CHECK(window_of("last-month", "2027-01-01T00:00Z", "UTC") == "2026-12-01T00:00:00Z 2027-01-01T00:00:00Z");
  CHECK(window_of("last-quarter", "2027-02-11T00:00Z", "UTC") == "2026-10-01T00:00:00Z 2027-01-01T00:00:00Z");
  CHECK(window_of("this-quarter", "2026-12-31T00:00Z", "UTC") == "2026-10-01T00:00:00Z 2027-01-01T00:00:00Z");
  CHECK(window_of("last-year", "2026-12-31T00:00Z", "UTC") == "2025-01-01T00:00:00Z 2026-01-01T00:00:00Z");
  // A day of 23 and one of 25 hours.
  CHECK(window_of("yesterday", "2026-03-29T22:00Z", "Europe/Berlin") == "2026-03-28T23:00:00Z 2026-03-29T22:00:00Z");
  CHECK(window_of("yesterday", "2026-10-25T23:00Z", "Europe/Berlin") == "2026-10-24T22:00:00Z 2026-10-25T23:00:00Z");
  CHECK(window_of("2026-11", "2026-03-29T22:00Z", "UTC") == "2026-11-01T00:00:00Z 2026-12-01T00:00:00Z");
  for (const auto* text : {"last", "Yesterday", "last week", "last-day", "next-month", ""}) {
    CHECK_FALSE(parse_period_at(text, at("2026-11-25"), "UTC").has_value());
  }
  CHECK_FALSE(parse_period_at("yesterday", at("2026-11-25"), "Europe/Atlantis").has_value());
  // As a time, its first instant.
  CHECK(parse_time("last-month", at("2026-11-25"), "UTC").value() == at("2026-10-01"));
}

TEST_CASE("the period that a schedule has just ended") {
  const auto covers = [](const std::string& text, const std::string& now) {
    const auto when = schedule(text, "UTC");
    const auto due = due_after(when, at(now)).value();
    return window_of(std::string(covered_period(when.kind)), format_time(due), "UTC");
  };
  CHECK(covers("nightly", "2026-11-25T12:00Z") == "2026-11-25T00:00:00Z 2026-11-26T00:00:00Z");
  CHECK(covers("weekly", "2026-11-25T12:00Z") == "2026-11-23T00:00:00Z 2026-11-30T00:00:00Z");
  CHECK(covers("month-end", "2026-11-25T12:00Z") == "2026-11-01T00:00:00Z 2026-12-01T00:00:00Z");
  CHECK(covers("yearly 1 jan 04:00", "2026-11-25T12:00Z") == "2026-01-01T00:00:00Z 2027-01-01T00:00:00Z");
}

}  // namespace
}  // namespace waybill::tracker
