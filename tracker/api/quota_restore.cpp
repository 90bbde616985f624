#include "tracker/api/quota_restore.h"

#include <algorithm>

#include "common/protocol/limits.h"
#include "tracker/policy/grant.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

namespace {

// An order's receipts may come as long after its end as its sender was away, and count at the time that they state. An
// order lives minutes (CoordinatorOptions::order_life): one issued a day before the span states none within it.
constexpr DurationMs kLongestOrder = hours(24);
constexpr DurationMs kSlice = hours(24);  // of issue, read at once: a month of orders need not be in memory together

Result<ByteCount> acked_between(Store& store, AgreementId agreement, std::optional<TimeMs> since,
                                std::optional<TimeMs> until) {
  AccountQuery query;
  query.agreement = agreement;
  query.since = since;
  query.until = until;
  const auto rows = store.accounts().query(query);
  if (!rows) return tl::make_unexpected(rows.error());
  ByteCount sum;
  for (const auto& row : *rows) sum.value += row.counters.acked.value;
  return sum;
}

// Every order of the agreement that may still be acknowledged within the span or after it.
Status add_orders(Store& store, const Agreement& agreement, const QuotaSpan& span, TimeMs now, QuotaRestore& restore) {
  for (auto from = span.start - kLongestOrder; from <= now + protocol::kClockTolerance; from = from + kSlice) {
    TransferQuery query;
    query.source_isp = agreement.isp;
    query.since = from;
    query.until = from + kSlice;
    query.with_receipts_only = false;
    const auto issued = store.evidence().transfers(query);
    if (!issued) return tl::make_unexpected(issued.error());
    for (const auto& transfer : *issued) {
      const auto& order = transfer.facts;
      const bool open = transfer.state.acked_total.value < order.byte_limit.value;
      const bool in_span = order.not_after + protocol::kClockTolerance >= span.start;
      if (order.agreement != agreement.id || !open || !in_span) continue;
      restore.orders.push_back(
          {order.id, order.agreement, order.sender, order.byte_limit, transfer.state.acked_total, order.not_after});
    }
  }
  return {};
}

Status add_agreement(Store& store, const Isp& isp, const Agreement& agreement, TimeMs now, QuotaRestore& restore) {
  const auto span = quota_span_at(isp, agreement.grant.quota_period, now);
  const auto acked = acked_between(store, agreement.id, span.start, span.end);
  if (!acked) return tl::make_unexpected(acked.error());
  const auto acked_next = acked_between(store, agreement.id, span.end, std::nullopt);
  if (!acked_next) return tl::make_unexpected(acked_next.error());
  restore.use.push_back({agreement.id, *acked, *acked_next, span.start});
  return add_orders(store, agreement, span, now, restore);
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
