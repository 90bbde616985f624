// The network component records (FIG. 5): receipts joined with the components of their paths; and what they add up to.
#include <limits>

#include "tracker/store/account_columns_detail.h"
#include "tracker/store/account_rows_detail.h"
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

// What the records carried, by `columns` of theirs: these first, then the counters.
std::string sums_by(const std::string& columns, const SqlFilter& filter) {
  return "SELECT " + columns + ", sum(r.acked), sum(r.sent), count(*)" + kRecordTables + filter.where() + " GROUP BY " +
         columns;
}

Counters read_counters(const SqlRow& row, int first) {
  return {{row.integer(first)}, {row.integer(first + 1)}, row.integer(first + 2)};
}

// The number of the span in which a receipt ends. Every time is after 1970: the division rounds down.
std::string spans_of(DurationMs grain) { return "r.end_ms / " + std::to_string(grain.value); }

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
  auto rows = connection_.query(sums_by("n.id", filter));
  filter.bind_to(rows);
  while (rows.step()) sums[rows.integer(0)] += read_counters(rows, 1);
}

void SqlAccounts::sum_receipts_by(const ComponentQuery& query, DurationMs grain, ComponentSeries& series) {
  const auto filter = filter_of(query);
  auto rows = connection_.query(sums_by("n.key, " + spans_of(grain), filter));
  filter.bind_to(rows);
  while (rows.step()) series[{rows.text(0), rows.integer(1)}] += read_counters(rows, 2);
}

Result<std::vector<ComponentRow>> SqlAccounts::component_rows(const ComponentQuery& components,
                                                              const AccountQuery& query) {
  auto filter = filter_of(components);
  add_entities(filter, query, kOrderEntities);
  filter.add_if("r.end_ms >= ?", query.since);
  filter.add_if("r.end_ms < ?", query.until);
  const auto columns = entity_columns(query, kOrderEntities) + (by_span(query) ? spans_of(kQuarter) + ", " : "");
  return connection_.read([&]() -> Result<std::vector<ComponentRow>> {
    std::map<std::string, AccountRows> by_component;
    auto rows = connection_.stream(sums_by(columns + "n.key", filter));
    filter.bind_to(rows);
    while (rows.step()) {
      int column = 0;
      const auto object = read_entities(query, rows, column);
      const Quarter quarter{by_span(query) ? rows.integer(column++) : 0};
      const auto counters = read_counters(rows, column + 1);
      by_component.try_emplace(rows.text(column), query).first->second.add(object, quarter, counters);
    }
    std::vector<ComponentRow> all;
    for (auto& [key, found] : by_component) {
      // One without rows had nothing in the hours asked for; its total of nothing is no answer here.
      for (auto& row : found.take()) {
        if (row.counters.receipts > 0) all.push_back({key, std::move(row)});
      }
    }
    return all;
  });
}

}  // namespace waybill::tracker
