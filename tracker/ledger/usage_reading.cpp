#include "tracker/ledger/usage_reading.h"

#include <map>
#include <tuple>

namespace waybill::tracker {

namespace {

// All of it is priced as files, as `settle` does: both must tell classes apart at once, or they round differently.
constexpr auto kClass = ContentClass::file;

Result<Usage> five_minutes(Store& store, IspId isp, const TimeWindow& window) {
  using Key = std::tuple<TimeMs, AgreementId, bool, std::string>;
  std::map<Key, UsageBucket> sums;
  ReceiptQuery query;
  query.source_isp = isp;
  query.since = window.from;
  query.until = window.until;
  const auto read = store.evidence().each_receipt(query, [&](const StoredReceipt& receipt) -> Status {
    const auto& facts = receipt.facts;
    if (facts.cdn_node) return {};
    const TimeMs start{receipt.end.value / kFiveMinutes.value * kFiveMinutes.value};
    auto& sum = sums[{start, facts.agreement, facts.on_net, facts.owner}];
    sum.start = start;
    sum.agreement = facts.agreement;
    sum.on_net = facts.on_net;
    sum.content_class = kClass;
    sum.owner = facts.owner;
    sum.acked += receipt.acked;
    ++sum.receipts;
    return {};
  });
  if (!read) return tl::make_unexpected(read.error());
  Usage usage{kFiveMinutes, {}};
  for (auto& [key, bucket] : sums) usage.buckets.push_back(std::move(bucket));
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
                    AccountDimension::quarter};
  const auto rows = store.accounts().query(query);
  if (!rows) return tl::make_unexpected(rows.error());
  Usage usage{kQuarterHour, {}};
  for (const auto& row : *rows) {
    usage.buckets.push_back({row.quarter.value().start(), row.agreement.value(), row.from == row.to, kClass,
                             row.owner.value(), row.counters.acked, row.counters.receipts});
  }
  return usage;
}

Result<Usage> owner_usage(Store& store, const std::string& owner, const TimeWindow& window) {
  AccountQuery query;
  query.owner = owner;
  query.since = window.from;
  query.until = window.until;
  query.group_by = {AccountDimension::quarter};
  const auto rows = store.accounts().query(query);
  if (!rows) return tl::make_unexpected(rows.error());
  Usage usage{kQuarterHour, {}};
  for (const auto& row : *rows) {
    usage.buckets.push_back(
        {row.quarter.value().start(), {}, false, kClass, owner, row.counters.acked, row.counters.receipts});
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
