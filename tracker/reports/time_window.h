#pragma once
// Times, windows and periods as people write them. Pure: `now` is passed in, time zones come from the system's tz
// database (IANA names), by Howard Hinnant's date library.
#include <string>
#include <string_view>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

// Half open: from <= t < until.
struct TimeWindow {
  TimeMs from{};
  TimeMs until{};
  bool operator==(const TimeWindow&) const = default;
};

// "now", "-7d", "-12h", "-30m" (before now); a word of period_words.h, "last-week", for its first instant;
// "2026-11-23", "2026-11-23T18:00", "2026-11-23T18:00:30" as local time in `timezone`; with "Z" or "+01:00" at the end
// as what it says. A local time that a change of the clocks skips is the instant of the change; one that comes twice is
// the first.
Result<TimeMs> parse_time(std::string_view text, TimeMs now, const std::string& timezone);

// "2026-11", "2026-Q4", "2026", "2026-11-23": from local midnight to local midnight in `timezone`.
Result<TimeWindow> parse_period(std::string_view text, const std::string& timezone);

// "2026-11-23T18:00:00Z", with ".250" before the Z where there are milliseconds.
std::string format_time(TimeMs time);
Status check_zone(const std::string& timezone);  // refused where the tz database does not know it
// "2026-11-23T19:00:00+01:00": the same instant on the clocks of `timezone`.
Result<std::string> format_local_time(TimeMs time, const std::string& timezone);

}  // namespace waybill::tracker
