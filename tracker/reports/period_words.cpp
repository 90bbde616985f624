#include "tracker/reports/period_words.h"

#include <fmt/format.h>

#include "tracker/reports/zone_detail.h"

namespace waybill::tracker {

namespace {

enum class Unit { day, week, month, quarter, year };
struct PeriodWord {
  std::string_view text;
  Unit unit;
  bool last;  // the one before the one that holds now
};
constexpr PeriodWord kWords[] = {
    {"today", Unit::day, false},
    {"yesterday", Unit::day, true},
    {"this-week", Unit::week, false},
    {"last-week", Unit::week, true},
    {"this-month", Unit::month, false},
    {"last-month", Unit::month, true},
    {"this-quarter", Unit::quarter, false},
    {"last-quarter", Unit::quarter, true},
    {"this-year", Unit::year, false},
    {"last-year", Unit::year, true},
};

date::local_days moved(date::local_days from, int days) { return from + date::days{days}; }

// The first day of the unit that holds `day`, `units` units later.
date::local_days start_of(Unit unit, date::local_days day, int units) {
  const date::year_month_day date{day};
  const auto first = date.year() / date.month();
  switch (unit) {
    case Unit::day:
      return moved(day, units);
    case Unit::week:
      return moved(day, 7 * units - static_cast<int>((date::weekday{day} - date::Monday).count()));
    case Unit::month:
      return date::local_days{(first + date::months{units}) / 1};
    case Unit::quarter: {
      const auto into = static_cast<int>((static_cast<unsigned>(date.month()) - 1) % 3);
      return date::local_days{(first + date::months{3 * units - into}) / 1};
    }
    case Unit::year:
      return date::local_days{(date.year() + date::years{units}) / 1 / 1};
  }
  return day;
}

}  // namespace

Result<std::optional<TimeWindow>> find_period_word(std::string_view text, TimeMs now, const std::string& timezone) {
  const PeriodWord* found = nullptr;
  for (const auto& word : kWords) found = word.text == text ? &word : found;
  if (found == nullptr) return std::nullopt;
  const auto zone = find_zone(timezone);
  if (!zone) return tl::make_unexpected(zone.error());
  const auto today = date::floor<date::days>((*zone)->to_local(to_system(now)));
  const int first = found->last ? -1 : 0;
  const auto edge = [&](int units) {
    return to_utc(**zone, date::local_time<std::chrono::milliseconds>{start_of(found->unit, today, units)});
  };
  return TimeWindow{edge(first), edge(first + 1)};
}

Result<TimeWindow> parse_period_at(std::string_view text, TimeMs now, const std::string& timezone) {
  const auto word = find_period_word(text, now, timezone);
  if (!word) return tl::make_unexpected(word.error());
  if (*word) return **word;
  auto period = parse_period(text, timezone);
  if (period) return period;
  return refuse(period.error().message +
                ", or yesterday, last-week, last-month, last-quarter, last-year, today, "
                "this-week, this-month, this-quarter, this-year");
}

}  // namespace waybill::tracker
