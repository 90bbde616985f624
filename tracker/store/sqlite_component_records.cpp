// The network component records (FIG. 5): receipts joined with the components of their paths.
#include "tracker/store/sqlite_accounts_detail.h"
#include "tracker/store/sqlite_filter_detail.h"
#include "tracker/store/sqlite_paths_detail.h"

namespace waybill::tracker {

namespace {

constexpr char kRecordTables[] =
    " FROM network_components n JOIN path_components c ON c.component_id = n.id JOIN paths p ON p.id = c.path_id "
    "JOIN receipts r ON r.path_id = p.id JOIN orders o ON o.id = r.order_id";

SqliteFilter filter_of(const ComponentQuery& query) {
  SqliteFilter filter;
  filter.add_if("n.key = ?", query.key);
  if (query.kind) filter.add_number("n.kind = ?", static_cast<int>(*query.kind));
  filter.add_if("c.isp = ?", query.isp);
  filter.add_if("c.into_isp = ?", query.into);
  filter.add_if("o.owner = ?", query.owner);
  filter.add_if("o.content = ?", query.content);
  filter.add_if("r.end_ms >= ?", query.since);
  filter.add_if("r.end_ms < ?", query.until);
  return filter;
}

ComponentRecord read_record(const SqliteQuery& row) {
  ComponentRecord record;
  record.component = read_path_component(row, 0);
  const int next = kPathComponentColumnCount;
  record.receipt = {row.id<OrderId>(next), row.integer(next + 1)};
  record.path = row.text(next + 2);
  record.table_version = row.integer(next + 3);
  record.sender = row.id<AgentKey>(next + 4);
  record.receiver = row.id<AgentKey>(next + 5);
  record.source_isp = row.row_id<IspId>(next + 6);
  record.destination_isp = row.row_id<IspId>(next + 7);
  record.content = row.id<ContentId>(next + 8);
  record.owner = row.text(next + 9);
  record.title = row.text(next + 10);
  record.start = row.time(next + 11);
  record.end = row.time(next + 12);
  record.acked = {row.integer(next + 13)};
  record.sent = {row.integer(next + 14)};
  return record;
}

}  // namespace

Result<std::vector<ComponentRecord>> SqliteAccounts::component_records(const ComponentQuery& query,
                                                                       std::int64_t limit) {
  auto filter = filter_of(query);
  const auto where = filter.where();
  const auto sql = std::string("SELECT ") + kPathComponentColumns +
                   ", r.order_id, r.sequence, p.printed, p.table_version, o.sender, o.receiver, o.source_isp, "
                   "o.destination_isp, o.content, o.owner, t.title, r.start_ms, r.end_ms, r.acked, r.sent" +
                   kRecordTables + " LEFT JOIN contents t ON t.id = o.content" + where +
                   " ORDER BY r.end_ms DESC, r.order_id, r.sequence DESC, c.position LIMIT ?";
  return connection_.read([&]() -> Result<std::vector<ComponentRecord>> {
    std::vector<ComponentRecord> all;
    auto rows = connection_.query(sql);
    filter.bind_to(rows);
    rows.bind(limit > 0 ? limit : std::int64_t{-1});  // SQLite: a negative limit is none
    while (rows.step()) all.push_back(read_record(rows));
    return all;
  });
}

Result<std::vector<ComponentSum>> SqliteAccounts::component_sums(const ComponentQuery& query) {
  const auto filter = filter_of(query);
  // Beside max(), SQLite takes the bare columns from the row that holds the maximum: the label last resolved.
  const auto sql = std::string(
                       "SELECT n.key, n.kind, c.label, c.isp, c.into_isp, sum(r.acked), sum(r.sent), "
                       "count(*), max(c.path_id)") +
                   kRecordTables + filter.where() + " GROUP BY n.id ORDER BY n.key";
  return connection_.read([&]() -> Result<std::vector<ComponentSum>> {
    std::vector<ComponentSum> all;
    auto rows = connection_.query(sql);
    filter.bind_to(rows);
    while (rows.step()) {
      all.push_back({rows.text(0),
                     static_cast<ComponentKind>(rows.integer(1)),
                     rows.text(2),
                     rows.row_id<IspId>(3),
                     rows.row_id<IspId>(4),
                     {{rows.integer(5)}, {rows.integer(6)}, rows.integer(7)}});
    }
    return all;
  });
}

}  // namespace waybill::tracker
