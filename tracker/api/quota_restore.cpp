#include "tracker/api/quota_restore.h"

#include <algorithm>
#include <limits>

#include "common/protocol/limits.h"
#include "tracker/api/agreement_view.h"
#include "tracker/policy/grant.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

namespace {

// An order's receipts may come as long after its end as its sender was away, and count at the time that they state. An
// order lives minutes (CoordinatorOptions::order_life): one issued a day before the span states none within it.
constexpr DurationMs kLongestOrder = hours(24);
constexpr DurationMs kSlice = hours(24);  // of issue, read at once: a month of orders need not be in memory together

// What was acknowledged and, to stock clients, which acknowledge nothing, what was sent.
Result<ByteCount> counted_between(Store& store, const Agreement& agreement, TimeMs since, std::optional<TimeMs> until) {
  AccountQuery query;
  query.agreement = agreement.id;
  query.since = since;
  query.until = until;
  const auto rows = store.accounts().query(query);
  if (!rows) return tl::make_unexpected(rows.error());
  ByteCount sum;
  for (const auto& row : *rows) sum.value += row.counters.acked.value;
  UnacknowledgedQuery unacknowledged;
  unacknowledged.isp = agreement.isp;
  unacknowledged.since = since;
  unacknowledged.until = until.value_or(TimeMs{std::numeric_limits<std::int64_t>::max()});
  const auto sent = store.accounts().unacknowledged_series(unacknowledged);
  if (!sent) return tl::make_unexpected(sent.error());
  for (const auto& counter : *sent) sum.value += counter.agreement == agreement.id ? counter.sent.value : 0;
  return sum;
}

// Every order of the agreement that may still be acknowledged at or after `since`.
Status add_orders(Store& store, const Agreement& agreement, TimeMs since, TimeMs now, QuotaRestore& restore) {
  for (auto from = since - kLongestOrder; from <= now + protocol::kClockTolerance; from = from + kSlice) {
    TransferQuery query;
    query.source_isp = agreement.isp;
    query.since = from;
    query.until = from + kSlice;
    query.with_receipts_only = false;
    const auto issued = store.evidence().transfers(query);
    if (!issued) return tl::make_unexpected(issued.error());
    for (const auto& transfer : *issued) {
      const auto& order = transfer.facts;
      const AckedBytes counted{order.unacknowledged ? transfer.state.sent_total.value
                                                    : transfer.state.acked_total.value};
      const bool open = counted.value < order.byte_limit.value;
      const bool counts = order.not_after + protocol::kClockTolerance >= since;
      if (order.agreement != agreement.id || !open || !counts) continue;
      restore.orders.push_back({order.id, order.agreement, order.sender, order.byte_limit, counted, order.not_after});
    }
  }
  return {};
}

Status add_agreement(Store& store, const Isp& isp, const Agreement& agreement, const GrantTerms& grant, TimeMs now,
                     QuotaRestore& restore) {
  std::optional<TimeMs> since;  // of the quota that began first
  for (const auto period : {QuotaPeriod::day, QuotaPeriod::month}) {
    const auto quota = period == QuotaPeriod::day ? grant.quota_per_day : grant.quota_per_month;
    if (quota.value == 0) continue;
    const auto span = quota_span_at(isp, period, now);
    const auto counted = counted_between(store, agreement, span.start, span.end);
    if (!counted) return tl::make_unexpected(counted.error());
    const auto counted_next = counted_between(store, agreement, span.end, std::nullopt);
    if (!counted_next) return tl::make_unexpected(counted_next.error());
    restore.use.push_back({agreement.id, period, *counted, *counted_next, span.start});
    since = since ? std::min(*since, span.start) : span.start;
  }
  return since ? add_orders(store, agreement, *since, now, restore) : Status{};
}

}  // namespace

Result<QuotaRestore> read_quota_use(Store& store, TimeMs now) {
  const auto isps = store.registry().isps();
  if (!isps) return tl::make_unexpected(isps.error());
  const auto agreements = store.registry().agreements();
  if (!agreements) return tl::make_unexpected(agreements.error());
  const auto agreed = read_agreement_view(store);
  if (!agreed) return tl::make_unexpected(agreed.error());
  QuotaRestore restore;
  for (const auto& agreement : *agreements) {
    if (!agreement.in_force(now)) continue;
    const auto isp = std::find_if(isps->begin(), isps->end(), [&](const Isp& i) { return i.id == agreement.isp; });
    if (isp == isps->end()) return fail("the database holds an agreement with an ISP that it does not hold");
    const auto stated = agreed->terms.find(agreement.id);
    const auto grant = stated == agreed->terms.end() ? terms_of(agreement, *isp).grant : stated->second.grant;
    if (const auto added = add_agreement(store, *isp, agreement, grant, now, restore); !added) {
      return tl::make_unexpected(added.error());
    }
  }
  return restore;
}

}  // namespace waybill::tracker
