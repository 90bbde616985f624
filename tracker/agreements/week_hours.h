#pragma once
// Spans of wall clock hours, each on some weekdays: "18:00-24:00 every day", "Sat and Sun 00:00-24:00". What the
// clocks show counts: an hour that they skip is not within, one that they repeat is within twice.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tracker/agreements/local_calendar.h"

namespace waybill::tracker {

inline constexpr std::uint8_t kEveryDay = 0x7f;
inline constexpr std::size_t kMaxHourSpans = 64;

struct HourSpan {
  std::uint8_t weekdays = kEveryDay;  // bit 0 Monday .. bit 6 Sunday: the days on which it begins
  int from_minute = 0;                // of the day, 0..1439
  int to_minute = 1440;               // exclusive, 1..1440; below from_minute: it goes on past midnight
  bool operator==(const HourSpan&) const = default;
};

struct WeekHours {
  std::vector<HourSpan> spans;
  bool empty() const { return spans.empty(); }
  bool contains(LocalMinute at) const;
  // "Mon-Fri 18:00-24:00, Sat Sun 08:00-24:00"
  std::string str() const;
  bool operator==(const WeekHours&) const = default;
};

// Refuses a span without a weekday, without a minute or out of range, spans that overlap, and times that are not
// multiples of `grain_minutes`.
Status check_week_hours(const WeekHours& hours, int grain_minutes);

struct WeekHoursState {
  bool within = false;
  std::optional<TimeMs> until;  // exclusive; absent: it never changes
};
WeekHoursState week_hours_state(const WeekHours& hours, LocalCalendar& calendar, TimeMs now);

// "mon".."sun" for bits 0..6.
const char* weekday_name(int weekday);
std::string minute_text(int minute);  // "18:00", "24:00"

}  // namespace waybill::tracker
