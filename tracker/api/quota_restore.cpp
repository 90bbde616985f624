#include "tracker/api/quota_restore.h"

#include <algorithm>

#include "common/protocol/limits.h"
#include "tracker/policy/grant.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

namespace {

Status add_agreement(Store& store, const Isp& isp, const Agreement& agreement, TimeMs now, QuotaRestore& restore) {
  const auto span = quota_span_at(isp, agreement.grant.quota_period, now);
  AccountQuery query;
  query.agreement = agreement.id;
  query.since = span.start;
  const auto rows = store.accounts().query(query);
  if (!rows) return tl::make_unexpected(rows.error());
  ByteCount acked;
  for (const auto& row : *rows) acked.value += row.counters.acked.value;
  restore.use.push_back({agreement.id, acked});

  // Orders live minutes; one issued a day before the span can no longer be receipted within it.
  TransferQuery transfers;
  transfers.source_isp = isp.id;
  transfers.since = std::min(span.start, now) - hours(24);
  transfers.with_receipts_only = false;
  const auto issued = store.evidence().transfers(transfers);
  if (!issued) return tl::make_unexpected(issued.error());
  for (const auto& [facts, state, first, last, path] : *issued) {
    const bool matters = facts.agreement == agreement.id && facts.not_after + protocol::kClockTolerance >= now;
    if (!matters) continue;
    restore.orders.push_back(
        {facts.id, facts.agreement, facts.sender, facts.byte_limit, state.acked_total, facts.not_after});
  }
  return {};
}

}  // namespace

Result<QuotaRestore> read_quota_use(Store& store, TimeMs now) {
  const auto isps = store.registry().isps();
  if (!isps) return tl::make_unexpected(isps.error());
  const auto agreements = store.registry().agreements();
  if (!agreements) return tl::make_unexpected(agreements.error());
  QuotaRestore restore;
  for (const auto& agreement : *agreements) {
    if (agreement.grant.quota.value == 0 || !agreement.in_force(now)) continue;
    const auto isp = std::find_if(isps->begin(), isps->end(), [&](const Isp& i) { return i.id == agreement.isp; });
    if (isp == isps->end()) return fail("the database holds an agreement with an ISP that it does not hold");
    if (const auto added = add_agreement(store, *isp, agreement, now, restore); !added) {
      return tl::make_unexpected(added.error());
    }
  }
  return restore;
}

}  // namespace waybill::tracker
