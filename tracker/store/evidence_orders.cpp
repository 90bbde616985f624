#include <algorithm>

#include "tracker/store/sql_evidence_detail.h"
#include "tracker/store/sql_filter_detail.h"

namespace waybill::tracker {

OrderFacts read_order_facts(const SqlRow& row, int first) {
  OrderFacts facts;
  facts.id = row.id<OrderId>(first);
  facts.content = row.id<ContentId>(first + 1);
  facts.owner = row.text(first + 2);
  facts.sender = row.id<AgentKey>(first + 3);
  facts.receiver = row.id<AgentKey>(first + 4);
  facts.agreement = row.row_id<AgreementId>(first + 5);
  facts.source_isp = row.row_id<IspId>(first + 6);
  facts.destination_isp = row.row_id<IspId>(first + 7);
  facts.sender_address = row.address(first + 8);
  facts.receiver_address = row.address(first + 9);
  facts.issued_at = row.time(first + 10);
  facts.not_before = row.time(first + 11);
  facts.not_after = row.time(first + 12);
  facts.byte_limit = {row.integer(first + 13)};
  facts.pieces = row.integer(first + 14);
  facts.on_net = row.flag(first + 15);
  facts.cdn_node = row.flag(first + 16);
  facts.content_class = static_cast<ContentClass>(row.integer(first + 17));
  facts.unacknowledged = row.flag(first + 18);
  return facts;
}

OrderState read_order_state(const SqlRow& row, const OrderId& order, int first) {
  OrderState state;
  state.order = order;
  state.last_sequence = row.integer(first);
  state.receipts = row.integer(first + 1);
  state.acked_total = {row.integer(first + 2)};
  state.sent_total = {row.integer(first + 3)};
  state.acked_pieces = row.integer(first + 4);
  return state;
}

Status SqlEvidence::add_orders(const std::vector<IssuedOrder>& orders) {
  return connection_.write(
      [&]() -> Status {
        auto insert = connection_.insert_many(
            "INSERT INTO orders(id, content, owner, sender, receiver, agreement, source_isp, destination_isp, "
            "sender_address, receiver_address, issued_at, not_before, not_after, byte_limit, pieces, on_net, cdn_node, "
            "class, unacknowledged, envelope) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING");
        for (const auto& issued : orders) {
          const auto facts = facts_of(issued);
          WAYBILL_ASSERT(facts.cdn_node == !facts.agreement, "CDN nodes serve without an agreement, others with one");
          insert.add(facts.id, facts.content, facts.owner, facts.sender, facts.receiver, facts.agreement,
                     facts.source_isp, facts.destination_isp, facts.sender_address, facts.receiver_address,
                     facts.issued_at, facts.not_before, facts.not_after, facts.byte_limit, facts.pieces, facts.on_net,
                     facts.cdn_node, static_cast<int>(facts.content_class), facts.unacknowledged,
                     Blob{issued.order.envelope});
        }
        if (insert.run() < static_cast<std::int64_t>(orders.size())) return refuse("an order is recorded already");
        return {};
      },
      Writers::together);
}

Result<std::vector<OrderFacts>> SqlEvidence::find_orders(const std::vector<OrderId>& ids) {
  return connection_.read([&]() -> Result<std::vector<OrderFacts>> {
    std::vector<OrderFacts> found;
    found.reserve(ids.size());
    auto rows = connection_.find_many(std::string("SELECT ") + kOrderColumns + " FROM orders o WHERE o.id = ?");
    for (const auto& id : ids) rows.add(id);
    while (rows.step()) found.push_back(read_order_facts(rows, 0));
    return found;
  });
}

Result<std::optional<ByteString>> SqlEvidence::order_envelope(const OrderId& id) {
  return connection_.read([&]() -> Result<std::optional<ByteString>> {
    auto row = connection_.query("SELECT envelope FROM orders WHERE id = ?");
    if (!row.bind(id).step()) return std::nullopt;
    return row.bytes(0);
  });
}

// Until the transaction ends, no other tracker reads these orders' states to change them. The orders' own rows are
// locked because those of order_states may not exist yet; in the order of ids, so that two trackers never wait for each
// other.
void SqlEvidence::lock_orders(std::vector<OrderId> ids) {
  const std::string lock = connection_.row_lock();
  if (lock.empty() || !connection_.in_transaction()) return;
  std::sort(ids.begin(), ids.end());
  auto rows = connection_.find_many("SELECT id FROM orders WHERE id = ?" + lock);
  for (const auto& id : ids) rows.add(id);
  while (rows.step()) {
  }
}

Result<std::vector<OrderState>> SqlEvidence::order_states(const std::vector<OrderId>& ids) {
  return connection_.read([&]() -> Result<std::vector<OrderState>> {
    lock_orders(ids);
    std::vector<OrderState> states(ids.size());
    auto rows =
        connection_.find_many(std::string("SELECT ") + kStateColumns + " FROM order_states s WHERE s.order_id = ?");
    for (std::size_t i = 0; i < ids.size(); ++i) {
      states[i].order = ids[i];
      rows.add(ids[i]);
    }
    while (rows.step()) states[rows.index()] = read_order_state(rows, ids[rows.index()], 0);
    return states;
  });
}

Status SqlEvidence::each_order_state(const std::function<Status(const OrderState&)>& visit) {
  return connection_.read([&]() -> Status {
    auto rows = connection_.stream(std::string("SELECT s.order_id, ") + kStateColumns +
                                   " FROM order_states s ORDER BY s.order_id");
    while (rows.step()) {
      if (auto status = visit(read_order_state(rows, rows.id<OrderId>(0), 1)); !status) return status;
    }
    return {};
  });
}

Result<std::vector<Transfer>> SqlEvidence::transfers(const TransferQuery& query) {
  SqlFilter filter;
  filter.add_if("o.source_isp = ?", query.source_isp);
  filter.add_if("o.destination_isp = ?", query.destination_isp);
  filter.add_if("o.content = ?", query.content);
  filter.add_if("o.sender = ?", query.sender);
  filter.add_if("o.receiver = ?", query.receiver);
  filter.add_if("o.issued_at >= ?", query.since);
  filter.add_if("o.issued_at < ?", query.until);
  if (query.with_receipts_only && !query.failed_only) filter.add("s.receipts > 0");
  if (query.failed_only) filter.add("f.why IS NOT NULL");
  // The latest path that was measured, if any was: a receipt made before the trace ended has none.
  const auto sql = std::string("SELECT ") + kOrderColumns + ", " + kStateColumns +
                   ", (SELECT min(start_ms) FROM receipts r WHERE r.order_id = o.id)"
                   ", (SELECT max(end_ms) FROM receipts r WHERE r.order_id = o.id)"
                   ", (SELECT r.path_id FROM receipts r JOIN paths p ON p.id = r.path_id WHERE r.order_id = o.id "
                   "ORDER BY p.printed = '', r.sequence DESC LIMIT 1)"
                   ", coalesce(f.why, '') FROM orders o LEFT JOIN order_states s ON s.order_id = o.id"
                   " LEFT JOIN order_failures f ON f.order_id = o.id" +
                   filter.where() + " ORDER BY o.issued_at, o.id";
  return connection_.read([&]() -> Result<std::vector<Transfer>> {
    std::vector<Transfer> all;
    auto rows = connection_.query(sql);
    filter.bind_to(rows);
    while (rows.step()) {
      Transfer transfer;
      transfer.facts = read_order_facts(rows, 0);
      transfer.state = read_order_state(rows, transfer.facts.id, kOrderColumnCount);
      transfer.first_start = rows.time(kOrderColumnCount + 5);
      transfer.last_end = rows.time(kOrderColumnCount + 6);
      transfer.path = rows.integer(kOrderColumnCount + 7);
      transfer.failure = rows.text(kOrderColumnCount + 8);
      all.push_back(std::move(transfer));
    }
    return all;
  });
}

Status SqlEvidence::add_failure(const OrderFailure& failure) {
  return connection_.write([&]() -> Status {
    connection_
        .query(
            "INSERT INTO order_failures(order_id, at, why) SELECT id, ?, ? FROM orders WHERE id = ? "
            "ON CONFLICT(order_id) DO NOTHING")
        .bind(failure.at, failure.why, failure.order)
        .run();
    return {};
  });
}

}  // namespace waybill::tracker
