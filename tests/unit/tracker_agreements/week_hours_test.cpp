#include "tracker/agreements/week_hours.h"

#include <doctest/doctest.h>

#include "tests/unit/tracker_agreements/sample_terms.h"

namespace waybill::tracker {
namespace {

constexpr std::uint8_t kWeekend = 0x60;
constexpr std::uint8_t kFriday = 0x10;

TEST_CASE("weekdays and minutes are those of the local clocks") {
  auto calendar = LocalCalendar::of("Europe/Berlin").value();
  const auto monday = calendar.minute_at(utc("2026-11-23T23:30Z"));  // Tuesday 00:30 in Berlin
  CHECK(monday.weekday == 1);
  CHECK(monday.minute == 30);
  CHECK(calendar.month_at(utc("2026-10-31T23:30Z")).name() == "2026-11");
  CHECK(calendar.month_at(utc("2026-10-31T22:30Z")).name() == "2026-10");
  CHECK(calendar.month_after(calendar.month_at(utc("2026-12-05T00:00Z"))).name() == "2027-01");
  const auto october = calendar.month_at(utc("2026-10-05T00:00Z")).window;
  CHECK((october.until - october.from) == hours(31 * 24 + 1));  // the hour that came twice
}

TEST_CASE("a span past midnight belongs to the day on which it begins") {
  const WeekHours nights{{{kFriday, 22 * 60, 6 * 60}}};
  CHECK(nights.contains({4, 22 * 60}));
  CHECK(nights.contains({5, 5 * 60 + 59}));
  CHECK_FALSE(nights.contains({5, 6 * 60}));
  CHECK_FALSE(nights.contains({4, 60}));
  const WeekHours sunday{{{0x40, 22 * 60, 6 * 60}}};
  CHECK(sunday.contains({0, 60}));  // Monday morning
  CHECK_FALSE(sunday.contains({6, 60}));
}

// Every minute of the two weeks around each change of the clocks, against contains() asked minute by minute.
TEST_CASE("the stated end of a state is exact, changes of the clocks included") {
  const WeekHours samples[] = {{{{kEveryDay, 18 * 60, 1440}}},
                               {{{kWeekend, 2 * 60 + 30, 3 * 60}, {kFriday, 22 * 60, 2 * 60 + 15}}},
                               {{{kEveryDay, 0, 2 * 60 + 15}, {kEveryDay, 2 * 60 + 15, 3 * 60}}},
                               {{{kWeekend, 0, 1440}, {0x1f, 1, 2}}}};
  for (const auto& hours : samples) {
    REQUIRE(check_week_hours(hours, 1));
    for (const char* around : {"2026-03-29T01:00Z", "2026-10-25T01:00Z"}) {
      auto calendar = LocalCalendar::of("Europe/Berlin").value();
      auto walking = LocalCalendar::of("Europe/Berlin").value();
      const auto from = utc(around) - waybill::hours(3 * 24);
      const auto last = utc(around) + waybill::hours(9 * 24);
      std::optional<TimeMs> next;  // change after `at`, found by walking backwards
      bool after = hours.contains(walking.minute_at(last));
      int wrong = 0;
      for (auto at = last - minutes(1); at >= from; at = at - minutes(1)) {
        const bool within = hours.contains(walking.minute_at(at));
        if (within != after) next = at + minutes(1);
        after = within;
        if (!next || at.value % (7 * 60'000) != 0) continue;
        const auto state = week_hours_state(hours, calendar, at + seconds(10));
        if (state.within != within || state.until != next) ++wrong;
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("hours that never change state no end") {
  auto calendar = LocalCalendar::of("UTC").value();
  const WeekHours always{{{kEveryDay, 0, 1440}}};
  const auto state = week_hours_state(always, calendar, utc("2026-11-23T10:00Z"));
  CHECK(state.within);
  CHECK_FALSE(state.until);
  CHECK_FALSE(week_hours_state({}, calendar, utc("2026-11-23T10:00Z")).within);
}

TEST_CASE("hours that overlap across midnight and the end of the week are refused") {
  CHECK_FALSE(check_week_hours({{{0x40, 22 * 60, 6 * 60}, {0x01, 5 * 60, 7 * 60}}}, 1));
  CHECK(check_week_hours({{{0x40, 22 * 60, 6 * 60}, {0x01, 6 * 60, 7 * 60}}}, 1));
  CHECK_FALSE(check_week_hours({{{kEveryDay, 60, 60}}}, 1));
  CHECK_FALSE(check_week_hours({{{kEveryDay, 0, 1441}}}, 1));
  CHECK_FALSE(check_week_hours({{{kEveryDay, 0, 10}}}, 15));
}

}  // namespace
}  // namespace waybill::tracker
