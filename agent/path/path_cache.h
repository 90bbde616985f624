#pragma once
// Paths found lately, and how many may be looked for: values of time that is passed in, no clock.
#include <map>
#include <optional>

#include "common/protocol/path.h"

namespace waybill::agent {

struct PathKey {
  IpAddress source;
  IpAddress destination;
  auto operator<=>(const PathKey&) const = default;
};

class PathCache {
 public:
  PathCache(DurationMs lifetime, std::size_t limit) : lifetime_(lifetime), limit_(limit) {}
  // `now` is monotonic. The oldest path makes room.
  void put(const PathKey& key, protocol::Path path, DurationMs now);
  const protocol::Path* fresh(const PathKey& key, DurationMs now) const;  // null: none, or older than the lifetime
  const protocol::Path* any(const PathKey& key) const;                    // however old; null: none
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    protocol::Path path;
    DurationMs at;
  };
  DurationMs lifetime_;
  std::size_t limit_;
  std::map<PathKey, Entry> entries_;
};

// A token bucket: at most `per_minute` at once, and as many in each minute after.
class TraceBudget {
 public:
  explicit TraceBudget(int per_minute) : per_minute_(per_minute), tokens_ms_(full()) {}
  bool take(DurationMs now);  // monotonic

 private:
  // Tokens are counted in milliseconds × per_minute, so that nothing is lost in rounding.
  static constexpr std::int64_t kToken = 60'000;
  std::int64_t full() const { return kToken * per_minute_; }
  int per_minute_;
  std::int64_t tokens_ms_;
  std::optional<DurationMs> last_;
};

}  // namespace waybill::agent
