#pragma once
// So many at once, and so many a second in the long run, for each key. Owned by one thread.
#include <cstddef>
#include <string>

#include "common/types/bounded_cache.h"
#include "common/types/units.h"

namespace waybill::tracker {

class RateLimit {
 public:
  // `burst` at once; one more each `per_item` after that. Of more than `keys` keys those are forgotten that were seen
  // longest ago.
  RateLimit(int burst, DurationMs per_item, std::size_t keys) : burst_(burst), per_item_(per_item), debts_(keys) {}

  // `now` is monotonic.
  bool full(const std::string& key, DurationMs now);
  void count(const std::string& key, DurationMs now);
  DurationMs pause() const { return per_item_; }  // after which one more fits

 private:
  // When all that was counted will have been worked off.
  DurationMs free_at(const std::string& key, DurationMs now);
  int burst_;
  DurationMs per_item_;
  BoundedCache<std::string, DurationMs> debts_;
};

}  // namespace waybill::tracker
