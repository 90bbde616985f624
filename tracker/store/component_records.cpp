// The network component records (FIG. 5): receipts joined with the components of their paths.
#include <limits>

#include "tracker/store/sql_accounts_detail.h"
#include "tracker/store/sql_filter_detail.h"
#include "tracker/store/sql_paths_detail.h"

namespace waybill::tracker {

namespace {

constexpr char kRecordTables[] =
    " FROM network_components n JOIN path_components c ON c.component_id = n.id JOIN paths p ON p.id = c.path_id "
    "JOIN receipts r ON r.path_id = p.id JOIN orders o ON o.id = r.order_id";

SqlFilter filter_of(const ComponentQuery& query) {
  SqlFilter filter;
  filter.add_if("n.key = ?", query.key);
  if (query.kind) filter.add_number("n.kind = ?", static_cast<int>(*query.kind));
  filter.add_if("c.isp = ?", query.isp);
  filter.add_if("c.into_isp = ?", query.into);
  filter.add_if("o.owner = ?", query.owner);
  if (query.content_class) filter.add_number("o.class = ?", static_cast<int>(*query.content_class));
  filter.add_if("o.content = ?", query.content);
  filter.add_if("r.end_ms >= ?", query.since);
  filter.add_if("r.end_ms < ?", query.until);
  return filter;
}

ComponentRecord read_record(const SqlRow& row) {
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

Result<std::vector<ComponentRecord>> SqlAccounts::component_records(const ComponentQuery& query, std::int64_t limit) {
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
    rows.bind(limit > 0 ? limit : std::numeric_limits<std::int64_t>::max());
    while (rows.step()) all.push_back(read_record(rows));
    return all;
  });
}

void SqlAccounts::sum_receipts(const ComponentQuery& query, std::map<std::int64_t, Counters>& sums) {
  const auto filter = filter_of(query);
  auto rows = connection_.query(std::string("SELECT n.id, sum(r.acked), sum(r.sent), count(*)") + kRecordTables +
                                filter.where() + " GROUP BY n.id");
  filter.bind_to(rows);
  while (rows.step()) sums[rows.integer(0)] += {{rows.integer(1)}, {rows.integer(2)}, rows.integer(3)};
}

void SqlAccounts::sum_receipts_by(const ComponentQuery& query, DurationMs grain, ComponentSeries& series) {
  const auto filter = filter_of(query);
  // Every time is after 1970: the division rounds down.
  auto rows =
      connection_.query("SELECT n.key, r.end_ms / " + std::to_string(grain.value) +
                        ", sum(r.acked), sum(r.sent), count(*)" + kRecordTables + filter.where() + " GROUP BY 1, 2");
  filter.bind_to(rows);
  while (rows.step()) {
    series[{rows.text(0), rows.integer(1)}] += {{rows.integer(2)}, {rows.integer(3)}, rows.integer(4)};
  }
}

}  // namespace waybill::tracker
