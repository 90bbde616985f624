#include "tracker/store/cdn_records.h"

#include "common/crypto/digest.h"
#include "tracker/store/sql_cdn_records_detail.h"
#include "tracker/store/sql_unacknowledged_detail.h"

namespace waybill::tracker {

AgentKey client_of(const CdnRecord& record) {
  const auto& bytes = record.client.bytes;
  const auto key = AgentKey::from_bytes(
      crypto::sha256("waybill cdn log client" + ByteString(reinterpret_cast<const char*>(bytes.data()), bytes.size())));
  WAYBILL_ASSERT(key, "a SHA-256 is as long as a key");
  return *key;
}

OrderFacts facts_of(const CdnRecord& record) {
  OrderFacts facts;
  const auto id = OrderId::from_bytes(record.id.view());
  WAYBILL_ASSERT(id, "a request's id is as long as an order's");
  facts.id = *id;
  facts.content = record.content;
  facts.owner = record.owner;
  facts.content_class = record.content_class;
  facts.receiver = client_of(record);
  facts.source_isp = record.source_isp;
  facts.destination_isp = record.destination_isp;
  facts.sender_address = record.server;
  facts.receiver_address = record.client;
  facts.on_net = record.source_isp && record.source_isp == record.destination_isp;
  facts.cdn_node = true;
  facts.unacknowledged = true;
  return facts;
}

Result<std::vector<bool>> SqlCdnRecords::known(const std::vector<RequestId>& ids) {
  return connection_.read([&]() -> Result<std::vector<bool>> {
    std::vector<bool> found(ids.size());
    auto rows = connection_.find_many("SELECT sent FROM cdn_records WHERE id = ?");
    for (const auto& id : ids) rows.add(id);
    while (rows.step()) found[rows.index()] = true;
    return found;
  });
}

Status SqlCdnRecords::add(const std::vector<CdnRecord>& records) {
  return connection_.write(
      [&]() -> Status {
        auto rows = connection_.insert_many(
            "INSERT INTO cdn_records(id, content, owner, class, source_isp, destination_isp, server, client, "
            "client_key, started, ended, sent, whole) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING");
        std::vector<UnacknowledgedCounter> counters;
        for (const auto& record : records) {
          const auto facts = facts_of(record);
          rows.add(record.id, record.content, record.owner, static_cast<int>(record.content_class), record.source_isp,
                   record.destination_isp, record.server, record.client, facts.receiver, record.started, record.ended,
                   record.sent, record.whole);
          counters.push_back(unacknowledged_counter(facts, record.ended, record.sent));
        }
        if (rows.run() < static_cast<std::int64_t>(records.size())) return refuse("a request is recorded already");
        add_unacknowledged(connection_, counters);
        return {};
      },
      Writers::together);
}

Status SqlCdnRecords::each(const std::function<Status(const CdnRecord&)>& visit) {
  return connection_.read([&]() -> Status {
    auto rows = connection_.stream(
        "SELECT id, content, owner, class, source_isp, destination_isp, server, client, started, ended, sent, whole "
        "FROM cdn_records ORDER BY id");
    while (rows.step()) {
      CdnRecord record;
      record.id = rows.id<RequestId>(0);
      record.content = rows.id<ContentId>(1);
      record.owner = rows.text(2);
      record.content_class = static_cast<ContentClass>(rows.integer(3));
      record.source_isp = rows.row_id<IspId>(4);
      record.destination_isp = rows.row_id<IspId>(5);
      record.server = rows.address(6);
      record.client = rows.address(7);
      record.started = rows.time(8);
      record.ended = rows.time(9);
      record.sent = {rows.integer(10)};
      record.whole = rows.flag(11);
      if (auto status = visit(record); !status) return status;
    }
    return {};
  });
}

}  // namespace waybill::tracker
