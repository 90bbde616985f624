// What arrived whole: signed for, announced by stock clients, or on a CDN node's log.
#include <algorithm>
#include <tuple>

#include "tracker/store/cdn_records.h"
#include "tracker/store/sql_evidence_detail.h"
#include "tracker/store/sql_filter_detail.h"

namespace waybill::tracker {

namespace {

// Of the same names in both tables, but for the receiver and the time.
SqlFilter filter_of(const DeliveryQuery& query, const char* receiver, const char* isp, const char* completed) {
  const auto is = [](const char* column, const char* comparison) { return std::string(column) + comparison; };
  SqlFilter filter;
  // One receiver's or one content's are few, an owner's may be most of all: SQLite, which keeps no statistics of them,
  // must not go by the owner's index then.
  filter.add_if(query.receiver || query.content ? "t.owner || '' = ?" : "t.owner = ?", query.owner);
  filter.add_if("t.content = ?", query.content);
  filter.add_if(is(receiver, " = ?"), query.receiver);
  filter.add_if(is(isp, " = ?"), query.receiver_isp);
  filter.add_if(is(completed, " >= ?"), query.since);
  filter.add_if(is(completed, " < ?"), query.until);
  return filter;
}

StoredDelivery read_row(const SqlRow& row) {
  StoredDelivery delivery;
  delivery.content = row.id<ContentId>(0);
  delivery.receiver = row.id<AgentKey>(1);
  delivery.owner = row.text(2);
  delivery.receiver_isp = row.row_id<IspId>(3);
  delivery.size = {row.integer(4)};
  delivery.started = row.time(5);
  delivery.completed = row.time(6);
  return delivery;
}

}  // namespace

Result<bool> SqlEvidence::add_delivery(const StoredDelivery& delivery) {
  WAYBILL_ASSERT(delivery.witness != DeliveryWitness::cdn_node, "a CDN node's delivery is a CdnRecord");
  return connection_.write(
      [&]() -> Result<bool> {
        auto insert = connection_.query(
            "INSERT INTO deliveries(content, receiver, started, owner, receiver_isp, size, completed, envelope, "
            "witness, address) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
        insert.bind(delivery.content, delivery.receiver, delivery.started, delivery.owner, delivery.receiver_isp,
                    delivery.size, delivery.completed, Blob{delivery.envelope}, static_cast<int>(delivery.witness),
                    delivery.address);
        return insert.run() > 0;
      },
      Writers::together);
}

void SqlEvidence::read_deliveries(const DeliveryQuery& query, std::vector<StoredDelivery>& all) {
  auto filter = filter_of(query, "t.receiver", "t.receiver_isp", "t.completed");
  if (query.witness) filter.add_number("t.witness = ?", static_cast<int>(*query.witness));
  auto rows = connection_.query(
      "SELECT t.content, t.receiver, t.owner, t.receiver_isp, t.size, t.started, t.completed, t.envelope, t.witness, "
      "t.address FROM deliveries t" +
      filter.where());
  filter.bind_to(rows);
  while (rows.step()) {
    auto& delivery = all.emplace_back(read_row(rows));
    delivery.envelope = rows.bytes(7);
    delivery.witness = static_cast<DeliveryWitness>(rows.integer(8));
    delivery.address = rows.optional_address(9);
  }
}

void SqlEvidence::read_cdn_deliveries(const DeliveryQuery& query, std::vector<StoredDelivery>& all) {
  auto filter = filter_of(query, "t.client_key", "t.destination_isp", "t.ended");
  filter.add_number("t.whole = ?", 1);
  filter.add(
      "NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.content = t.content AND d.address = t.client AND "
      "d.started <= t.ended AND d.completed >= t.started)");
  auto rows = connection_.query(
      "SELECT t.content, t.client_key, t.owner, t.destination_isp, t.sent, t.started, t.ended, t.client FROM "
      "cdn_records t" +
      filter.where());
  filter.bind_to(rows);
  while (rows.step()) {
    auto& delivery = all.emplace_back(read_row(rows));
    delivery.witness = DeliveryWitness::cdn_node;
    delivery.address = rows.address(7);
  }
}

Result<std::vector<StoredDelivery>> SqlEvidence::deliveries(const DeliveryQuery& query) {
  return connection_.read([&]() -> Result<std::vector<StoredDelivery>> {
    std::vector<StoredDelivery> all;
    if (query.witness != DeliveryWitness::cdn_node) read_deliveries(query, all);
    if (!query.witness || query.witness == DeliveryWitness::cdn_node) read_cdn_deliveries(query, all);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return std::tie(a.completed, a.content, a.receiver, a.started) <
             std::tie(b.completed, b.content, b.receiver, b.started);
    });
    return all;
  });
}

}  // namespace waybill::tracker
