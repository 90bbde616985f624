#pragma once
// Statements and invoices for the tests of this folder.
#include "tests/unit/tracker_agreements/sample_terms.h"
#include "tracker/ledger/invoice.h"

namespace waybill::tracker {

inline constexpr std::int64_t kGb = 1'000'000'000;

inline Party isp_party() { return {PartyKind::isp, "SP1"}; }
inline Party owner_party() { return {PartyKind::owner, "MovieStudio"}; }

inline Period november(const Party& party) { return make_period(party, "2026-11", "UTC").value(); }

inline Charges isp_charges(std::vector<UsageBucket> buckets, const std::string& name = "2026-11") {
  return price_isp({isp_agreement()}, {kQuarterHour, std::move(buckets)}, month(name)).value();
}

inline AccountStatement isp_statement() {
  const auto charges =
      isp_charges({bucket("2026-11-02T10:00Z", 100 * kGb), bucket("2026-11-02T10:00Z", 50 * kGb, false)});
  return make_account_statement(isp_party(), november(isp_party()), "UTC", charges, {}).value();
}

inline AccountStatement owner_statement() {
  auto contract = owner_contract();
  contract.surcharge_bp = 250;
  contract.royalty = Royalty{money("0.10"), {}, "Society"};
  const auto charges = price_owner({contract}, {kQuarterHour, {bucket("2026-11-20T00:00Z", 12 * kGb)}},
                                   {{utc("2026-11-02T00:00Z"), "Pop; Tune", 7}}, month("2026-11"))
                           .value();
  return make_account_statement(owner_party(), november(owner_party()), "UTC", charges, {}).value();
}

inline InvoiceRequest request(const std::string& series = "INV") {
  return {series, "Waybill CDN", utc("2026-12-04T09:00Z")};
}

inline Invoice owner_invoice() { return make_invoice(request(), {}, owner_statement(), currency()).value(); }
inline Invoice isp_invoice() { return make_invoice(request("SBI"), {}, isp_statement(), currency()).value(); }

inline SeriesEnd end_after(const Invoice& invoice) { return {invoice.number, invoice_hash(invoice)}; }

inline bool says(const Error& error, const std::string& part) { return error.message.find(part) != std::string::npos; }

}  // namespace waybill::tracker
