#pragma once
// When a saved report is due: a time of day on the clocks of one time zone, every day, week, month or year. Pure.
//
// Where the clocks skip that time, it is due at the instant of the change; where they show it twice, once, at the
// first. A month or year without that day has no due time (month-end has one in each).
#include <optional>
#include <string>
#include <string_view>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

enum class ScheduleKind { daily, weekly, monthly, yearly };

struct Schedule {
  ScheduleKind kind = ScheduleKind::daily;
  int weekday = 0;  // weekly: 0 Monday .. 6 Sunday
  int day = 1;      // monthly, yearly: 1..31
  int month = 1;    // yearly: 1..12
  int minute = 0;   // of the day, 0..1439
  std::string timezone = "UTC";
  // A due report is asked this much later, so that receipts that agents still hold have come in; its window and words
  // ("yesterday") are still of the due time.
  DurationMs delay;
  bool operator==(const Schedule&) const = default;
};

inline constexpr DurationMs kMaxReportDelay = hours(7 * 24);
// Agents hand in receipts within minutes; one that was cut off comes back within hours. What is later still is missed
// by the answer: state a longer delay where that matters (a month's books close after 72 hours).
inline constexpr DurationMs kDefaultReportDelay = hours(2);

// "nightly" (daily 00:00), "daily 03:00", "weekly" (weekly mon 00:00), "weekly mon 03:00", "month-end" (monthly 1
// 00:00: the month has just ended), "monthly 15 03:00", "yearly 31 dec 03:00"; the time may be left away: 00:00.
// Refused: anything else, and a day that no year has ("yearly 30 feb").
Result<Schedule> parse_schedule(std::string_view text, const std::string& timezone, DurationMs delay);

// "monthly 1 00:00 Europe/Berlin delay 120m": the form that is stored and read again.
std::string schedule_text(const Schedule& schedule);
Result<Schedule> read_schedule(std::string_view stored);

// The period that a question means which states none: "yesterday", "last-week", "last-month", "last-year".
std::string_view covered_period(ScheduleKind kind);

// "0", "30m", "2h", "3d", at most kMaxReportDelay.
Result<DurationMs> parse_report_delay(std::string_view text);

// Refused where the time zone is not known to this system's tz database.
Result<TimeMs> due_after(const Schedule& schedule, TimeMs time);         // the first that is later than `time`
Result<TimeMs> due_at_or_before(const Schedule& schedule, TimeMs time);  // the last up to `time`

}  // namespace waybill::tracker
