#include "tracker/agreements/local_calendar.h"

#include <chrono>

#include <fmt/format.h>

#include "common/types/check.h"

namespace waybill::tracker {

namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = 24 * 60 * kMinuteMs;

std::int64_t floor_divide(std::int64_t value, std::int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

}  // namespace

std::string LocalMonth::name() const { return fmt::format("{:04}-{:02}", year, month); }

Result<LocalCalendar> LocalCalendar::of(const std::string& timezone) {
  auto clock = LocalClock::of(timezone);
  if (!clock) return pass_on(clock);
  return LocalCalendar(timezone, *clock);
}

LocalMinute LocalCalendar::minute_at(TimeMs time) {
  const auto local = clock_.local_ms(time);
  const auto day = floor_divide(local, kDayMs);
  // 1970-01-01 was a Thursday.
  const auto weekday = ((day + 3) % 7 + 7) % 7;
  return {static_cast<int>(weekday), static_cast<int>((local - day * kDayMs) / kMinuteMs)};
}

LocalMonth LocalCalendar::month_at(TimeMs time) {
  if (time >= month_.window.from && time < month_.window.until) return month_;
  const auto day = floor_divide(clock_.local_ms(time), kDayMs);
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  month_ = month_of(static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())));
  return month_;
}

LocalMonth LocalCalendar::month_after(const LocalMonth& month) {
  return month.month == 12 ? month_of(month.year + 1, 1) : month_of(month.year, month.month + 1);
}

LocalMonth LocalCalendar::month_of(int year, int month) const {
  LocalMonth result{year, month, {}};
  const auto window = parse_period(result.name(), timezone_);
  WAYBILL_ASSERT(window, "a month of the calendar has no window");
  result.window = *window;
  return result;
}

}  // namespace waybill::tracker
