#include "tracker/alerts/condition.h"

#include <algorithm>
#include <array>
#include <limits>

#include "common/types/check.h"
#include "tracker/store/accounts.h"

namespace waybill::tracker {

namespace {

// part / whole in hundredths of a percent, within ±kMaxLevelPercent. whole > 0.
std::int64_t percent_of(std::int64_t part, std::int64_t whole) {
  __extension__ using Wide = __int128;
  const auto exact = static_cast<Wide>(part) * (100 * kWholePercent) / whole;
  return static_cast<std::int64_t>(std::clamp<Wide>(exact, -Wide{kMaxLevelPercent}, Wide{kMaxLevelPercent}));
}

std::int64_t growth(const Condition& condition, std::int64_t present, std::int64_t before) {
  if (present == before || std::max(present, before) < condition.at_least) return 0;
  return before == 0 ? kMaxLevelPercent : percent_of(present - before, before);
}

bool counts_windows(ConditionKind kind) { return kind == ConditionKind::rise || kind == ConditionKind::fall; }

Status check_levels(const Condition& condition) {
  const auto refuse_order = [](const char* relation) {
    return refuse(std::string("the alert would clear before it is raised: --clear must be ") + relation + " --raise");
  };
  if (condition.raise_at < 0 || condition.clear_at < 0) return refuse("a level is never negative");
  if (condition.kind == ConditionKind::below) {
    if (condition.clear_at < condition.raise_at) return refuse_order("at or above");
    return {};
  }
  if (condition.raise_at == 0) return refuse("a level of 0 is always reached: raise it above 0");
  if (condition.clear_at > condition.raise_at) return refuse_order("at or below");
  if (condition.kind == ConditionKind::fall && condition.raise_at > 100 * kWholePercent) {
    return refuse("nothing falls by more than 100 %");
  }
  if (condition.kind != ConditionKind::above && condition.raise_at > kMaxLevelPercent) {
    return refuse("a level is at most 1000000 %");
  }
  if (condition.clear_at == 0) return refuse("nothing is less than 0: the alert would never clear; clear above 0");
  return {};
}

}  // namespace

Status check_condition(const Condition& condition) {
  if (auto ok = check_alert_window(condition.window); !ok) return ok;
  const bool calendar = condition.window.kind != AlertWindowKind::rolling;
  if (calendar && condition.kind != ConditionKind::above && condition.kind != ConditionKind::nearing) {
    return refuse("a calendar window goes with above and nearing only: one that has just begun is below every level");
  }
  if (counts_windows(condition.kind) && condition.window.length.value > kMaxAlertWindow.value / 2) {
    return refuse("rise and fall compare two windows of at most 183 days each");
  }
  if ((condition.kind == ConditionKind::nearing) != (condition.threshold > 0)) {
    return refuse("a threshold above 0 goes with nearing, and with nothing else");
  }
  if (condition.at_least < 0 || (condition.at_least > 0 && !counts_windows(condition.kind))) {
    return refuse("--at-least goes with rise and fall only");
  }
  return check_levels(condition);
}

Result<std::vector<TimeWindow>> windows_at(const Condition& condition, TimeMs now) {
  const auto& window = condition.window;
  if (window.kind != AlertWindowKind::rolling) {
    const auto local = format_local_time(now, window.timezone);
    if (!local) return tl::make_unexpected(local.error());
    constexpr std::size_t kDay = 10, kMonth = 7;  // of "2026-11-23T19:00:00+01:00"
    const auto period =
        parse_period(local->substr(0, window.kind == AlertWindowKind::day ? kDay : kMonth), window.timezone);
    if (!period) return tl::make_unexpected(period.error());
    return std::vector{*period};
  }
  const bool running_too = condition.kind == ConditionKind::above || condition.kind == ConditionKind::nearing;
  const auto until = running_too ? quarter_of(now).start() + kQuarter : quarter_of(now - kLateReceipts).start();
  const auto since = until - window.length;
  if (!counts_windows(condition.kind)) return std::vector{TimeWindow{since, until}};
  return std::vector{TimeWindow{since, until}, TimeWindow{since - window.length, since}};
}

std::int64_t level_of(const Condition& condition, const std::vector<std::int64_t>& values) {
  WAYBILL_ASSERT(values.size() == (counts_windows(condition.kind) ? 2U : 1U), "a value for each of windows_at");
  switch (condition.kind) {
    case ConditionKind::above:
    case ConditionKind::below:
      return values[0];
    case ConditionKind::rise:
      return growth(condition, values[0], values[1]);
    case ConditionKind::fall:
      return -growth(condition, values[0], values[1]);
    case ConditionKind::nearing:
      return percent_of(values[0], condition.threshold);
  }
  return 0;
}

Side side_of(const Condition& condition, std::int64_t level) {
  if (condition.kind == ConditionKind::below) {
    if (level <= condition.raise_at) return Side::alarming;
    return level > condition.clear_at ? Side::safe : Side::band;
  }
  if (level >= condition.raise_at) return Side::alarming;
  return level < condition.clear_at ? Side::safe : Side::band;
}

}  // namespace waybill::tracker
