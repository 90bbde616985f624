#include "tracker/ingest/ingest_caches_detail.h"
#include "tracker/paths/path_resolver.h"

namespace waybill::tracker {

namespace {

void append(ByteString& key, std::int64_t number) { key.append(reinterpret_cast<const char*>(&number), sizeof number); }

void append(ByteString& key, const IpAddress& address) {
  key.append(reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size());
}

// All that a resolution depends on: everything but the times.
ByteString key_of(const protocol::Path& path, const OrderFacts& order, const PathTables& tables) {
  ByteString key;
  key.reserve(96 + path.hops.size() * 64);
  append(key, tables.version());
  append(key, order.source_isp.value);
  append(key, order.destination_isp.value);
  append(key, static_cast<std::int64_t>(path.method) * 2 + (path.complete ? 1 : 0));
  append(key, path.source);
  append(key, path.destination);
  for (const auto& hop : path.hops) {
    append(key, hop.ttl * 8 + static_cast<int>(hop.side) * 2 + (hop.address ? 1 : 0));
    if (hop.address) append(key, *hop.address);
    append(key, static_cast<std::int64_t>(hop.name.size()));
    key.append(hop.name);
  }
  return key;
}

}  // namespace

std::shared_ptr<const OrderFacts> OrderFactsCache::find(const OrderId& id) {
  const std::lock_guard lock(mutex_);
  const auto* known = known_.find(id);
  return known ? *known : nullptr;
}

void OrderFactsCache::put(std::shared_ptr<const OrderFacts> facts) {
  const std::lock_guard lock(mutex_);
  const auto id = facts->id;
  known_.put(id, std::move(facts));
}

std::shared_ptr<const PathToRecord> PathCache::resolve(const protocol::Path& path, const OrderFacts& order,
                                                       const PathTables& tables) {
  auto key = key_of(path, order, tables);
  {
    const std::lock_guard lock(mutex_);
    if (const auto* known = known_.find(key)) return *known;
  }
  auto resolved = path_to_record(tracker::resolve(path, order.source_isp, order.destination_isp, tables));
  const std::lock_guard lock(mutex_);
  known_.put(key, resolved);
  return resolved;
}

}  // namespace waybill::tracker
