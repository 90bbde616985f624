#pragma once
// A cache with a stated limit: two generations. When the young one is full the old one is dropped, so that whatever was
// asked for since the change before stays. Owned by one thread, or guarded by its owner's lock.
#include <cstddef>
#include <unordered_map>
#include <utility>

#include "common/types/check.h"

namespace waybill {

template <typename Key, typename Value, typename Hash = std::hash<Key>>
class BoundedCache {
 public:
  explicit BoundedCache(std::size_t limit) : half_(limit / 2) { WAYBILL_ASSERT(half_ > 0, "a cache needs room"); }

  // Null where it is not known. Valid until the next call.
  const Value* find(const Key& key) {
    if (const auto young = young_.find(key); young != young_.end()) return &young->second;
    const auto old = old_.find(key);
    if (old == old_.end()) return nullptr;
    auto kept = old_.extract(old);
    make_room();
    return &young_.insert(std::move(kept)).position->second;
  }
  void put(const Key& key, Value value) {
    make_room();
    young_.insert_or_assign(key, std::move(value));
  }
  void clear() {
    young_.clear();
    old_.clear();
  }
  std::size_t size() const { return young_.size() + old_.size(); }  // a key in both generations counts twice

 private:
  void make_room() {
    if (young_.size() < half_) return;
    old_ = std::move(young_);
    young_.clear();
  }

  std::size_t half_;
  std::unordered_map<Key, Value, Hash> young_, old_;
};

}  // namespace waybill
