#include "tracker/policy/grant.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

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

bool every_day(const WeekHours& hours) {
  return std::all_of(hours.spans.begin(), hours.spans.end(),
                     [](const HourSpan& span) { return span.weekdays == kEveryDay; });
}

// Permission by the kind of grant alone: without quotas.
GrantDecision by_kind(const Isp& isp, const IspAgreement* agreement, TimeMs now) {
  if (!agreement || !agreement->in_force(now)) {
    return refused(Refusal::grant_ended, fmt::format("ISP {} has no agreement in force", isp.name));
  }
  const auto& grant = agreement->grant;
  GrantDecision decision;
  decision.until = agreement->until;
  if (grant.kind == GrantKind::none) {
    return refused(Refusal::grant_ended, fmt::format("ISP {} grants nothing", isp.name), decision.until);
  }
  if (grant.kind == GrantKind::hours) {
    auto calendar = LocalCalendar::of(isp.timezone);
    if (!calendar) {
      return refused(Refusal::grant_ended, fmt::format("ISP {}: {}", isp.name, calendar.error().message),
                     decision.until);
    }
    const auto state = week_hours_state(grant.hours, *calendar, now);
    shorten(decision.until, state.until);
    if (!state.within) {
      return refused(Refusal::grant_ended, fmt::format("ISP {} grants {} only", isp.name, hours_text(grant.hours)),
                     decision.until);
    }
  }
  decision.allowed = true;
  return decision;
}

// Takes a quota into account; `span` is what it counts in.
void apply_quota(GrantDecision& decision, const Isp& isp, AgreementId agreement, ByteCount quota, ByteCount used,
                 const QuotaSpan& span) {
  const ByteCount left{std::max<std::int64_t>(0, quota.value - used.value)};
  if (!decision.quota_left || left < *decision.quota_left) decision.quota_left = left;
  if (decision.refusal == Refusal::grant_ended) return;
  if (left.value > 0) {
    if (decision.allowed) shorten(decision.until, span.end);
    return;
  }
  // Where both are used up, the one that ends later decides.
  if (!decision.allowed && decision.until && *decision.until >= span.end) return;
  decision.until = decision.allowed && decision.until ? std::min(*decision.until, span.end) : span.end;
  decision.allowed = false;
  decision.refusal = Refusal::quota_exhausted;
  decision.reason = fmt::format("the quota of {}'s agreement {} is used up until {}", isp.name, agreement.value,
                                local_date(isp, span.end));
}

}  // namespace

GrantDecision grant_at(const Isp& isp, const IspAgreement* agreement, GrantUse used, TimeMs now) {
  auto decision = by_kind(isp, agreement, now);
  if (!agreement) return decision;
  const auto& grant = agreement->grant;
  if (grant.quota_per_day.value > 0) {
    decision.day = quota_span_at(isp, QuotaPeriod::day, now);
    apply_quota(decision, isp, agreement->id, grant.quota_per_day, used.day, *decision.day);
  }
  if (grant.quota_per_month.value > 0) {
    decision.month = quota_span_at(isp, QuotaPeriod::month, now);
    apply_quota(decision, isp, agreement->id, grant.quota_per_month, used.month, *decision.month);
  }
  return decision;
}

bool grant_covers(const GrantTerms& grant, ContentClass content_class, const std::string& owner) {
  return grant.classes.contains(content_class) && grant.owners.allows(owner);
}

bool grant_chooses_content(const GrantTerms& grant) {
  return grant.classes.size() < 2 || grant.owners.kind != OwnerFilter::Kind::all;
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

std::string hours_text(const WeekHours& hours) {
  if (!every_day(hours)) return hours.str();
  std::string text;
  for (const auto& span : hours.spans) {
    text += (text.empty() ? "" : ", ") + minute_text(span.from_minute) + "–" + minute_text(span.to_minute);
  }
  return text;
}

}  // namespace waybill::tracker
