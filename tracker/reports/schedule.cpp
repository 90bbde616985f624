#include "tracker/reports/schedule.h"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "tracker/reports/digit_reader.h"
#include "tracker/reports/zone_detail.h"

namespace waybill::tracker {

namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
// The 29th of February is at most eight years away (1896 to 1904, 2096 to 2104).
constexpr int kMostDaysAway = 8 * 366 + 2;
constexpr std::int64_t kMinuteMs = 60'000;

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const auto begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const auto end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

template <std::size_t N>
std::optional<int> index_in(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<int>(i);
  }
  return std::nullopt;
}

std::optional<int> read_time_of_day(std::string_view text) {
  DigitReader reader(text);
  const auto hour = reader.number(2);
  if (!hour || *hour > 23 || !reader.skip(':')) return std::nullopt;
  const auto minute = reader.number(2);
  if (!minute || *minute > 59 || !reader.at_end()) return std::nullopt;
  return *hour * 60 + *minute;
}

std::optional<int> read_day(std::string_view text) {
  DigitReader reader(text);
  const auto day = reader.number_up_to(2);
  if (!day || *day < 1 || *day > 31 || !reader.at_end()) return std::nullopt;
  return day;
}

std::optional<ScheduleKind> kind_of(std::string_view text) {
  if (text == "daily") return ScheduleKind::daily;
  if (text == "weekly") return ScheduleKind::weekly;
  if (text == "monthly") return ScheduleKind::monthly;
  if (text == "yearly") return ScheduleKind::yearly;
  return std::nullopt;
}

// Sets what stands between the kind's word and the time of day; false where it cannot be read. Takes what it reads.
bool read_days(std::vector<std::string_view>& words, Schedule& schedule) {
  const auto take = [&words] {
    const auto word = words.empty() ? std::string_view() : words.front();
    if (!words.empty()) words.erase(words.begin());
    return word;
  };
  if (schedule.kind == ScheduleKind::weekly && !words.empty()) {
    const auto weekday = index_in(kWeekdays, take());
    schedule.weekday = weekday.value_or(0);
    return weekday.has_value();
  }
  if (schedule.kind == ScheduleKind::monthly || schedule.kind == ScheduleKind::yearly) {
    const auto day = read_day(take());
    if (!day) return false;
    schedule.day = *day;
  }
  if (schedule.kind == ScheduleKind::yearly) {
    const auto month = index_in(kMonths, take());
    if (!month) return false;
    schedule.month = *month + 1;
  }
  return true;
}

bool matches(const Schedule& schedule, date::local_days day) {
  const date::year_month_day date{day};
  switch (schedule.kind) {
    case ScheduleKind::daily:
      return true;
    case ScheduleKind::weekly:
      return (date::weekday{day} - date::Monday).count() == schedule.weekday;
    case ScheduleKind::monthly:
      return static_cast<int>(static_cast<unsigned>(date.day())) == schedule.day;
    case ScheduleKind::yearly:
      return static_cast<int>(static_cast<unsigned>(date.day())) == schedule.day &&
             static_cast<int>(static_cast<unsigned>(date.month())) == schedule.month;
  }
  return false;
}

// Day by day from the one that holds `time`, in steps of `step` days, until a due time satisfies `wanted`.
template <typename Wanted>
Result<TimeMs> search(const Schedule& schedule, TimeMs time, int step, Wanted wanted) {
  const auto zone = find_zone(schedule.timezone);
  if (!zone) return tl::make_unexpected(zone.error());
  // A day that a zone skipped is due on the day after, at the same instant: begin one day on the other side.
  auto day = date::floor<date::days>((*zone)->to_local(to_system(time))) - date::days{step};
  for (int i = 0; i <= kMostDaysAway; ++i, day += date::days{step}) {
    if (!matches(schedule, day)) continue;
    const auto due =
        to_utc(**zone, date::local_time<std::chrono::milliseconds>{day} + std::chrono::minutes{schedule.minute});
    if (wanted(due)) return due;
  }
  return fail("a schedule has no due time: " + schedule_text(schedule));
}

}  // namespace

Result<Schedule> parse_schedule(std::string_view text, const std::string& timezone, DurationMs delay) {
  const auto bad = [&] {
    return refuse(
        fmt::format("'{}' is not a schedule (write nightly, daily 03:00, weekly mon 03:00, month-end, "
                    "monthly 15 03:00 or yearly 31 dec 03:00)",
                    text));
  };
  auto words = words_of(text);
  if (words.empty()) return bad();
  const auto name = words.front();
  words.erase(words.begin());
  Schedule schedule;
  schedule.timezone = timezone;
  schedule.delay = delay;
  const bool named = name == "nightly" || name == "month-end";
  if (named && !words.empty()) return bad();
  if (name == "month-end") schedule.kind = ScheduleKind::monthly;
  if (!named) {
    const auto kind = kind_of(name);
    if (!kind) return bad();
    schedule.kind = *kind;
    if (!read_days(words, schedule)) return bad();
    const auto minute = words.empty() ? std::optional<int>(0) : read_time_of_day(words.front());
    if (!minute || words.size() > 1) return bad();
    schedule.minute = *minute;
  }
  const auto date = date::year{2024} / schedule.month / schedule.day;  // a leap year
  if (schedule.kind == ScheduleKind::yearly && !date.ok()) {
    return refuse(fmt::format("'{}' can never be due: no year has that day", text));
  }
  const auto zone = find_zone(timezone);
  if (!zone) return tl::make_unexpected(zone.error());
  return schedule;
}

std::string schedule_text(const Schedule& schedule) {
  const auto time = fmt::format("{:02}:{:02}", schedule.minute / 60, schedule.minute % 60);
  const auto rest = fmt::format("{} {} delay {}m", time, schedule.timezone, schedule.delay.value / kMinuteMs);
  switch (schedule.kind) {
    case ScheduleKind::daily:
      return "daily " + rest;
    case ScheduleKind::weekly:
      return fmt::format("weekly {} {}", kWeekdays[static_cast<std::size_t>(schedule.weekday)], rest);
    case ScheduleKind::monthly:
      return fmt::format("monthly {} {}", schedule.day, rest);
    case ScheduleKind::yearly:
      return fmt::format("yearly {} {} {}", schedule.day, kMonths[static_cast<std::size_t>(schedule.month - 1)], rest);
  }
  return rest;
}

Result<Schedule> read_schedule(std::string_view stored) {
  const auto words = words_of(stored);
  const auto bad = [&] { return fail(fmt::format("'{}' is not a stored schedule", stored)); };
  if (words.size() < 5 || words[words.size() - 2] != "delay") return bad();
  const auto delay = parse_report_delay(words.back());
  const std::string zone(words[words.size() - 3]);
  if (!delay) return bad();
  return parse_schedule(stored.substr(0, static_cast<std::size_t>(words[words.size() - 3].data() - stored.data())),
                        zone, *delay);
}

std::string_view covered_period(ScheduleKind kind) {
  switch (kind) {
    case ScheduleKind::daily:
      return "yesterday";
    case ScheduleKind::weekly:
      return "last-week";
    case ScheduleKind::monthly:
      return "last-month";
    case ScheduleKind::yearly:
      return "last-year";
  }
  return "yesterday";
}

Result<DurationMs> parse_report_delay(std::string_view text) {
  if (text == "0") return DurationMs{};
  DigitReader reader(text);
  const auto number = reader.number_up_to(5);
  std::optional<DurationMs> delay;
  if (number && reader.skip('m'))
    delay = minutes(*number);
  else if (number && reader.skip('h'))
    delay = hours(*number);
  else if (number && reader.skip('d'))
    delay = hours(24ll * *number);
  if (!delay || !reader.at_end() || *delay > kMaxReportDelay) {
    return refuse(fmt::format("'{}' is not a delay (write 0, 30m, 2h or 3d; at most 7d)", text));
  }
  return *delay;
}

Result<TimeMs> due_after(const Schedule& schedule, TimeMs time) {
  return search(schedule, time, 1, [time](TimeMs due) { return due > time; });
}

Result<TimeMs> due_at_or_before(const Schedule& schedule, TimeMs time) {
  return search(schedule, time, -1, [time](TimeMs due) { return due <= time; });
}

}  // namespace waybill::tracker
