#pragma once
// What the verifying threads remember together: the facts of orders, and the paths that were resolved lately.
#include <memory>
#include <mutex>
#include <vector>

#include "common/types/bounded_cache.h"
#include "tracker/paths/path_tables.h"
#include "tracker/store/evidence.h"

namespace waybill::tracker {

class OrderFactsCache {
 public:
  std::shared_ptr<const OrderFacts> find(const OrderId& id);
  void put(std::shared_ptr<const OrderFacts> facts);

 private:
  std::mutex mutex_;
  BoundedCache<OrderId, std::shared_ptr<const OrderFacts>> known_{1 << 17};
};

// The same hops between the same two ISPs are resolved once for each version of the tables.
class PathCache {
 public:
  std::shared_ptr<const PathToRecord> resolve(const protocol::Path& path, const OrderFacts& order,
                                              const PathTables& tables);

 private:
  std::mutex mutex_;
  BoundedCache<ByteString, std::shared_ptr<const PathToRecord>> known_{1 << 14};
};

}  // namespace waybill::tracker
