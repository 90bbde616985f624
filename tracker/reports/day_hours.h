#pragma once
// "18:00-24:00": hours of the day on an ISP's clocks (patent FIG. 7, 702).
#include <memory>
#include <string>
#include <string_view>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

struct DayHours {
  int from_minute = 0;   // of the day, 0..1439
  int to_minute = 1440;  // exclusive, 1..1440; at or below from_minute: the hours go on past midnight

  bool contains(int minute_of_day) const;
  std::string str() const;
  bool operator==(const DayHours&) const = default;
};

// "18:00-24:00", "22:00-06:00". "18:00-00:00" means until midnight. Refuses an empty stretch.
Result<DayHours> parse_day_hours(std::string_view text);

// The minute of the day on the clocks of one time zone. Remembers the last offset, so that asking for times in
// order costs little.
class LocalClock {
 public:
  static Result<LocalClock> of(const std::string& timezone);
  int minute_of_day(TimeMs time);
  // What the local clocks show, as milliseconds since 1970-01-01 00:00 of the local calendar.
  std::int64_t local_ms(TimeMs time);
  DurationMs offset(TimeMs time);  // east of UTC is positive

 private:
  const void* zone_ = nullptr;  // date::time_zone, owned by the tz database
  TimeMs valid_from_{};
  TimeMs valid_until_{};
  std::int64_t offset_ms_ = 0;
};

}  // namespace waybill::tracker
