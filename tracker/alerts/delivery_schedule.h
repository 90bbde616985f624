#pragma once
// When a delivery is tried again, and when it is given up. Pure.
#include <string>

#include "tracker/store/alerts.h"

namespace waybill::tracker {

// How one attempt ended.
struct DeliveryOutcome {
  enum class Kind {
    delivered,
    try_later,  // no answer, or one that says so (HTTP 408, 425, 429, 5xx; SMTP 4yz)
    refused,    // an answer that will not change (other HTTP 3xx and 4xx; SMTP 5yz)
  };
  Kind kind = Kind::try_later;
  std::string why;  // one line without secrets; empty where it was delivered
};

// Before the n-th retry: 2 s, 4 s, 8 s, ... and 10 minutes at most.
inline constexpr DurationMs kFirstRetryDelay = seconds(2);
inline constexpr DurationMs kMaxRetryDelay = minutes(10);
// A delivery that nobody took for so long is listed as failed.
inline constexpr DurationMs kGiveUpAfter = hours(24);

DurationMs retry_delay(std::int64_t attempts);
// After the attempt-th attempt of a delivery that was created then.
AlertDeliveryResult settle_attempt(const DeliveryOutcome& outcome, TimeMs created, std::int64_t attempts, TimeMs now);

}  // namespace waybill::tracker
