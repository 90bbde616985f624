#include "tracker/policy/grant.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "tracker/policy/grant_hours.h"
#include "tracker/policy/wall_clock_detail.h"

namespace waybill::tracker {
namespace {

using protocol::Refusal;

void shorten(std::optional<TimeMs>& until, std::optional<TimeMs> end) {
  if (end && (!until || *end < *until)) until = end;
}

GrantDecision refused(Refusal refusal, std::string reason, std::optional<TimeMs> until = std::nullopt) {
  GrantDecision decision;
  decision.refusal = refusal;
  decision.reason = std::move(reason);
  decision.until = until;
  return decision;
}

const date::time_zone& zone_or_utc(const std::string& name) {
  const auto* zone = zone_or_null(name);
  return zone ? *zone : *date::locate_zone("UTC");
}

std::string local_date(const Isp& isp, TimeMs at) {
  const date::year_month_day day{date::floor<date::days>(to_local(zone_or_utc(isp.timezone), at))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

std::string clock_text(int minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); }

// Permission by the kind of grant alone: without the quota.
GrantDecision by_kind(const Isp& isp, const Agreement* agreement, TimeMs now) {
  if (!agreement || !agreement->in_force(now)) {
    return refused(Refusal::grant_ended, fmt::format("ISP {} has no agreement in force", isp.name));
  }
  const auto& grant = agreement->grant;
  GrantDecision decision;
  decision.until = agreement->valid_until;
  if (grant.kind == GrantKind::none) {
    return refused(Refusal::grant_ended, fmt::format("ISP {} grants nothing", isp.name), decision.until);
  }
  if (grant.kind == GrantKind::hours) {
    const auto state = hours_state(isp.timezone, grant.from_minute, grant.to_minute, now);
    if (!state) {
      return refused(Refusal::grant_ended, fmt::format("ISP {}: {}", isp.name, state.error().message), decision.until);
    }
    shorten(decision.until, state->until);
    if (!state->within) {
      return refused(Refusal::grant_ended, fmt::format("ISP {} grants {} only", isp.name, hours_text(grant)),
                     decision.until);
    }
  }
  decision.allowed = true;
  return decision;
}

}  // namespace

GrantDecision grant_at(const Isp& isp, const Agreement* agreement, ByteCount used, TimeMs now) {
  auto decision = by_kind(isp, agreement, now);
  if (!agreement || agreement->grant.quota.value <= 0) return decision;

  const auto& grant = agreement->grant;
  decision.quota_span = quota_span_at(isp, grant.quota_period, now);
  decision.quota_left = ByteCount{std::max<std::int64_t>(0, grant.quota.value - used.value)};
  if (!decision.allowed) return decision;
  shorten(decision.until, decision.quota_span->end);
  if (decision.quota_left->value == 0) {
    decision.allowed = false;
    decision.refusal = Refusal::quota_exhausted;
    decision.reason = fmt::format("the quota of {}'s agreement {} is used up until {}", isp.name, agreement->id.value,
                                  local_date(isp, decision.quota_span->end));
  }
  return decision;
}

QuotaSpan quota_span_at(const Isp& isp, QuotaPeriod period, TimeMs now) {
  const auto& zone = zone_or_utc(isp.timezone);
  const auto today = date::floor<date::days>(to_local(zone, now));
  if (period == QuotaPeriod::day) {
    return {first_instant_of(zone, LocalMs{today}), first_instant_of(zone, LocalMs{today + date::days{1}})};
  }
  const date::year_month_day day{today};
  const auto first = day.year() / day.month() / date::day{1};
  const auto next = first + date::months{1};
  return {first_instant_of(zone, LocalMs{date::local_days{first}}),
          first_instant_of(zone, LocalMs{date::local_days{next}})};
}

Status check_timezone(const std::string& name) {
  if (!name.empty() && zone_or_null(name)) return {};
  return refuse(fmt::format("time zone '{}' is not known: write an IANA name such as Europe/Berlin or UTC", name));
}

std::string hours_text(const Grant& grant) {
  // The end of a day is 24:00, whichever way it was written.
  return clock_text(grant.from_minute) + "–" + clock_text(grant.to_minute == 0 ? 1440 : grant.to_minute);
}

}  // namespace waybill::tracker
