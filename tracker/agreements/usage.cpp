#include "tracker/agreements/usage.h"

#include <fmt/format.h>

namespace waybill::tracker {

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
    if (bucket.acked.value < 0 || bucket.receipts < 0) return refuse(fmt::format("usage at {} is below zero", time));
  }
  return {};
}

}  // namespace waybill::tracker
