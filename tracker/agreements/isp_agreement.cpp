#include "tracker/agreements/isp_agreement.h"

#include <algorithm>

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

Status check_owners(const OwnerFilter& filter) {
  if ((filter.kind == OwnerFilter::Kind::all) != filter.owners.empty()) {
    return refuse("grant.owners: name owners under `only` or `all_but`, or leave it away for all");
  }
  if (filter.owners.size() > kMaxOwnersNamed) {
    return refuse(fmt::format("grant.owners: more than {} names", kMaxOwnersNamed));
  }
  for (const auto& owner : filter.owners) {
    if (auto good = check_party(owner, "grant.owners"); !good) return good;
  }
  return {};
}

Status check_grant(const GrantTerms& grant) {
  if ((grant.kind == GrantKind::hours) == grant.hours.empty()) {
    return refuse("grant.hours: stated exactly where the grant's kind is hours");
  }
  if (auto good = check_week_hours(grant.hours, 1); !good) return pass_on(good.error(), "grant.hours");
  if (grant.quota_per_day.value < 0 || grant.quota_per_month.value < 0 || grant.rate_cap.value < 0) {
    return refuse("grant: a quota or a rate is below zero");
  }
  if (grant.quota_per_month.value > 0 && grant.quota_per_day.value > grant.quota_per_month.value) {
    return refuse("grant: the quota of a day exceeds the quota of a month");
  }
  if (grant.classes.empty()) return refuse("grant.classes: no class is granted; write kind none for that");
  return check_owners(grant.owners);
}

Status check_tier(const TierRates& tier, const TariffTerms& tariff, std::string_view field) {
  for (const auto* price : {&tier.on_net, &tier.off_net}) {
    if (auto good = check_price(*price, tariff.currency, field); !good) return good;
  }
  for (const auto* price : {&tier.peak_on_net, &tier.peak_off_net}) {
    if (price->has_value() == tariff.peak.empty()) {
      return refuse(fmt::format("{}: peak prices, on-net and off-net, are stated exactly where peak hours are", field));
    }
    if (!*price) continue;
    if (auto good = check_price(**price, tariff.currency, field); !good) return good;
  }
  return {};
}

Status check_tiers(const TariffTerms& tariff) {
  if (tariff.tiers.empty()) return refuse("tariff.tiers: a tariff per volume needs one at least");
  if (tariff.tiers.size() > kMaxTiers) return refuse(fmt::format("tariff.tiers: more than {}", kMaxTiers));
  if (tariff.per_megabit) return refuse("tariff: a tariff is either per volume or by percentile, not both");
  for (std::size_t i = 0; i < tariff.tiers.size(); ++i) {
    const auto field = fmt::format("tariff.tiers[{}]", i);
    const auto& tier = tariff.tiers[i];
    if (i == 0 && tier.from.value != 0) return refuse(field + ": the first tier begins at 0 bytes");
    if (i > 0 && tier.from <= tariff.tiers[i - 1].from) return refuse(field + ": tiers do not rise");
    if (auto good = check_tier(tier, tariff, field); !good) return good;
  }
  return {};
}

Status check_unacknowledged(const TariffTerms& tariff) {
  if (!tariff.unacknowledged) return {};
  for (const auto* price : {&tariff.unacknowledged->on_net, &tariff.unacknowledged->off_net}) {
    if (auto good = check_price(*price, tariff.currency, "tariff.unacknowledged"); !good) return good;
  }
  return {};
}

Status check_tariff(const TariffTerms& tariff) {
  if (tariff.minimum) {
    if (auto good = check_price(*tariff.minimum, tariff.currency, "tariff.minimum"); !good) return good;
    if (tariff.minimum->micro_minor == 0) return refuse("tariff.minimum: a minimum of nothing; leave it away");
  }
  if (auto good = check_week_hours(tariff.peak, kPriceGrainMinutes); !good) {
    return pass_on(good.error(), "tariff.peak");
  }
  if (auto good = check_unacknowledged(tariff); !good) return good;
  if (tariff.kind == TariffKind::volume) return check_tiers(tariff);
  if (!tariff.tiers.empty() || !tariff.peak.empty()) {
    return refuse("tariff: a tariff is either per volume or by percentile, not both");
  }
  if (!tariff.per_megabit) return refuse("tariff.per_megabit: a tariff by percentile needs it");
  return check_price(*tariff.per_megabit, tariff.currency, "tariff.per_megabit");
}

}  // namespace

bool OwnerFilter::allows(const std::string& owner) const {
  if (kind == Kind::all) return true;
  return owners.contains(owner) == (kind == Kind::only);
}

bool TariffTerms::monthly() const { return kind == TariffKind::percentile || tiers.size() > 1 || minimum.has_value(); }

Status check_party(const std::string& name, std::string_view field) {
  if (name.empty() || name.size() > kMaxNameBytes) {
    return refuse(fmt::format("{}: a name has 1 to {} bytes", field, kMaxNameBytes));
  }
  const bool controls = std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (controls) return refuse(fmt::format("{}: a name holds a control character", field));
  return {};
}

Status check_term(TimeMs from, const std::optional<TimeMs>& until, const std::string& timezone) {
  if (auto known = check_zone(timezone); !known) return pass_on(known.error(), "timezone");
  if (from < kEarliestAgreement || from > kLatestAgreement || (until && *until > kLatestAgreement)) {
    return refuse("from, until: agreements begin and end in the years 1971 to 9998");
  }
  if (until && *until <= from) {
    return refuse(
        fmt::format("the agreement would end ({}) before it begins ({})", format_time(*until), format_time(from)));
  }
  return {};
}

Status check_price(const Money& price, Currency currency, std::string_view field) {
  if (price.currency != currency) {
    return refuse(fmt::format("{}: a price in {} in an agreement in {}", field, price.currency.str(), currency.str()));
  }
  if (price.micro_minor < 0) return refuse(fmt::format("{}: a price is below zero", field));
  return {};
}

Status check(const IspAgreement& agreement) {
  if (auto good = check_party(agreement.isp, "isp"); !good) return good;
  if (auto good = check_term(agreement.from, agreement.until, agreement.timezone); !good) return good;
  if (auto good = check_grant(agreement.grant); !good) return good;
  return check_tariff(agreement.tariff);
}

IspAgreement terms_of(const Agreement& agreement, const Isp& isp) {
  IspAgreement terms;
  terms.id = agreement.id;
  terms.isp = isp.name;
  terms.timezone = isp.timezone;
  terms.from = agreement.valid_from;
  terms.until = agreement.valid_until;
  const auto& grant = agreement.grant;
  terms.grant.kind = grant.kind;
  if (grant.kind == GrantKind::hours) {
    // The registry writes the end of a day as 0 or as 1440.
    terms.grant.hours.spans = {{kEveryDay, grant.from_minute, grant.to_minute == 0 ? 1440 : grant.to_minute}};
  }
  (grant.quota_period == QuotaPeriod::day ? terms.grant.quota_per_day : terms.grant.quota_per_month) = grant.quota;
  const auto& tariff = agreement.tariff;
  terms.tariff.currency = tariff.on_net.currency;
  terms.tariff.tiers = {{{0}, tariff.on_net, tariff.off_net, std::nullopt, std::nullopt}};
  return terms;
}

}  // namespace waybill::tracker
