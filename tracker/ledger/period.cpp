#include "tracker/ledger/period.h"

#include <algorithm>

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

bool is_month(const std::string& name) {
  if (name.size() != 7 || name[4] != '-') return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace

const char* name_of(PeriodState state) {
  switch (state) {
    case PeriodState::open:
      return "open";
    case PeriodState::closing:
      return "closing";
    case PeriodState::due:
      return "due to close";
    case PeriodState::closed:
      return "closed";
  }
  return "open";
}

Result<Period> make_period(const Party& party, const std::string& name, const std::string& timezone) {
  if (!is_month(name))
    return refuse(fmt::format("'{}' is not a month like 2026-11: the books are kept by month", name));
  auto window = parse_period(name, timezone);
  if (!window) return pass_on(window);
  return Period{party, name, *window, std::nullopt, {}};
}

PeriodState state_at(const Period& period, TimeMs now, DurationMs grace) {
  if (period.closed_at) return PeriodState::closed;
  if (now < period.window.until) return PeriodState::open;
  return now < period.window.until + grace ? PeriodState::closing : PeriodState::due;
}

Status check_close(const Period& period, const std::vector<Period>& others, DurationMs grace, TimeMs now) {
  const auto& name = period.party.name;
  switch (state_at(period, now, grace)) {
    case PeriodState::closed:
      return refuse(
          fmt::format("{} of {} is closed already, since {}", period.name, name, format_time(*period.closed_at)));
    case PeriodState::open:
      return refuse(
          fmt::format("{} of {} is open: it runs until {}", period.name, name, format_time(period.window.until)));
    case PeriodState::closing:
      return refuse(fmt::format("{} of {} waits for late receipts until {}", period.name, name,
                                format_time(period.window.until + grace)));
    case PeriodState::due:
      break;
  }
  for (const auto& other : others) {
    if (other.party == period.party && !other.closed_at && other.window.until <= period.window.from) {
      return refuse(fmt::format("{} of {} is not closed: close the earlier period first", other.name, name));
    }
  }
  return {};
}

Status check_invoice(const Period& period, TimeMs now) {
  if (state_at(period, now) == PeriodState::closed) return {};
  return refuse(fmt::format("{} of {} is {}: its figures may change; close it first", period.name, period.party.name,
                            name_of(state_at(period, now))));
}

Status check_change(const std::vector<Period>& periods, TimeMs at) {
  for (const auto& period : periods) {
    if (period.closed_at && at < period.window.until) {
      return refuse(fmt::format("{} of {} is closed: nothing that was agreed may change at {}, before its end",
                                period.name, period.party.name, format_time(at)));
    }
  }
  return {};
}

}  // namespace waybill::tracker
