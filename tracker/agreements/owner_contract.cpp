#include "tracker/agreements/owner_contract.h"

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

Status check_royalty(const Royalty& royalty, Currency currency) {
  if (auto good = check_party(royalty.payee, "royalty.payee"); !good) return good;
  if (auto good = check_price(royalty.per_delivery, currency, "royalty.per_delivery"); !good) return good;
  if (royalty.titles.size() > kMaxRoyaltyTitles) {
    return refuse(fmt::format("royalty.titles: more than {}", kMaxRoyaltyTitles));
  }
  for (const auto& [title, price] : royalty.titles) {
    if (auto good = check_party(title, "royalty.titles"); !good) return good;
    if (auto good = check_price(price, currency, "royalty.titles"); !good) return good;
  }
  return {};
}

Status check_actions(const OwnerContract& contract) {
  if (contract.near_percent < 0 || contract.near_percent > 99) return refuse("near_percent: 1 to 99, or 0 for none");
  if (contract.near_percent == 0 && contract.on_near != OwnerAction::carry_on) {
    return refuse("on_near: needs near_percent");
  }
  if (contract.takes(OwnerAction::off_peak_only) == contract.peak.empty()) {
    return refuse("peak: stated exactly where an action is off_peak_only");
  }
  if (contract.takes(OwnerAction::listed_customers_only) == contract.listed.empty()) {
    return refuse("listed: stated exactly where an action is listed_customers_only");
  }
  if (contract.listed.size() > kMaxListedCustomers) {
    return refuse(fmt::format("listed: more than {} customers", kMaxListedCustomers));
  }
  if (auto good = check_week_hours(contract.peak, 1); !good) return pass_on(good.error(), "peak");
  return {};
}

}  // namespace

const char* name_of(OwnerAction action) {
  switch (action) {
    case OwnerAction::carry_on:
      return "carry_on";
    case OwnerAction::notify:
      return "notify";
    case OwnerAction::listed_customers_only:
      return "listed_customers_only";
    case OwnerAction::off_peak_only:
      return "off_peak_only";
  }
  return "carry_on";
}

Status check(const OwnerContract& contract) {
  if (auto good = check_party(contract.owner, "owner"); !good) return good;
  if (auto good = check_term(contract.from, contract.until, contract.timezone); !good) return good;
  if (auto good = check_price(contract.flat_fee, contract.currency, "flat_fee"); !good) return good;
  if (auto good = check_price(contract.beyond_per_gb, contract.currency, "beyond_per_gb"); !good) return good;
  if (contract.unacknowledged_per_gb) {
    auto good = check_price(*contract.unacknowledged_per_gb, contract.currency, "unacknowledged_per_gb");
    if (!good) return good;
  }
  if (contract.threshold.value < 0) return refuse("threshold: below zero");
  if (contract.threshold.value == 0 && (contract.near_percent != 0 || contract.on_crossing != OwnerAction::carry_on)) {
    return refuse("threshold: 0 bytes are neither neared nor crossed; state one, or no actions");
  }
  if (contract.surcharge_bp < 0 || contract.surcharge_bp > kMaxBasisPoints) {
    return refuse(fmt::format("surcharge_bp: 0 to {}", kMaxBasisPoints));
  }
  if (contract.royalty) {
    if (auto good = check_royalty(*contract.royalty, contract.currency); !good) return good;
  }
  return check_actions(contract);
}

}  // namespace waybill::tracker
