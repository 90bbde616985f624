#include "tracker/ledger/usage_reading.h"

#include <map>

namespace waybill::tracker {

namespace {

// The accounts count every receipt; those of clients that acknowledge nothing stand apart in the usage. `owner`: of an
// owner's content, from whichever ISP.
Status set_apart(Store& store, const UnacknowledgedQuery& query, UsageCount& count) {
  const auto counters = store.accounts().unacknowledged_series(query);
  if (!counters) return tl::make_unexpected(counters.error());
  for (const auto& counter : *counters) {
    UsageBucket apart;
    apart.start = counter.start;
    // What an owner's usage does not tell apart (owner_usage).
    if (query.isp) apart.agreement = counter.agreement;
    apart.on_net = query.isp && counter.on_net;
    apart.content_class = counter.content_class;
    apart.owner = counter.owner;
    apart.receipts = -counter.receipts;
    apart.unacknowledged = counter.sent;
    apart.unacknowledged_receipts = counter.receipts;
    if (auto added = count.add(apart); !added) return added;
  }
  return {};
}

Status count_five_minutes(Store& store, IspId isp, const TimeWindow& window, UsageCount& count) {
  const auto counters = store.accounts().uplink_series(isp, window.from, window.until);
  if (!counters) return tl::make_unexpected(counters.error());
  for (const auto& counter : *counters) {
    auto added = count.add({counter.start,
                            counter.agreement,
                            counter.on_net,
                            counter.content_class,
                            counter.owner,
                            counter.counters.acked,
                            counter.counters.receipts,
                            {},
                            0});
    if (!added) return added;
  }
  return {};
}

Status count_quarters(Store& store, IspId isp, const TimeWindow& window, UsageCount& count) {
  AccountQuery query;
  query.from = isp;
  query.cdn_node = false;
  query.since = window.from;
  query.until = window.until;
  query.group_by = {AccountDimension::agreement, AccountDimension::isp_pair, AccountDimension::owner,
                    AccountDimension::content_class, AccountDimension::quarter};
  const auto rows = store.accounts().query(query);
  if (!rows) return tl::make_unexpected(rows.error());
  for (const auto& row : *rows) {
    auto added = count.add({row.quarter.value().start(),
                            row.agreement.value(),
                            row.from == row.to,
                            row.content_class.value(),
                            row.owner.value(),
                            row.counters.acked,
                            row.counters.receipts,
                            {},
                            0});
    if (!added) return added;
  }
  return {};
}

}  // namespace

Result<Usage> isp_usage(Store& store, IspId isp, const TimeWindow& window, DurationMs grain) {
  UsageCount count(grain);
  auto read =
      grain == kFiveMinutes ? count_five_minutes(store, isp, window, count) : count_quarters(store, isp, window, count);
  if (!read) return pass_on(read);
  if (auto apart = set_apart(store, {isp, false, {}, window.from, window.until}, count); !apart) return pass_on(apart);
  return count.usage();
}

Result<Usage> owner_usage(Store& store, const std::string& owner, const TimeWindow& window) {
  AccountQuery query;
  query.owner = owner;
  query.since = window.from;
  query.until = window.until;
  query.group_by = {AccountDimension::content_class, AccountDimension::quarter};
  const auto rows = store.accounts().query(query);
  if (!rows) return tl::make_unexpected(rows.error());
  UsageCount count(kQuarterHour);
  for (const auto& row : *rows) {
    auto added = count.add({row.quarter.value().start(),
                            {},
                            false,
                            row.content_class.value(),
                            owner,
                            row.counters.acked,
                            row.counters.receipts,
                            {},
                            0});
    if (!added) return pass_on(added);
  }
  if (auto apart = set_apart(store, {{}, {}, owner, window.from, window.until}, count); !apart) return pass_on(apart);
  return count.usage();
}

Result<std::vector<DeliveryCount>> owner_deliveries(Store& store, const std::string& owner, const TimeWindow& window) {
  const auto contents = store.registry().contents();
  if (!contents) return tl::make_unexpected(contents.error());
  std::map<ContentId, std::string> titles;
  for (const auto& content : *contents) titles[content.id] = content.title;
  DeliveryQuery query;
  query.owner = owner;
  query.since = window.from;
  query.until = window.until;
  query.witness = DeliveryWitness::receiver;
  const auto deliveries = store.evidence().deliveries(query);
  if (!deliveries) return tl::make_unexpected(deliveries.error());
  std::vector<DeliveryCount> counts;
  for (const auto& delivery : *deliveries) {
    const auto title = titles.find(delivery.content);
    counts.push_back({delivery.completed, title == titles.end() ? delivery.content.hex() : title->second, 1});
  }
  return counts;
}

}  // namespace waybill::tracker
