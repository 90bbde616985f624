// What was refused, counted.
#include <map>
#include <tuple>

#include "common/protocol/limits.h"
#include "tracker/store/accounts.h"
#include "tracker/store/sql_evidence_detail.h"
#include "tracker/store/sql_filter_detail.h"

namespace waybill::tracker {

namespace {

// Both tables lead with the same columns; `unit` is "quarter" or "day", of `quarters` quarter-hours.
SqlFilter filter_of(const RefusalQuery& query, const std::string& unit, std::int64_t quarters) {
  SqlFilter filter;
  filter.add_if("source_isp = ?", query.source_isp);
  if (query.since) filter.add_number(unit + " >= ?", quarter_at_or_after(*query.since).number / quarters);
  if (query.until) {
    const auto end = quarter_at_or_after(*query.until).number;
    filter.add_number(unit + " < ?", (end + quarters - 1) / quarters);
  }
  return filter;
}

}  // namespace

Status SqlEvidence::count_refusals(const std::vector<RefusedReceipt>& refused) {
  return connection_.write(
      [&]() -> Status {
        // In the order of their keys, as every writer's, so that two trackers never wait for each other.
        std::map<std::tuple<int, std::int64_t, std::int64_t>, std::int64_t> counts;
        std::map<std::tuple<int, std::int64_t, std::int64_t>, const RefusedReceipt*> first;
        for (const auto& receipt : refused) {
          const auto status = static_cast<int>(receipt.status);
          const auto quarter = quarter_of(receipt.received_at).number;
          ++counts[{status, receipt.source_isp.value, quarter}];
          first.try_emplace({status, receipt.source_isp.value, quarter / kQuartersOfDay}, &receipt);
        }
        auto count = connection_.insert_many(
            "INSERT INTO refusals(status, source_isp, quarter, count) VALUES(?, ?, ?, ?) "
            "ON CONFLICT(status, source_isp, quarter) DO UPDATE SET count = refusals.count + excluded.count");
        for (const auto& [key, number] : counts)
          count.add(std::get<0>(key), std::get<1>(key), std::get<2>(key), number);
        count.run();
        auto example = connection_.insert_many(
            "INSERT INTO refusal_examples(status, source_isp, day, received_at, envelope) VALUES(?, ?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING");
        for (const auto& [key, receipt] : first) {
          example.add(std::get<0>(key), std::get<1>(key), std::get<2>(key), receipt->received_at,
                      Blob{receipt->envelope.substr(0, protocol::kMaxReceiptBytes)});
        }
        example.run();
        return {};
      },
      Writers::together);
}

Result<std::vector<RefusalCount>> SqlEvidence::refusals(const RefusalQuery& query) {
  const auto filter = filter_of(query, "quarter", 1);
  const auto sql = "SELECT status, source_isp, sum(count) FROM refusals" + filter.where() +
                   " GROUP BY status, source_isp ORDER BY status, source_isp";
  return connection_.read([&]() -> Result<std::vector<RefusalCount>> {
    std::vector<RefusalCount> all;
    auto rows = connection_.query(sql);
    filter.bind_to(rows);
    while (rows.step()) {
      all.push_back({static_cast<protocol::ReceiptStatus>(rows.integer(0)), rows.row_id<IspId>(1), rows.integer(2)});
    }
    return all;
  });
}

Result<std::vector<RefusalExample>> SqlEvidence::refusal_examples(const RefusalQuery& query) {
  const auto filter = filter_of(query, "day", kQuartersOfDay);
  const auto sql = "SELECT status, source_isp, received_at, envelope FROM refusal_examples" + filter.where() +
                   " ORDER BY received_at, status, source_isp";
  return connection_.read([&]() -> Result<std::vector<RefusalExample>> {
    std::vector<RefusalExample> all;
    auto rows = connection_.query(sql);
    filter.bind_to(rows);
    while (rows.step()) {
      all.push_back(
          {static_cast<protocol::ReceiptStatus>(rows.integer(0)), rows.row_id<IspId>(1), rows.time(2), rows.bytes(3)});
    }
    return all;
  });
}

}  // namespace waybill::tracker
