#pragma once
// Agreements as text: JSON, its keys sorted and without white space, so that one agreement has one text to hash and to
// sign. What is read may be spaced and ordered as people write it; document_text() of it is canonical.
//
//   {"format": "waybill isp agreement 1", "isp": "SP1", "timezone": "Europe/Berlin",
//    "from": "2026-11-01T00:00:00Z", "until": "2027-11-01T00:00:00Z",                       (until: left away where
//    open) "grant": {"kind": "none"|"always"|"hours", "hours": [{"hours": "18:00-24:00", "days": ["mon", ...]}],
//              "quota_per_day": bytes, "quota_per_month": bytes, "classes": ["file", "live"],
//              "owners": {"only": [...]} or {"all_but": [...]}, "rate_cap": bytes a second},
//    "tariff": {"kind": "volume", "currency": "EUR", "minimum": "100.00", "peak": [hours as above],
//               "tiers": [{"from": 0, "on_net": "0.01", "off_net": "0.02", "peak_on_net": ..., "peak_off_net": ...}]}
//           or {"kind": "percentile", "currency": "EUR", "per_megabit": "1.50", "minimum": ...}}
//    of either kind: "unacknowledged": {"on_net": "0.005", "off_net": "0.01"}
//   {"format": "waybill owner contract 1", "owner": "MovieStudio", "timezone": ..., "from": ..., "until": ...,
//    "currency": "EUR", "flat_fee": "1000.00", "threshold": bytes, "beyond_per_gb": "0.02", "surcharge_bp": 250,
//    "unacknowledged_per_gb": "0.01",
//    "royalty": {"payee": ..., "per_delivery": "0.10", "titles": {"Pop Tune": "0.05"}},
//    "near_percent": 80, "on_near": "notify", "on_crossing": "carry_on"|"notify"|"listed_customers_only"|
//    "off_peak_only", "peak": [...], "listed": [agent keys in hexadecimal]}
// Prices are decimal texts in the major unit; a `days` that is left away is every day; what is not stated is left away.
#include "tracker/agreements/isp_agreement.h"
#include "tracker/agreements/owner_contract.h"

namespace waybill::tracker {

inline constexpr char kIspAgreementFormat[] = "waybill isp agreement 1";
inline constexpr char kOwnerContractFormat[] = "waybill owner contract 1";

std::string document_text(const IspAgreement& agreement);
std::string document_text(const OwnerContract& contract);

// Refused with the term at fault in front; what is accepted has passed check().
Result<IspAgreement> read_isp_agreement(std::string_view text);
Result<OwnerContract> read_owner_contract(std::string_view text);

}  // namespace waybill::tracker
