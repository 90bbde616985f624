#include "tracker/agreements/week_hours.h"

#include <bitset>

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

constexpr int kDayMinutes = 1440;
constexpr int kWeekMinutes = 7 * kDayMinutes;
constexpr std::int64_t kMinuteMs = 60'000;

int length_of(const HourSpan& span) {
  const int length = span.to_minute - span.from_minute;
  return length > 0 ? length : length + kDayMinutes;
}

int minute_of_week(LocalMinute at) { return at.weekday * kDayMinutes + at.minute; }

std::string days_text(std::uint8_t weekdays) {
  if (weekdays == kEveryDay) return "every day";
  std::string text;
  for (int day = 0; day < 7; ++day) {
    if ((weekdays >> day & 1) != 0) text += (text.empty() ? "" : " ") + std::string(weekday_name(day));
  }
  return text;
}

// The first whole minute after `from` at which the state is another, by looking at each; nothing up to `last`.
std::optional<TimeMs> change_by_minutes(const WeekHours& hours, LocalCalendar& calendar, TimeMs from, TimeMs last) {
  const bool within = hours.contains(calendar.minute_at(from));
  for (TimeMs at{(from.value / kMinuteMs + 1) * kMinuteMs}; at <= last; at = at + minutes(1)) {
    if (hours.contains(calendar.minute_at(at)) != within) return at;
  }
  return std::nullopt;
}

// Minutes from `at` to the next edge of a span in a week without a change of the clocks; 0: no edge.
int minutes_to_edge(const WeekHours& hours, LocalMinute at) {
  const int now = minute_of_week(at);
  int nearest = 0;
  const auto offer = [&](int edge) {
    const int wait = (edge % kWeekMinutes - now + kWeekMinutes - 1) % kWeekMinutes + 1;
    if (nearest == 0 || wait < nearest) nearest = wait;
  };
  for (const auto& span : hours.spans) {
    for (int day = 0; day < 7; ++day) {
      if ((span.weekdays >> day & 1) == 0) continue;
      offer(day * kDayMinutes + span.from_minute);
      offer(day * kDayMinutes + span.from_minute + length_of(span));
    }
  }
  return nearest;
}

}  // namespace

const char* weekday_name(int weekday) {
  static constexpr const char* kNames[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  return kNames[weekday];
}

std::string minute_text(int minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); }

bool WeekHours::contains(LocalMinute at) const {
  const int now = minute_of_week(at);
  for (const auto& span : spans) {
    const int day_before = (at.weekday + 6) % 7;
    for (const int day : {at.weekday, day_before}) {
      if ((span.weekdays >> day & 1) == 0) continue;
      const int since = (now - day * kDayMinutes - span.from_minute + kWeekMinutes) % kWeekMinutes;
      if (since < length_of(span)) return true;
    }
  }
  return false;
}

std::string WeekHours::str() const {
  std::string text;
  for (const auto& span : spans) {
    text += fmt::format("{}{} {}-{}", text.empty() ? "" : ", ", days_text(span.weekdays), minute_text(span.from_minute),
                        minute_text(span.to_minute));
  }
  return text;
}

Status check_week_hours(const WeekHours& hours, int grain_minutes) {
  if (hours.spans.size() > kMaxHourSpans) return refuse(fmt::format("more than {} spans of hours", kMaxHourSpans));
  std::bitset<kWeekMinutes> taken;
  for (const auto& span : hours.spans) {
    if (span.from_minute < 0 || span.from_minute >= kDayMinutes || span.to_minute < 1 || span.to_minute > kDayMinutes) {
      return refuse("hours lie between 00:00 and 24:00");
    }
    const auto text = fmt::format("{}-{}", minute_text(span.from_minute), minute_text(span.to_minute));
    if ((span.weekdays & kEveryDay) != span.weekdays || span.weekdays == 0) {
      return refuse(fmt::format("{} is on no weekday", text));
    }
    if (span.from_minute == span.to_minute) return refuse(fmt::format("{} is no time at all", text));
    if (span.from_minute % grain_minutes != 0 || span.to_minute % grain_minutes != 0) {
      return refuse(fmt::format("{}: write multiples of {} minutes, the grain of the accounts", text, grain_minutes));
    }
    for (int day = 0; day < 7; ++day) {
      if ((span.weekdays >> day & 1) == 0) continue;
      for (int minute = 0; minute < length_of(span); ++minute) {
        const auto at = static_cast<std::size_t>((day * kDayMinutes + span.from_minute + minute) % kWeekMinutes);
        if (taken[at]) return refuse(fmt::format("{} overlaps other hours on {}", text, weekday_name(day)));
        taken[at] = true;
      }
    }
  }
  return {};
}

WeekHoursState week_hours_state(const WeekHours& hours, LocalCalendar& calendar, TimeMs now) {
  WeekHoursState state;
  state.within = hours.contains(calendar.minute_at(now));
  auto at = now;
  // Touching spans have edges that change nothing: at most two for each day of each span, and a change of the clocks.
  const auto most = hours.spans.size() * 14 + 2;
  for (std::size_t step = 0; step < most; ++step) {
    const int wait = minutes_to_edge(hours, calendar.minute_at(at));
    if (wait == 0) return state;
    const auto into_minute = at.value % kMinuteMs;
    const TimeMs edge{at.value - into_minute + wait * kMinuteMs};
    if (calendar.offset(edge) != calendar.offset(at)) {
      // The clocks are changed on the way, which may itself open or close the hours.
      if (const auto found = change_by_minutes(hours, calendar, at, edge)) {
        state.until = found;
        return state;
      }
    } else if (hours.contains(calendar.minute_at(edge)) != state.within) {
      state.until = edge;
      return state;
    }
    at = edge;
  }
  return state;
}

}  // namespace waybill::tracker
