#include "tracker/reports/day_hours.h"

#include <algorithm>

#include <fmt/format.h>

#include "tracker/reports/digit_reader.h"
#include "tracker/reports/zone_detail.h"

namespace waybill::tracker {

namespace {

constexpr int kDayMinutes = 1440;
constexpr std::int64_t kMinuteMs = 60'000;

std::optional<int> read_minute_of_day(DigitReader& reader) {
  const auto hour = reader.number(2);
  if (!hour || *hour > 24 || !reader.skip(':')) return std::nullopt;
  const auto minute = reader.number(2);
  if (!minute || *minute > 59 || *hour * 60 + *minute > kDayMinutes) return std::nullopt;
  return *hour * 60 + *minute;
}

}  // namespace

bool DayHours::contains(int minute_of_day) const {
  if (from_minute < to_minute) return from_minute <= minute_of_day && minute_of_day < to_minute;
  return minute_of_day >= from_minute || minute_of_day < to_minute;
}

std::string DayHours::str() const {
  return fmt::format("{:02}:{:02}-{:02}:{:02}", from_minute / 60, from_minute % 60, to_minute / 60, to_minute % 60);
}

Result<DayHours> parse_day_hours(std::string_view text) {
  DigitReader reader(text);
  const auto from = read_minute_of_day(reader);
  const bool dash = reader.skip('-');
  const auto to = dash ? read_minute_of_day(reader) : std::nullopt;
  if (!from || !to || !reader.at_end() || *from == kDayMinutes) {
    return refuse(fmt::format("'{}' is not a stretch of the day (write it like 18:00-24:00 or 22:00-06:00)", text));
  }
  const int until = *to == 0 ? kDayMinutes : *to;
  if (*from == until) return refuse(fmt::format("'{}' is an empty stretch of the day", text));
  return DayHours{*from, until};
}

Result<LocalClock> LocalClock::of(const std::string& timezone) {
  const auto zone = find_zone(timezone);
  if (!zone) return tl::make_unexpected(zone.error());
  LocalClock clock;
  clock.zone_ = *zone;
  return clock;
}

std::int64_t LocalClock::local_ms(TimeMs time) {
  if (time < valid_from_ || time >= valid_until_) {
    const auto info = static_cast<const date::time_zone*>(zone_)->get_info(to_system(time));
    // The database's first and last stretch reach beyond what milliseconds in 64 bits hold.
    const auto clamp = [](date::sys_seconds edge) {
      constexpr std::int64_t kFar = 1'000'000'000'000;  // seconds
      return TimeMs{std::clamp<std::int64_t>(edge.time_since_epoch().count(), -kFar, kFar) * 1000};
    };
    valid_from_ = clamp(info.begin);
    valid_until_ = clamp(info.end);
    offset_ms_ = std::chrono::duration_cast<std::chrono::milliseconds>(info.offset).count();
  }
  return time.value + offset_ms_;
}

DurationMs LocalClock::offset(TimeMs time) { return {local_ms(time) - time.value}; }

int LocalClock::minute_of_day(TimeMs time) {
  const std::int64_t minute = local_ms(time) / kMinuteMs % kDayMinutes;
  return static_cast<int>(minute < 0 ? minute + kDayMinutes : minute);
}

}  // namespace waybill::tracker
