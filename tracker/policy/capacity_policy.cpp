#include "tracker/policy/capacity_policy.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "tracker/policy/wall_clock_detail.h"

namespace waybill::tracker {

namespace {

constexpr std::int64_t kMinuteMs = 60'000;

const date::time_zone& zone_of(const CapacityPolicy& policy) {
  const auto* zone = zone_or_null(policy.timezone);
  return zone ? *zone : *date::locate_zone("UTC");
}

// Minutes divide the hour, and every zone is a whole number of minutes away from UTC. Where the clocks are changed in
// the middle of a window, that ends the window.
QuotaSpan minutes_at(const date::time_zone& zone, int minutes, TimeMs now) {
  const auto length = minutes * kMinuteMs;
  const auto stretch = offset_at(zone, now);
  const auto local = now.value + stretch.offset.count();
  const auto into = ((local % length) + length) % length;
  TimeMs start{now.value - into};
  if (offset_at(zone, start).end <= now) start = offset_at(zone, start).end;
  return {start, std::min(TimeMs{now.value - into + length}, stretch.end)};
}

}  // namespace

std::optional<CapacityPolicy> rate_policy_of(const IspAgreement& agreement, IspId isp) {
  if (agreement.grant.rate_cap.value <= 0) return std::nullopt;
  CapacityPolicy policy;
  policy.id = {-agreement.id.value};
  policy.subject = PolicySubject::isp_uplinks;
  policy.isp = isp;
  policy.rate = agreement.grant.rate_cap;
  policy.timezone = agreement.timezone;
  policy.valid_from = agreement.from;
  policy.valid_until = agreement.until;
  return policy;
}

QuotaSpan policy_window_at(const CapacityPolicy& policy, TimeMs now) {
  const auto& zone = zone_of(policy);
  if (policy.window == PolicyWindow::minutes) return minutes_at(zone, std::max(1, policy.window_minutes), now);
  const auto today = date::floor<date::days>(to_local(zone, now));
  const auto from = [&](date::local_days day) { return first_instant_of(zone, LocalMs{day}); };
  if (policy.window == PolicyWindow::day) return {from(today), from(today + date::days{1})};
  if (policy.window == PolicyWindow::week) {  // ISO 8601: from Monday
    const auto monday = today - (date::weekday{today} - date::Monday);
    return {from(monday), from(monday + date::days{7})};
  }
  const date::year_month_day day{today};
  const auto first = day.year() / day.month() / date::day{1};
  return {from(date::local_days{first}), from(date::local_days{first + date::months{1}})};
}

std::string policy_window_text(const CapacityPolicy& policy) {
  switch (policy.window) {
    case PolicyWindow::minutes:
      return policy.window_minutes == 60 ? "hour" : fmt::format("{}m", policy.window_minutes);
    case PolicyWindow::day:
      return "day";
    case PolicyWindow::week:
      return "week";
    case PolicyWindow::month:
      return "month";
  }
  return "day";
}

Status read_policy_window(const std::string& text, CapacityPolicy& into) {
  into.window_minutes = 0;
  if (text == "day" || text == "week" || text == "month") {
    into.window = text == "day" ? PolicyWindow::day : text == "week" ? PolicyWindow::week : PolicyWindow::month;
    return {};
  }
  into.window = PolicyWindow::minutes;
  if (text == "hour") {
    into.window_minutes = 60;
    return {};
  }
  int minutes = 0;
  const auto end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, minutes);
  const bool whole = error == std::errc{} && rest + 1 == end && *rest == 'm';
  if (!whole || minutes < 1 || minutes > 60 || 60 % minutes != 0) {
    return refuse(fmt::format(
        "'{}' is not a window: write month, week, day, hour, or minutes that divide an hour such as 15m", text));
  }
  into.window_minutes = minutes;
  return {};
}

std::string policy_subject_text(const CapacityPolicy& policy, const std::string& isp_name) {
  switch (policy.subject) {
    case PolicySubject::everything:
      return "everything";
    case PolicySubject::component:
      return policy.component;
    case PolicySubject::isp_out:
      return "out of " + isp_name;
    case PolicySubject::isp_into:
      return "into " + isp_name;
    case PolicySubject::isp_within:
      return "within " + isp_name;
    case PolicySubject::isp_uplinks:
      return "out of the uplinks of " + isp_name;
  }
  return "everything";
}

std::string policy_text(const CapacityPolicy& policy, const std::string& isp_name) {
  const auto limit = policy.limits_rate()
                         ? fmt::format("{} bytes per second", policy.rate.value)
                         : fmt::format("{} bytes per {}", policy.bytes.value, policy_window_text(policy));
  std::string of;
  if (policy.content_class) of += fmt::format(" of {} content", name_of(*policy.content_class));
  if (!policy.owner.empty()) of += " of " + policy.owner;
  const auto subject = policy_subject_text(policy, isp_name);
  const auto where = policy.subject == PolicySubject::everything  ? std::string(" in all")
                     : policy.subject == PolicySubject::component ? " over " + subject
                                                                  : " " + subject;
  const auto source = policy.subject == PolicySubject::isp_uplinks
                          ? fmt::format("the grant of agreement {}", -policy.id.value)
                          : fmt::format("policy {}", policy.id.value);
  return fmt::format("{}: at most {}{}{}", source, limit, of, where);
}

}  // namespace waybill::tracker
