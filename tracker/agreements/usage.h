#pragma once
// What pricing is computed from: sums of verified receipts and deliveries by stretch of time.
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "tracker/agreements/isp_agreement.h"

namespace waybill::tracker {

// The bytes of a receipt count whole in the bucket of its `end`. What was sent to clients that acknowledge nothing
// stands apart.
struct UsageBucket {
  TimeMs start{};
  AgreementId agreement;  // under which the orders were signed; 0: not known
  bool on_net = false;    // sender and receiver at the same ISP
  ContentClass content_class = ContentClass::file;
  std::string owner;  // of the content
  AckedBytes acked;
  std::int64_t receipts = 0;      // of transfers that are acknowledged
  SentBytes unacknowledged = {};  // by the senders' word
  std::int64_t unacknowledged_receipts = 0;
  bool operator==(const UsageBucket&) const = default;
};

inline constexpr DurationMs kFiveMinutes = minutes(5);
inline constexpr DurationMs kQuarterHour = minutes(15);

struct Usage {
  DurationMs grain = kQuarterHour;   // kFiveMinutes or kQuarterHour: every bucket's length; starts are multiples of it
  std::vector<UsageBucket> buckets;  // in any order
};

// Whole deliveries of a title that the receiver signed for, wherever they came from.
struct DeliveryCount {
  TimeMs completed{};
  std::string title;
  std::int64_t count = 0;
  bool operator==(const DeliveryCount&) const = default;
};

// Counts receipts one by one into buckets.
class UsageCount {
 public:
  explicit UsageCount(DurationMs grain) : grain_(grain) {}
  // `receipt`: a bucket whose `start` is the end of the receipts that it stands for. Refused where bytes or receipts of
  // a bucket do not fit in 63 bits.
  Status add(const UsageBucket& receipt);
  Usage usage() const;  // by start, on-net first, class, owner, agreement

 private:
  using Key = std::tuple<TimeMs, bool, ContentClass, std::string, AgreementId>;
  DurationMs grain_;
  std::map<Key, UsageBucket> sums_;
};

// Refuses another grain, a start off the grain or outside `window`, and a count below zero.
Status check_usage(const Usage& usage, const TimeWindow& window);

}  // namespace waybill::tracker
