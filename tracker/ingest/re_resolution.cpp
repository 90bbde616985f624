#include "tracker/ingest/re_resolution.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "tracker/ingest/ingest_caches_detail.h"

namespace waybill::tracker {

namespace {

struct Seen {
  protocol::ReceiptId receipt;
  Counters counters;
};
// Receipts by the path they have and the one that they would have.
using Groups = std::map<std::pair<std::int64_t, std::shared_ptr<const PathToRecord>>, std::vector<Seen>>;

Result<Groups> resolve_all(Store& store, const PathTables& tables, const ReceiptQuery& window,
                           RecordResolution& resolution, WorkMeter* meter) {
  PathCache cache;
  Groups groups;
  // One value for each new path, however often the cache forgot it.
  std::map<ByteString, std::shared_ptr<const PathToRecord>> paths;
  const auto status = store.evidence().each_receipt(window, [&](const StoredReceipt& stored) -> Status {
    if (++resolution.receipts > kMaxReResolved) {
      return refuse(fmt::format("more than {} receipts end in that time: resolve a shorter one (--since, --until)",
                                kMaxReResolved));
    }
    const auto opened = protocol::read_receipt(stored.envelope);
    if (!opened) return fail(fmt::format("receipt {}: {}", stored.id.order.brief(), opened.error().message));
    auto path = cache.resolve(opened->receipt.path, stored.facts, tables);
    path = paths.try_emplace(path->digest, path).first->second;
    groups[{stored.path, path}].push_back({stored.id, {stored.acked, stored.sent, 1}});
    if (meter) meter->step();
    return {};
  });
  if (!status) return tl::make_unexpected(status.error());
  return groups;
}

bool same_records(const ResolvedPath& before, ResolvedPath after) {
  after.table_version = before.table_version;
  return before == after;
}

std::vector<std::string> keys_of(const ResolvedPath& path) {
  std::vector<std::string> keys;
  for (const auto& component : path.components) keys.push_back(component.key);
  return keys;
}

void count(ReResolutionPlan& plan, const ResolvedPath& path, const Counters& counters,
           Counters ComponentDifference::*side) {
  for (const auto& component : path.components) {
    auto& difference = plan.components[component.key];
    difference.kind = component.kind;
    difference.label = component.label;
    difference.*side += counters;
  }
}

}  // namespace

Result<ReResolutionPlan> plan_re_resolution(Store& store, const PathTables& tables, TimeMs since,
                                            std::optional<TimeMs> until, TimeMs now, WorkMeter* meter) {
  ReResolutionPlan plan;
  plan.resolution.happened = now;
  plan.resolution.since = since;
  plan.resolution.until = until;
  plan.resolution.table_version = tables.version();
  ReceiptQuery window;
  window.since = since;
  window.until = until;
  const auto groups = resolve_all(store, tables, window, plan.resolution, meter);
  if (!groups) return tl::make_unexpected(groups.error());
  // Of the components that occur on a path that differs; their bytes are those of the whole window.
  std::set<std::string> concerned;
  std::map<std::int64_t, ResolvedPath> before;
  for (const auto& [pair, receipts] : *groups) {
    const auto& [from, to] = pair;
    auto known = before.find(from);
    if (known == before.end()) {
      auto path = store.evidence().path(from);
      if (!path) return pass_on(path);
      known = before.emplace(from, *std::move(path)).first;
    }
    Counters counters;
    for (const auto& seen : receipts) counters += seen.counters;
    count(plan, known->second, counters, &ComponentDifference::before);
    count(plan, to->path, counters, &ComponentDifference::after);
    if (same_records(known->second, to->path)) continue;
    for (const auto& seen : receipts) plan.moves.push_back({seen.receipt, from, to});
    plan.paths.push_back({keys_of(known->second), keys_of(to->path), to->path.printed, counters});
    for (const ResolvedPath* path : {&std::as_const(known->second), &to->path}) {
      for (const auto& component : path->components) concerned.insert(component.key);
    }
  }
  std::erase_if(plan.components, [&](const auto& entry) { return !concerned.contains(entry.first); });
  std::stable_sort(plan.paths.begin(), plan.paths.end(),
                   [](const auto& a, const auto& b) { return a.counters.acked > b.counters.acked; });
  plan.resolution.changed = static_cast<std::int64_t>(plan.moves.size());
  return plan;
}

}  // namespace waybill::tracker
