#include "tracker/agreements/timeline.h"

#include <algorithm>

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

constexpr std::int64_t kQuarterMs = kPriceGrainMinutes * 60'000;

const std::string& party_of(const IspAgreement& agreement) { return agreement.isp; }
const std::string& party_of(const OwnerContract& contract) { return contract.owner; }
Currency currency_of(const IspAgreement& agreement) { return agreement.tariff.currency; }
Currency currency_of(const OwnerContract& contract) { return contract.currency; }

// One that is to be added has no number yet.
template <typename Version>
std::string number_of(const Version& version) {
  return version.id ? std::to_string(version.id.value) : "the new one";
}

template <typename Version>
bool overlap(const Version& a, const Version& b) {
  return (!a.until || b.from < *a.until) && (!b.until || a.from < *b.until);
}

template <typename Version>
Status check_two(const Version& a, const Version& b) {
  if (party_of(a) != party_of(b)) return refuse(fmt::format("agreements of {} and {}", party_of(a), party_of(b)));
  if (a.timezone != b.timezone) {
    return refuse(
        fmt::format("{}'s agreements are on the clocks of {} and of {}", party_of(a), a.timezone, b.timezone));
  }
  if (overlap(a, b)) {
    return refuse(fmt::format("{} has two agreements at once: {} ({}) and {} ({}); end the first, or renegotiate it",
                              party_of(a), number_of(a), term_text(a.from, a.until), number_of(b),
                              term_text(b.from, b.until)));
  }
  const auto& later = a.from < b.from ? b : a;
  const auto& earlier = a.from < b.from ? a : b;
  if (earlier.until == later.from && later.from.value % kQuarterMs != 0) {
    return refuse(fmt::format("{}'s agreements change at {}: it must be at a quarter of an hour", party_of(a),
                              format_time(later.from)));
  }
  return {};
}

// The first of the local month after the last instant of `version`; absent: it goes on.
template <typename Version>
std::optional<TimeMs> end_of_last_month(const Version& version, LocalCalendar& calendar) {
  if (!version.until) return std::nullopt;
  return calendar.month_at(*version.until - DurationMs{1}).window.until;
}

template <typename Version>
Status check_currencies(const Version& a, const Version& b, LocalCalendar& calendar) {
  if (currency_of(a) == currency_of(b)) return {};
  const auto& earlier = a.from < b.from ? a : b;
  const auto& later = a.from < b.from ? b : a;
  const auto free_from = end_of_last_month(earlier, calendar);
  if (free_from && later.from >= *free_from) return {};
  return refuse(fmt::format(
      "{}'s agreements: {} is in {}, and {} in {} begins within the same month: a period has one currency; begin at {}",
      party_of(a), number_of(earlier), currency_of(earlier).str(), term_text(later.from, later.until),
      currency_of(later).str(), free_from ? format_time(*free_from) : "the first of a month, after the other's end"));
}

template <typename Version>
Status check_all(const std::vector<Version>& versions) {
  for (std::size_t i = 0; i < versions.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (auto good = check_two(versions[j], versions[i]); !good) return good;
    }
  }
  return {};
}

template <typename Version>
Status check_one_more(const std::vector<Version>& versions, const Version& candidate) {
  if (auto good = check(candidate); !good) return good;
  auto calendar = LocalCalendar::of(candidate.timezone);
  if (!calendar) return tl::make_unexpected(calendar.error());
  for (const auto& other : versions) {
    if (auto good = check_two(other, candidate); !good) return good;
    if (auto good = check_currencies(other, candidate, *calendar); !good) return good;
  }
  return {};
}

template <typename Version>
Result<std::vector<Version>> replaced(std::vector<Version> versions, const Version& replacement, TimeMs now) {
  if (replacement.from < now) {
    return refuse(fmt::format("the new terms would begin at {}, which is past: what was served stays priced as agreed",
                              format_time(replacement.from)));
  }
  const auto found = std::find_if(versions.begin(), versions.end(),
                                  [&](const Version& version) { return version.in_force(replacement.from); });
  if (found == versions.end()) {
    return refuse(fmt::format("{} has no agreement in force at {} to renegotiate; add one instead",
                              party_of(replacement), format_time(replacement.from)));
  }
  if (found->from == replacement.from) {
    return refuse(fmt::format("agreement {} begins at {} itself: begin the new terms later", found->id.value,
                              format_time(found->from)));
  }
  found->until = replacement.from;
  if (auto good = check_one_more(versions, replacement); !good) return tl::make_unexpected(good.error());
  versions.push_back(replacement);
  std::sort(versions.begin(), versions.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  return versions;
}

}  // namespace

Status check_timeline(const std::vector<IspAgreement>& agreements) { return check_all(agreements); }
Status check_timeline(const std::vector<OwnerContract>& contracts) { return check_all(contracts); }

Status check_addition(const std::vector<IspAgreement>& agreements, const IspAgreement& candidate) {
  return check_one_more(agreements, candidate);
}
Status check_addition(const std::vector<OwnerContract>& contracts, const OwnerContract& candidate) {
  return check_one_more(contracts, candidate);
}

Result<std::vector<IspAgreement>> renegotiate(std::vector<IspAgreement> agreements, const IspAgreement& replacement,
                                              TimeMs now) {
  return replaced(std::move(agreements), replacement, now);
}
Result<std::vector<OwnerContract>> renegotiate(std::vector<OwnerContract> contracts, const OwnerContract& replacement,
                                               TimeMs now) {
  return replaced(std::move(contracts), replacement, now);
}

TermSpan term_span(TimeMs from, const std::optional<TimeMs>& until, const LocalMonth& month) {
  const auto begin = std::max(from, month.window.from);
  const auto end = until ? std::min(*until, month.window.until) : month.window.until;
  TermSpan result{month, {begin, std::max(begin, end)}, {}};
  result.part =
      Proportion::of((result.span.until - result.span.from).value, (month.window.until - month.window.from).value);
  return result;
}

std::string term_text(TimeMs from, const std::optional<TimeMs>& until) {
  return until ? fmt::format("{} to {}", format_time(from), format_time(*until))
               : fmt::format("{} on", format_time(from));
}

}  // namespace waybill::tracker
