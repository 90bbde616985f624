// Receipts moved to the paths that later tables make of their raw hops.
#include "tracker/store/record_resolutions.h"

#include <set>

#include "tracker/paths/path_tables.h"
#include "tracker/store/registry.h"
#include "tracker/store/sql_record_resolutions_detail.h"

namespace waybill::tracker {

Status SqlRecordResolutions::check_moves(const std::vector<PathMove>& moves) {
  auto found = connection_.find_many("SELECT path_id FROM receipts WHERE order_id = ? AND sequence = ?");
  std::set<std::pair<OrderId, std::int64_t>> named;
  for (const auto& move : moves) {
    if (!named.emplace(move.receipt.order, move.receipt.sequence).second) {
      return refuse("receipt " + move.receipt.order.brief() + " comes twice among those to move");
    }
    found.add(move.receipt.order, move.receipt.sequence);
  }
  std::size_t known = 0;
  while (found.step()) {
    if (found.integer(0) == moves[found.index()].from) ++known;
  }
  if (known != moves.size()) return refuse("the records changed since they were looked at: look again");
  return {};
}

Result<RecordResolution> SqlRecordResolutions::apply(const RecordResolution& resolution,
                                                     const std::vector<PathMove>& moves) {
  return connection_.write([&]() -> Result<RecordResolution> {
    if (auto status = check_moves(moves); !status) return pass_on(status);
    auto applied = resolution;
    applied.changed = static_cast<std::int64_t>(moves.size());
    applied.id = connection_
                     .query(
                         "INSERT INTO re_resolutions(happened, since, until, table_version, receipts, changed) "
                         "VALUES(?, ?, ?, ?, ?, ?) RETURNING id")
                     .bind(applied.happened, applied.since, applied.until, applied.table_version, applied.receipts,
                           applied.changed)
                     .run_for_id();
    std::vector<const PathToRecord*> paths;
    for (const auto& move : moves) paths.push_back(move.to.get());
    const auto rows = paths_.intern(paths);
    auto moved = connection_.insert_many(
        "INSERT INTO re_resolved_receipts(re_resolution, order_id, sequence, from_path, to_path) VALUES(?, ?, ?, ?, "
        "?)");
    for (std::size_t i = 0; i < moves.size(); ++i) {
      moved.add(applied.id, moves[i].receipt.order, moves[i].receipt.sequence, moves[i].from, rows[i]);
    }
    moved.run();
    const auto changed =
        connection_
            .query(
                "UPDATE receipts SET path_id = (SELECT m.to_path FROM re_resolved_receipts m WHERE "
                "m.re_resolution = ? AND m.order_id = receipts.order_id AND m.sequence = receipts.sequence) WHERE "
                "(order_id, sequence) IN (SELECT order_id, sequence FROM re_resolved_receipts WHERE "
                "re_resolution = ?)")
            .bind(applied.id, applied.id)
            .run();
    if (changed != applied.changed) return fail("not every record moved: the database is damaged");
    move_counters(applied.id);
    return applied;
  });
}

// What the components of the former paths carried, to those of the new ones.
void SqlRecordResolutions::move_counters(std::int64_t resolution) {
  std::vector<PathLoad> loads;
  {
    auto rows = connection_.query(
        "SELECT m.from_path, m.to_path, o.owner, o.class, r.end_ms / 300000, sum(r.acked), sum(r.sent), count(*) "
        "FROM re_resolved_receipts m JOIN receipts r ON r.order_id = m.order_id AND r.sequence = m.sequence "
        "JOIN orders o ON o.id = m.order_id WHERE m.re_resolution = ? GROUP BY 1, 2, 3, 4, 5");
    rows.bind(resolution);
    while (rows.step()) {
      const Counters moved{{rows.integer(5)}, {rows.integer(6)}, rows.integer(7)};
      PathLoad load{rows.integer(0), rows.text(2), static_cast<ContentClass>(rows.integer(3)), rows.integer(4), {}};
      load.added = {{-moved.acked.value}, {-moved.sent.value}, -moved.receipts};
      loads.push_back(load);
      load.path = rows.integer(1);
      load.added = moved;
      loads.push_back(load);
    }
  }
  carried_.add(loads);
}

Result<std::vector<RecordResolution>> SqlRecordResolutions::all() {
  return connection_.read([&]() -> Result<std::vector<RecordResolution>> {
    std::vector<RecordResolution> all;
    auto rows = connection_.query(
        "SELECT id, happened, since, until, table_version, receipts, changed FROM re_resolutions ORDER BY id");
    while (rows.step()) {
      all.push_back({rows.integer(0), rows.time(1), rows.time(2), rows.optional_time(3), rows.integer(4),
                     rows.integer(5), rows.integer(6)});
    }
    return all;
  });
}

Result<PathTables> read_path_tables(Registry& registry, std::shared_ptr<const RoutingTable> routes) {
  const auto version = registry.table_version();
  if (!version) return tl::make_unexpected(version.error());
  const auto isps = registry.isps();
  if (!isps) return tl::make_unexpected(isps.error());
  auto components = registry.components();
  if (!components) return pass_on(components);
  const auto insights = registry.insights();
  if (!insights) return tl::make_unexpected(insights.error());
  std::vector<IspName> names;
  std::vector<PrefixEntry> prefixes;
  std::unordered_map<Asn, IspId> isp_of_asn;
  for (const auto& isp : *isps) {
    names.push_back({isp.id, isp.name});
    for (const auto& prefix : isp.prefixes) prefixes.push_back({prefix, isp.id});
    for (const auto asn : isp.asns) isp_of_asn.emplace(asn, isp.id);
  }
  auto tables = PathTables::build(*version, std::move(names), std::move(prefixes), *std::move(components), *insights);
  if (tables) tables->use_routes(std::move(routes), std::move(isp_of_asn));
  return tables;
}

}  // namespace waybill::tracker
