#include "tracker/ledger/balance_reading.h"

#include <algorithm>
#include <map>

#include "tracker/agreements/pricing.h"
#include "tracker/ledger/books.h"
#include "tracker/ledger/usage_reading.h"

namespace waybill::tracker {

namespace {

using IspNames = std::map<IspId, std::string>;

Result<std::map<std::string, AckedBytes>> off_net_bytes(Store& store, IspId isp, const TimeWindow& window,
                                                        const IspNames& names) {
  AccountQuery query;
  query.from = isp;
  query.cdn_node = false;
  query.since = window.from;
  query.until = window.until;
  query.group_by = {AccountDimension::isp_pair};
  const auto rows = store.accounts().query(query);
  if (!rows) return tl::make_unexpected(rows.error());
  std::map<std::string, AckedBytes> bytes;
  for (const auto& row : *rows) {
    if (row.to == row.from) continue;
    const auto name = names.find(row.to.value());
    bytes[name == names.end() ? "" : name->second] += row.counters.acked;
  }
  return bytes;
}

Result<std::map<Currency, std::int64_t>> off_net_owed(const Charges& charges) {
  std::map<Currency, std::int64_t> owed;
  for (const auto& line : charges.lines) {
    if (line.kind != ChargeKind::volume || line.on_net) continue;
    const auto sum = add_minor(owed[line.price.currency], line.amount_minor);
    if (!sum) return tl::make_unexpected(sum.error());
    owed[line.price.currency] = *sum;
  }
  return owed;
}

}  // namespace

Result<std::vector<OffNetSender>> off_net_senders(Store& store, const std::string& period) {
  const auto isps = store.registry().isps();
  if (!isps) return tl::make_unexpected(isps.error());
  IspNames names;
  for (const auto& isp : *isps) names[isp.id] = isp.name;
  std::vector<OffNetSender> senders;
  for (const auto& isp : *isps) {
    const auto month = make_period({PartyKind::isp, isp.name}, period, isp.timezone);
    if (!month) return tl::make_unexpected(month.error());
    const auto agreements = isp_agreements(store, isp);
    if (!agreements) return tl::make_unexpected(agreements.error());
    const auto begun = [&](const auto& agreement) { return agreement.from < month->window.until; };
    if (std::none_of(agreements->begin(), agreements->end(), begun)) continue;
    const auto usage = isp_usage(store, isp.id, month->window, usage_grain(*agreements, month->window));
    if (!usage) return tl::make_unexpected(usage.error());
    const auto charges = price_isp(*agreements, *usage, month->window);
    if (!charges) return pass_on(charges.error(), isp.name);
    auto to = off_net_bytes(store, isp.id, month->window, names);
    if (!to) return tl::make_unexpected(to.error());
    auto owed = off_net_owed(*charges);
    if (!owed) return tl::make_unexpected(owed.error());
    senders.push_back({isp.name, std::move(*to), std::move(*owed)});
  }
  return senders;
}

}  // namespace waybill::tracker
