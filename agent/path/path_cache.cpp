#include "agent/path/path_cache.h"

#include <algorithm>

namespace waybill::agent {

void PathCache::put(const PathKey& key, protocol::Path path, DurationMs now) {
  if (limit_ == 0) return;
  if (entries_.size() >= limit_ && !entries_.contains(key)) {
    entries_.erase(std::min_element(entries_.begin(), entries_.end(),
                                    [](const auto& a, const auto& b) { return a.second.at < b.second.at; }));
  }
  entries_.insert_or_assign(key, Entry{std::move(path), now});
}

const protocol::Path* PathCache::fresh(const PathKey& key, DurationMs now) const {
  const auto found = entries_.find(key);
  if (found == entries_.end() || now - found->second.at >= lifetime_) return nullptr;
  return &found->second.path;
}

const protocol::Path* PathCache::any(const PathKey& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second.path;
}

bool TraceBudget::take(DurationMs now) {
  const auto passed = last_ ? std::clamp<std::int64_t>((now - *last_).value, 0, kToken) : 0;
  last_ = now;
  tokens_ms_ = std::min(full(), tokens_ms_ + passed * per_minute_);
  if (tokens_ms_ < kToken) return false;
  tokens_ms_ -= kToken;
  return true;
}

}  // namespace waybill::agent
