#include "tracker/policy/grant_hours.h"

#include <algorithm>

#include <fmt/format.h>

#include "tracker/policy/wall_clock_detail.h"

namespace waybill::tracker {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = 24 * 60 * kMinuteMs;
// A window that begins each day changes its state at least once in so many stretches and days, unless it never does.
constexpr int kMaxSteps = 8;

struct Window {
  std::int64_t from;  // milliseconds of the local day
  std::int64_t to;    // at or below from: past midnight

  bool contains(std::int64_t of_day) const {
    return from < to ? of_day >= from && of_day < to : of_day >= from || of_day < to;
  }
};

std::int64_t of_day(std::int64_t local) { return ((local % kDayMs) + kDayMs) % kDayMs; }

// The next local time strictly after `local` at which the day stands at `target`.
std::int64_t next_at(std::int64_t local, std::int64_t target) {
  const auto wait = of_day(target - of_day(local));
  return local + (wait == 0 ? kDayMs : wait);
}

}  // namespace

Result<HoursState> hours_state(const std::string& timezone, int from_minute, int to_minute, TimeMs now) {
  const auto* zone = zone_or_null(timezone);
  if (!zone) return refuse(fmt::format("the time zone '{}' is not known", timezone));
  const Window window{from_minute * kMinuteMs, to_minute * kMinuteMs};

  auto stretch = offset_at(*zone, now);
  const bool within = window.contains(of_day(now.value + stretch.offset.count()));
  if (of_day(window.from) == of_day(window.to)) return HoursState{within, std::nullopt};  // all day or, at 0, all day

  auto at = now;
  for (int step = 0; step < kMaxSteps; ++step) {
    const auto local = at.value + stretch.offset.count();
    const TimeMs change{next_at(local, within ? window.to : window.from) - stretch.offset.count()};
    if (change < stretch.end) return HoursState{within, change};
    at = stretch.end;  // the clocks are changed first: by that the window may open or close, too
    stretch = offset_at(*zone, at);
    if (window.contains(of_day(at.value + stretch.offset.count())) != within) return HoursState{within, at};
  }
  return HoursState{within, std::nullopt};
}

}  // namespace waybill::tracker
