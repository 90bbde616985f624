#include "tracker/alerts/delivery_schedule.h"

#include <algorithm>

namespace waybill::tracker {

DurationMs retry_delay(std::int64_t attempts) {
  constexpr std::int64_t kMostDoublings = 20;  // beyond the longest delay, within 63 bits
  const auto doublings = std::clamp<std::int64_t>(attempts - 1, 0, kMostDoublings);
  return std::min(DurationMs{kFirstRetryDelay.value << doublings}, kMaxRetryDelay);
}

AlertDeliveryResult settle_attempt(const DeliveryOutcome& outcome, TimeMs created, std::int64_t attempts, TimeMs now) {
  switch (outcome.kind) {
    case DeliveryOutcome::Kind::delivered:
      return {AlertDeliveryState::delivered, now, now, ""};
    case DeliveryOutcome::Kind::refused:
      return {AlertDeliveryState::failed, now, now, "refused: " + outcome.why};
    case DeliveryOutcome::Kind::try_later:
      break;
  }
  if (now - created >= kGiveUpAfter) {
    return {AlertDeliveryState::failed, now, now,
            "given up after " + std::to_string(attempts) + " attempts: " + outcome.why};
  }
  return {AlertDeliveryState::pending, now, now + retry_delay(attempts), outcome.why};
}

}  // namespace waybill::tracker
