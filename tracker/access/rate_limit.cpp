#include "tracker/access/rate_limit.h"

#include <algorithm>

namespace waybill::tracker {

DurationMs RateLimit::free_at(const std::string& key, DurationMs now) {
  const auto* debt = debts_.find(key);
  return debt == nullptr ? now : DurationMs{std::max(debt->value, now.value)};
}

bool RateLimit::full(const std::string& key, DurationMs now) {
  return free_at(key, now).value + per_item_.value > now.value + burst_ * per_item_.value;
}

void RateLimit::count(const std::string& key, DurationMs now) {
  debts_.put(key, DurationMs{free_at(key, now).value + per_item_.value});
}

}  // namespace waybill::tracker
