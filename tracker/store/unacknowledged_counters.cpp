#include <map>
#include <tuple>

#include "tracker/store/sql_accounts_detail.h"
#include "tracker/store/sql_unacknowledged_detail.h"

namespace waybill::tracker {

namespace {

constexpr char kColumns[] =
    "SELECT source_isp, five_minutes, agreement, on_net, cdn_node, owner, class, sent, receipts "
    "FROM unacknowledged_counters";

UnacknowledgedCounter read_row(const SqlRow& row) {
  UnacknowledgedCounter counter;
  counter.isp = row.row_id<IspId>(0);
  counter.start = Span{SpanGrain::five_minutes, row.integer(1)}.start();
  counter.agreement = row.row_id<AgreementId>(2);
  counter.on_net = row.flag(3);
  counter.cdn_node = row.flag(4);
  counter.owner = row.text(5);
  counter.content_class = static_cast<ContentClass>(row.integer(6));
  counter.sent = {row.integer(7)};
  counter.receipts = row.integer(8);
  return counter;
}

}  // namespace

UnacknowledgedCounter unacknowledged_counter(const OrderFacts& facts, TimeMs end, SentBytes sent) {
  UnacknowledgedCounter counter;
  counter.isp = facts.source_isp;
  counter.start = span_of(SpanGrain::five_minutes, end).start();
  counter.agreement = facts.agreement;
  counter.on_net = facts.on_net;
  counter.cdn_node = facts.cdn_node;
  counter.owner = facts.owner;
  counter.content_class = facts.content_class;
  counter.sent = sent;
  counter.receipts = 1;
  return counter;
}

void add_unacknowledged(SqlConnection& connection, const std::vector<UnacknowledgedCounter>& added) {
  using Key = std::tuple<IspId, std::int64_t, AgreementId, bool, bool, std::string, int>;
  std::map<Key, std::pair<SentBytes, std::int64_t>> sums;
  for (const auto& one : added) {
    const auto five_minutes = span_of(SpanGrain::five_minutes, one.start).number;
    auto& sum = sums[{one.isp, five_minutes, one.agreement, one.on_net, one.cdn_node, one.owner,
                      static_cast<int>(one.content_class)}];
    sum.first += one.sent;
    sum.second += one.receipts;
  }
  auto upserts = connection.insert_many(
      "INSERT INTO unacknowledged_counters(source_isp, five_minutes, agreement, on_net, cdn_node, owner, class, sent, "
      "receipts) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT(source_isp, five_minutes, agreement, on_net, cdn_node, owner, class) DO UPDATE SET "
      "sent = unacknowledged_counters.sent + excluded.sent, "
      "receipts = unacknowledged_counters.receipts + excluded.receipts");
  for (const auto& [key, sum] : sums) {
    const auto& [isp, five_minutes, agreement, on_net, cdn_node, owner, content_class] = key;
    upserts.add(isp, five_minutes, agreement, on_net, cdn_node, owner, content_class, sum.first, sum.second);
  }
  upserts.run();
}

Result<std::vector<UnacknowledgedCounter>> SqlAccounts::unacknowledged_series(const UnacknowledgedQuery& query) {
  SqlFilter filter;
  filter.add_if("source_isp = ?", query.isp);
  filter.add_if("cdn_node = ?", query.cdn_node);
  filter.add_if("owner = ?", query.owner);
  filter.add_number("five_minutes >= ?", span_at_or_after(SpanGrain::five_minutes, query.since).number);
  filter.add_number("five_minutes < ?", span_at_or_after(SpanGrain::five_minutes, query.until).number);
  const auto sql =
      kColumns + filter.where() + " ORDER BY five_minutes, source_isp, agreement, on_net, cdn_node, owner, class";
  return connection_.read([&]() -> Result<std::vector<UnacknowledgedCounter>> {
    std::vector<UnacknowledgedCounter> all;
    auto rows = connection_.query(sql);
    filter.bind_to(rows);
    while (rows.step()) all.push_back(read_row(rows));
    return all;
  });
}

Status SqlAccounts::each_unacknowledged_counter(const std::function<Status(const UnacknowledgedCounter&)>& visit) {
  return connection_.read([&]() -> Status {
    auto rows = connection_.stream(std::string(kColumns) +
                                   " ORDER BY source_isp, five_minutes, agreement, on_net, cdn_node, owner, class");
    while (rows.step()) {
      if (auto status = visit(read_row(rows)); !status) return status;
    }
    return {};
  });
}

}  // namespace waybill::tracker
