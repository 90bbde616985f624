#include "tracker/store/time_spans.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "common/types/check.h"

namespace waybill::tracker {

namespace {

constexpr std::int64_t kDayMs = hours(24).value;
constexpr std::int64_t kQuarterMs = minutes(15).value;

std::int64_t floor_divide(std::int64_t number, std::int64_t by) { return number / by - (number % by < 0 ? 1 : 0); }

// Milliseconds of the grains that are all of one length.
std::int64_t length_of(SpanGrain grain) {
  switch (grain) {
    case SpanGrain::five_minutes:
      return minutes(5).value;
    case SpanGrain::quarter:
      return kQuarterMs;
    case SpanGrain::day:
      return kDayMs;
    case SpanGrain::month:
    case SpanGrain::month_quarter:
      break;
  }
  WAYBILL_ASSERT(false, "spans of this grain differ in length");
}

std::int64_t month_of_day(std::int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return (static_cast<int>(date.year()) - 1970) * 12 + static_cast<int>(static_cast<unsigned>(date.month())) - 1;
}

std::int64_t first_day(std::int64_t month) {
  const auto year = floor_divide(month, 12);
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(1970 + year)},
                                         std::chrono::month{static_cast<unsigned>(month - year * 12 + 1)},
                                         std::chrono::day{1}};
  return std::chrono::sys_days{date}.time_since_epoch().count();
}

std::int64_t month_at_or_after(std::int64_t day) {
  const auto month = month_of_day(day);
  return first_day(month) == day ? month : month + 1;
}

void add(std::vector<SpanRange>& ranges, SpanGrain grain, std::int64_t first, std::int64_t until) {
  if (first >= until) return;
  if (!ranges.empty() && ranges.back().grain == grain && ranges.back().until == first) {
    ranges.back().until = until;
  } else {
    ranges.push_back({grain, first, until});
  }
}

// Whether every day of the month has the clock times of its first.
bool one_offset(std::int64_t month, const MinuteOfDay& local_minute) {
  const auto from = first_day(month) * kQuartersOfDay;
  const auto until = first_day(month + 1) * kQuartersOfDay;
  std::array<int, kQuartersOfDay> first{};
  for (auto quarter = from; quarter < until; ++quarter) {
    const auto place = static_cast<std::size_t>((quarter - from) % kQuartersOfDay);
    const int minute = local_minute({quarter * kQuarterMs});
    if (quarter - from < kQuartersOfDay) {
      first[place] = minute;
    } else if (first[place] != minute) {
      return false;
    }
  }
  return true;
}

}  // namespace

TimeMs Span::start() const {
  if (grain == SpanGrain::month) return {first_day(number) * kDayMs};
  if (grain != SpanGrain::month_quarter) return {number * length_of(grain)};
  const auto month = floor_divide(number, kQuartersOfDay);
  return {first_day(month) * kDayMs + (number - month * kQuartersOfDay) * kQuarterMs};
}

Span span_of(SpanGrain grain, TimeMs time) {
  if (grain != SpanGrain::month && grain != SpanGrain::month_quarter) {
    return {grain, floor_divide(time.value, length_of(grain))};
  }
  const auto day = floor_divide(time.value, kDayMs);
  const auto month = month_of_day(day);
  if (grain == SpanGrain::month) return {grain, month};
  return {grain, month * kQuartersOfDay + (time.value - day * kDayMs) / kQuarterMs};
}

Span span_at_or_after(SpanGrain grain, TimeMs time) {
  WAYBILL_ASSERT(grain != SpanGrain::month_quarter, "quarters of a month's days come again and again");
  const auto before = span_of(grain, {time.value - 1});
  return {grain, before.number + 1};
}

std::vector<SpanRange> cover(std::optional<TimeMs> since, std::optional<TimeMs> until, SpanGrain finest) {
  std::vector<SpanRange> ranges;
  if (!since && !until) return {{SpanGrain::month, -kFarMonths, kFarMonths}};
  const auto in_day = kDayMs / length_of(finest);
  // The first and the last span of the finest grain, then the whole days and the whole months between them.
  const auto first = since ? span_at_or_after(finest, *since).number : 0;
  const auto last = until ? span_at_or_after(finest, *until).number : 0;
  const auto first_whole = floor_divide(first + in_day - 1, in_day);
  const auto last_whole = floor_divide(last, in_day);
  if (since && until && first_whole >= last_whole) {
    add(ranges, finest, first, last);
    return ranges;
  }
  const auto from_month = since ? month_at_or_after(first_whole) : -kFarMonths;
  const auto until_month = until ? month_of_day(last_whole) : kFarMonths;
  const bool months = from_month < until_month;
  if (since) {
    add(ranges, finest, first, first_whole * in_day);
    add(ranges, SpanGrain::day, first_whole, months ? first_day(from_month) : last_whole);
  }
  if (months) add(ranges, SpanGrain::month, from_month, until_month);
  if (until) {
    if (months) add(ranges, SpanGrain::day, first_day(until_month), last_whole);
    add(ranges, finest, last_whole * in_day, last);
  }
  return ranges;
}

std::vector<SpanRange> cover_by_hours(TimeMs since, TimeMs until, const MinuteOfDay& local_minute) {
  std::vector<SpanRange> ranges;
  const auto last = span_at_or_after(SpanGrain::quarter, until).number;
  auto next = span_at_or_after(SpanGrain::quarter, since).number;
  while (next < last) {
    const auto day = floor_divide(next, kQuartersOfDay);
    const auto month = month_of_day(day);
    const auto end = first_day(month + 1) * kQuartersOfDay;
    const bool whole = next == first_day(month) * kQuartersOfDay && end <= last;
    if (whole && one_offset(month, local_minute)) {
      add(ranges, SpanGrain::month_quarter, month * kQuartersOfDay, (month + 1) * kQuartersOfDay);
    } else {
      add(ranges, SpanGrain::quarter, next, std::min(end, last));
    }
    next = end;
  }
  return ranges;
}

}  // namespace waybill::tracker
