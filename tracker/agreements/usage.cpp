#include "tracker/agreements/usage.h"

#include <fmt/format.h>

namespace waybill::tracker {

Status UsageCount::add(const UsageBucket& receipt) {
  const TimeMs start{receipt.start.value / grain_.value * grain_.value};
  auto& sum =
      sums_
          .try_emplace(
              {start, !receipt.on_net, receipt.content_class, receipt.owner, receipt.agreement},
              UsageBucket{start, receipt.agreement, receipt.on_net, receipt.content_class, receipt.owner, {}, 0, {}, 0})
          .first->second;
  if (__builtin_add_overflow(sum.acked.value, receipt.acked.value, &sum.acked.value) ||
      __builtin_add_overflow(sum.receipts, receipt.receipts, &sum.receipts) ||
      __builtin_add_overflow(sum.unacknowledged.value, receipt.unacknowledged.value, &sum.unacknowledged.value) ||
      __builtin_add_overflow(sum.unacknowledged_receipts, receipt.unacknowledged_receipts,
                             &sum.unacknowledged_receipts)) {
    return refuse(fmt::format("the usage at {} does not fit in 63 bits", format_time(start)));
  }
  return {};
}

Usage UsageCount::usage() const {
  Usage usage{grain_, {}};
  for (const auto& [key, bucket] : sums_) usage.buckets.push_back(bucket);
  return usage;
}

Status check_usage(const Usage& usage, const TimeWindow& window) {
  if (window.from >= window.until) {
    return refuse(fmt::format("the window is reversed or empty: it begins at {} and ends at {}",
                              format_time(window.from), format_time(window.until)));
  }
  if (window.from < kEarliestAgreement || window.until > kLatestAgreement) {
    return refuse("the window is outside the years 1971 to 9998");
  }
  if (usage.grain != kFiveMinutes && usage.grain != kQuarterHour) return refuse("usage is by 5 or 15 minutes");
  for (const auto& bucket : usage.buckets) {
    const auto time = format_time(bucket.start);
    if (bucket.start.value % usage.grain.value != 0) return refuse(fmt::format("usage at {} is off its grain", time));
    if (bucket.start < window.from || bucket.start >= window.until) {
      return refuse(fmt::format("usage at {} is outside the window", time));
    }
    const bool below = bucket.acked.value < 0 || bucket.receipts < 0 || bucket.unacknowledged.value < 0 ||
                       bucket.unacknowledged_receipts < 0;
    if (below) return refuse(fmt::format("usage at {} is below zero", time));
  }
  return {};
}

}  // namespace waybill::tracker
