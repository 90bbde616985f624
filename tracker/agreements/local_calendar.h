#pragma once
// Months, weekdays and minutes of the day on the clocks of one time zone. Quotas, tiers, minimum commitments and
// percentiles are of a month here; peak hours of a weekday and a minute.
#include <string>

#include "tracker/reports/day_hours.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

struct LocalMonth {
  int year = 1970;
  int month = 1;  // 1..12
  TimeWindow window;
  std::string name() const;  // "2026-11"
  bool operator==(const LocalMonth&) const = default;
};

struct LocalMinute {
  int weekday = 0;  // 0 Monday .. 6 Sunday
  int minute = 0;   // of the day, 0..1439
};

// Remembers the last month and the last offset: asking for times in order costs little.
class LocalCalendar {
 public:
  static Result<LocalCalendar> of(const std::string& timezone);  // refuses a name that the tz database does not know

  LocalMinute minute_at(TimeMs time);
  LocalMonth month_at(TimeMs time);
  LocalMonth month_after(const LocalMonth& month);
  DurationMs offset(TimeMs time) { return clock_.offset(time); }
  const std::string& timezone() const { return timezone_; }

 private:
  explicit LocalCalendar(std::string timezone, LocalClock clock) : timezone_(std::move(timezone)), clock_(clock) {}
  LocalMonth month_of(int year, int month) const;

  std::string timezone_;
  LocalClock clock_;
  LocalMonth month_;
};

}  // namespace waybill::tracker
