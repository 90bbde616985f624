#pragma once
// Agreements and usage for the tests of this folder.
#include <string>
#include <vector>

#include "tracker/agreements/pricing.h"

namespace waybill::tracker {

inline Currency currency(const std::string& code = "EUR") { return Currency::parse(code).value(); }
inline Money money(const std::string& amount, const std::string& code = "EUR") {
  return parse_money(amount, currency(code)).value();
}
inline TimeMs utc(const std::string& text) { return parse_time(text, {0}, "UTC").value(); }
inline TimeMs berlin(const std::string& text) { return parse_time(text, {0}, "Europe/Berlin").value(); }
inline TimeWindow month(const std::string& name, const std::string& timezone = "UTC") {
  return parse_period(name, timezone).value();
}

inline IspAgreement isp_agreement(std::int64_t id = 1, const std::string& from = "2026-01-01T00:00Z") {
  IspAgreement agreement;
  agreement.id = {id};
  agreement.isp = "SP1";
  agreement.from = utc(from);
  agreement.grant.kind = GrantKind::always;
  agreement.tariff.currency = currency();
  agreement.tariff.tiers = {{{0}, money("0.02"), money("0.03"), std::nullopt, std::nullopt}};
  return agreement;
}

inline OwnerContract owner_contract(std::int64_t id = 1, const std::string& from = "2026-01-01T00:00Z") {
  OwnerContract contract;
  contract.id = {id};
  contract.owner = "MovieStudio";
  contract.from = utc(from);
  contract.currency = currency();
  contract.flat_fee = money("1000.00");
  contract.threshold = {10'000'000'000};
  contract.beyond_per_gb = money("0.05");
  return contract;
}

inline UsageBucket bucket(const std::string& time, std::int64_t bytes, bool on_net = true,
                          const std::string& owner = "MovieStudio", std::int64_t agreement = 1) {
  return {utc(time), {agreement}, on_net, ContentClass::file, owner, {bytes}, 1};
}

// What was sent to a stock client: its senders' word.
inline UsageBucket unacknowledged_bucket(const std::string& time, std::int64_t bytes, bool on_net = true,
                                         const std::string& owner = "MovieStudio") {
  return {utc(time), {1}, on_net, ContentClass::file, owner, {}, 0, {bytes}, 1};
}

inline std::int64_t total(const Charges& charges) {
  return charges.totals.size() == 1 ? charges.totals.front().amount_minor : -1;
}

}  // namespace waybill::tracker
