#include <map>

#include "common/protocol/limits.h"
#include "tracker/store/sql_evidence_detail.h"
#include "tracker/store/sql_filter_detail.h"
#include "tracker/store/sql_unacknowledged_detail.h"

namespace waybill::tracker {

Result<std::optional<ByteString>> SqlEvidence::receipt_envelope(const protocol::ReceiptId& id) {
  auto found = receipt_envelopes({id});
  if (!found) return pass_on(found);
  return std::move(found->front());
}

Result<std::vector<std::optional<ByteString>>> SqlEvidence::receipt_envelopes(
    const std::vector<protocol::ReceiptId>& ids) {
  return connection_.read([&]() -> Result<std::vector<std::optional<ByteString>>> {
    std::vector<std::optional<ByteString>> found(ids.size());
    auto rows = connection_.find_many("SELECT envelope FROM receipts WHERE order_id = ? AND sequence = ?");
    for (const auto& id : ids) rows.add(id.order, id.sequence);
    while (rows.step()) found[rows.index()] = rows.bytes(0);
    return found;
  });
}

Status SqlEvidence::add_receipts(const std::vector<NewReceipt>& receipts, const std::vector<OrderState>& states) {
  return connection_.write(
      [&]() -> Status {
        std::vector<const PathToRecord*> resolved;
        for (const auto& receipt : receipts) resolved.push_back(receipt.path.get());
        const auto paths = paths_.intern(resolved);
        auto rows = connection_.insert_many(
            "INSERT INTO receipts(order_id, sequence, start_ms, end_ms, acked, sent, received_at, path_id, envelope) "
            "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)");
        for (std::size_t i = 0; i < receipts.size(); ++i) {
          const auto& receipt = receipts[i];
          rows.add(receipt.id.order, receipt.id.sequence, receipt.start, receipt.end, receipt.acked, receipt.sent,
                   receipt.received_at, paths[i], Blob{receipt.envelope});
        }
        rows.run();
        auto state_rows = connection_.insert_many(
            "INSERT INTO order_states(order_id, last_sequence, receipts, acked_total, sent_total, acked_pieces) "
            "VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(order_id) DO UPDATE SET last_sequence = excluded.last_sequence, "
            "receipts = excluded.receipts, acked_total = excluded.acked_total, sent_total = excluded.sent_total, "
            "acked_pieces = excluded.acked_pieces");
        for (const auto& state : states) {
          state_rows.add(state.order, state.last_sequence, state.receipts, state.acked_total, state.sent_total,
                         state.acked_pieces);
        }
        state_rows.run();
        count_carried(receipts, paths);
        return {};
      },
      Writers::together);
}

// What the components of the paths and the senders' uplinks carried. The orders say whose content it was.
void SqlEvidence::count_carried(const std::vector<NewReceipt>& receipts, const std::vector<std::int64_t>& paths) {
  std::map<OrderId, OrderFacts> parts;
  for (const auto& receipt : receipts) parts.try_emplace(receipt.id.order);
  std::vector<OrderFacts*> asked;
  auto orders = connection_.find_many(
      "SELECT source_isp, agreement, on_net, cdn_node, owner, class, unacknowledged FROM orders WHERE id = ?");
  for (auto& [order, part] : parts) {
    orders.add(order);
    asked.push_back(&part);
  }
  while (orders.step()) {
    auto& part = *asked[orders.index()];
    part.source_isp = orders.row_id<IspId>(0);
    part.agreement = orders.row_id<AgreementId>(1);
    part.on_net = orders.flag(2);
    part.cdn_node = orders.flag(3);
    part.owner = orders.text(4);
    part.content_class = static_cast<ContentClass>(orders.integer(5));
    part.unacknowledged = orders.flag(6);
  }
  std::vector<PathLoad> loads;
  std::vector<UplinkCounter> uplinks;
  std::vector<UnacknowledgedCounter> unacknowledged;
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    const auto& receipt = receipts[i];
    const auto& part = parts.at(receipt.id.order);
    const auto span = span_of(SpanGrain::five_minutes, receipt.end);
    const Counters counters{receipt.acked, receipt.sent, 1};
    loads.push_back({paths[i], part.owner, part.content_class, span.number, counters});
    if (part.unacknowledged) unacknowledged.push_back(unacknowledged_counter(part, receipt.end, receipt.sent));
    if (part.cdn_node) continue;
    uplinks.push_back(
        {part.source_isp, span.start(), part.agreement, part.on_net, part.owner, part.content_class, counters});
  }
  carried_.add(loads);
  carried_.add_uplinks(uplinks);
  add_unacknowledged(connection_, unacknowledged);
}

namespace {

StoredReceipt read_receipt_row(const SqlRow& row) {
  StoredReceipt receipt;
  receipt.id = {row.id<OrderId>(0), row.integer(1)};
  receipt.start = row.time(2);
  receipt.end = row.time(3);
  receipt.acked = {row.integer(4)};
  receipt.sent = {row.integer(5)};
  receipt.received_at = row.time(6);
  receipt.path = row.integer(7);
  receipt.envelope = row.bytes(8);
  receipt.order_envelope = row.bytes(9);
  receipt.facts = read_order_facts(row, 10);
  return receipt;
}

SqlFilter filter_of(const ReceiptQuery& query) {
  SqlFilter filter;
  filter.add_if("r.order_id = ?", query.order);
  filter.add_if("o.source_isp = ?", query.source_isp);
  filter.add_if("o.agreement = ?", query.agreement);
  filter.add_if("o.content = ?", query.content);
  filter.add_if("r.end_ms >= ?", query.since);
  filter.add_if("r.end_ms < ?", query.until);
  // A receipt ends within its order's window, give or take the tolerance: so an index over orders finds it.
  const auto tolerance = protocol::kClockTolerance.value;
  if (query.since) filter.add_number("o.not_after >= ?", query.since->value - tolerance);
  if (query.until) filter.add_number("o.not_before <= ?", query.until->value + tolerance);
  return filter;
}

}  // namespace

Status SqlEvidence::each_receipt(const ReceiptQuery& query, const std::function<Status(const StoredReceipt&)>& visit) {
  const auto filter = filter_of(query);
  const auto sql = std::string(
                       "SELECT r.order_id, r.sequence, r.start_ms, r.end_ms, r.acked, r.sent, r.received_at, "
                       "r.path_id, r.envelope, o.envelope, ") +
                   kOrderColumns + " FROM receipts r JOIN orders o ON o.id = r.order_id" + filter.where() +
                   " ORDER BY r.order_id, r.sequence";
  return connection_.read([&]() -> Status {
    auto rows = connection_.stream(sql);
    filter.bind_to(rows);
    while (rows.step()) {
      if (auto status = visit(read_receipt_row(rows)); !status) return status;
    }
    return {};
  });
}

Result<ResolvedPath> SqlEvidence::path(std::int64_t path) {
  return connection_.read([&] { return paths_.load(path); });
}

}  // namespace waybill::tracker
