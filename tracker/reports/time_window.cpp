#include "tracker/reports/time_window.h"

#include <optional>

#include <fmt/format.h>

#include "tracker/reports/digit_reader.h"
#include "tracker/reports/period_words.h"
#include "tracker/reports/zone_detail.h"

namespace waybill::tracker {

namespace {

using std::chrono::milliseconds;
using LocalMs = date::local_time<milliseconds>;

constexpr int kFirstYear = 1970;
constexpr int kLastYear = 9999;

std::optional<date::year_month_day> read_date(DigitReader& reader) {
  const auto year = reader.number(4);
  if (!year || !reader.skip('-')) return std::nullopt;
  const auto month = reader.number(2);
  if (!month || !reader.skip('-')) return std::nullopt;
  const auto day = reader.number(2);
  if (!day) return std::nullopt;
  const date::year_month_day result{date::year{*year}, date::month{static_cast<unsigned>(*month)},
                                    date::day{static_cast<unsigned>(*day)}};
  if (!result.ok() || *year < kFirstYear) return std::nullopt;
  return result;
}

std::optional<milliseconds> read_time_of_day(DigitReader& reader) {
  const auto hour = reader.number(2);
  if (!hour || *hour > 24 || !reader.skip(':')) return std::nullopt;
  const auto minute = reader.number(2);
  if (!minute || *minute > 59) return std::nullopt;
  int second = 0;
  if (reader.skip(':')) {
    const auto read = reader.number(2);
    if (!read || *read > 59) return std::nullopt;
    second = *read;
  }
  if (*hour == 24 && (*minute != 0 || second != 0)) return std::nullopt;
  return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{second};
}

// "Z" or "+HH:MM" or "-HH:MM"; what stands east of UTC is positive.
std::optional<std::chrono::minutes> read_offset(DigitReader& reader) {
  if (reader.skip('Z')) return std::chrono::minutes{0};
  const bool east = reader.skip('+');
  if (!east && !reader.skip('-')) return std::nullopt;
  const auto hour = reader.number(2);
  if (!hour || *hour > 15 || !reader.skip(':')) return std::nullopt;
  const auto minute = reader.number(2);
  if (!minute || *minute > 59) return std::nullopt;
  const auto size = std::chrono::hours{*hour} + std::chrono::minutes{*minute};
  return east ? size : -size;
}

std::optional<TimeMs> read_relative(std::string_view text, TimeMs now) {
  if (text == "now") return now;
  DigitReader reader(text);
  if (!reader.skip('-')) return std::nullopt;
  const auto count = reader.number_up_to(5);
  if (!count) return std::nullopt;
  std::optional<TimeMs> time;
  if (reader.skip('d'))
    time = now - hours(24ll * *count);
  else if (reader.skip('h'))
    time = now - hours(*count);
  else if (reader.skip('m'))
    time = now - minutes(*count);
  if (!reader.at_end()) return std::nullopt;
  return time;
}

struct DatePair {
  date::year_month_day from;
  date::year_month_day until;
};

std::optional<DatePair> read_period(std::string_view text) {
  DigitReader reader(text);
  const auto number = reader.number(4);
  if (!number || *number < kFirstYear || *number >= kLastYear) return std::nullopt;
  const date::year year{*number};
  if (reader.at_end()) return DatePair{year / 1 / 1, (year + date::years{1}) / 1 / 1};
  if (!reader.skip('-')) return std::nullopt;
  if (reader.skip('Q')) {
    const auto quarter = reader.number(1);
    if (!quarter || *quarter < 1 || *quarter > 4 || !reader.at_end()) return std::nullopt;
    const auto first = year / date::month{static_cast<unsigned>(*quarter * 3 - 2)};
    return DatePair{first / 1, (first + date::months{3}) / 1};
  }
  const auto month = reader.number(2);
  if (!month || *month < 1 || *month > 12) return std::nullopt;
  const auto first = year / date::month{static_cast<unsigned>(*month)};
  if (reader.at_end()) return DatePair{first / 1, (first + date::months{1}) / 1};
  DigitReader day_reader(text);
  const auto day = read_date(day_reader);
  if (!day || !day_reader.at_end()) return std::nullopt;
  return DatePair{*day, date::year_month_day{date::sys_days{*day} + date::days{1}}};
}

}  // namespace

Result<TimeMs> parse_time(std::string_view text, TimeMs now, const std::string& timezone) {
  if (const auto relative = read_relative(text, now)) return *relative;
  const auto bad = [&] {
    return refuse(fmt::format(
        "'{}' is not a time (write 2026-11-23, 2026-11-23T18:00Z, 2026-11-23T18:00+01:00, -7d, -12h, -30m or now)",
        text));
  };
  const auto word = find_period_word(text, now, timezone);
  if (!word) return tl::make_unexpected(word.error());
  if (*word) return (*word)->from;
  DigitReader reader(text);
  const auto day = read_date(reader);
  if (!day) return bad();
  milliseconds of_day{0};
  bool has_offset = false;
  std::chrono::minutes offset{0};
  if (!reader.at_end()) {
    if (!reader.skip('T') && !reader.skip(' ')) return bad();
    const auto time = read_time_of_day(reader);
    if (!time) return bad();
    of_day = *time;
    if (!reader.at_end()) {
      const auto read = read_offset(reader);
      if (!read || !reader.at_end()) return bad();
      offset = *read;
      has_offset = true;
    }
  }
  if (has_offset) return from_system(date::sys_days{*day} + of_day - offset);
  const auto zone = find_zone(timezone);
  if (!zone) return tl::make_unexpected(zone.error());
  return to_utc(**zone, LocalMs{date::local_days{*day}} + of_day);
}

Result<TimeWindow> parse_period(std::string_view text, const std::string& timezone) {
  const auto dates = read_period(text);
  if (!dates) {
    return refuse(fmt::format(
        "'{}' is not a period (write a month 2026-11, a quarter 2026-Q4, a year 2026 or a day 2026-11-23)", text));
  }
  const auto zone = find_zone(timezone);
  if (!zone) return tl::make_unexpected(zone.error());
  return TimeWindow{to_utc(**zone, LocalMs{date::local_days{dates->from}}),
                    to_utc(**zone, LocalMs{date::local_days{dates->until}})};
}

std::string format_time(TimeMs time) {
  const auto point = to_system(time);
  if (time.value % 1000 == 0) return date::format("%FT%TZ", std::chrono::time_point_cast<std::chrono::seconds>(point));
  return date::format("%FT%TZ", point);
}

Status check_zone(const std::string& timezone) {
  const auto zone = find_zone(timezone);
  if (!zone) return tl::make_unexpected(zone.error());
  return {};
}

Result<std::string> format_local_time(TimeMs time, const std::string& timezone) {
  const auto zone = find_zone(timezone);
  if (!zone) return tl::make_unexpected(zone.error());
  const auto point = std::chrono::time_point_cast<std::chrono::seconds>(to_system(time));
  return date::format("%FT%T%Ez", date::make_zoned(*zone, point));
}

}  // namespace waybill::tracker
