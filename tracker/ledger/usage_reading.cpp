#include "tracker/ledger/usage_reading.h"

#include <map>

namespace waybill::tracker {

namespace {

Result<Usage> five_minutes(Store& store, IspId isp, const TimeWindow& window) {
  const auto counters = store.accounts().uplink_series(isp, window.from, window.until);
  if (!counters) return tl::make_unexpected(counters.error());
  Usage usage{kFiveMinutes, {}};
  for (const auto& counter : *counters) {
    usage.buckets.push_back({counter.start, counter.agreement, counter.on_net, counter.content_class, counter.owner,
                             counter.counters.acked, counter.counters.receipts});
  }
  return usage;
}

}  // namespace

Result<Usage> isp_usage(Store& store, IspId isp, const TimeWindow& window, DurationMs grain) {
  if (grain == kFiveMinutes) return five_minutes(store, isp, window);
  AccountQuery query;
  query.from = isp;
  query.cdn_node = false;
  query.since = window.from;
  query.until = window.until;
  query.group_by = {AccountDimension::agreement, AccountDimension::isp_pair, AccountDimension::owner,
                    AccountDimension::content_class, AccountDimension::quarter};
  const auto rows = store.accounts().query(query);
  if (!rows) return tl::make_unexpected(rows.error());
  Usage usage{kQuarterHour, {}};
  for (const auto& row : *rows) {
    usage.buckets.push_back({row.quarter.value().start(), row.agreement.value(), row.from == row.to,
                             row.content_class.value(), row.owner.value(), row.counters.acked, row.counters.receipts});
  }
  return usage;
}

Result<Usage> owner_usage(Store& store, const std::string& owner, const TimeWindow& window) {
  AccountQuery query;
  query.owner = owner;
  query.since = window.from;
  query.until = window.until;
  query.group_by = {AccountDimension::content_class, AccountDimension::quarter};
  const auto rows = store.accounts().query(query);
  if (!rows) return tl::make_unexpected(rows.error());
  Usage usage{kQuarterHour, {}};
  for (const auto& row : *rows) {
    usage.buckets.push_back({row.quarter.value().start(),
                             {},
                             false,
                             row.content_class.value(),
                             owner,
                             row.counters.acked,
                             row.counters.receipts});
  }
  return usage;
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
