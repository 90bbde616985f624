#include "tracker/reports/row_order.h"

#include <algorithm>
#include <string>

namespace waybill::tracker {

Result<RowOrder> parse_row_order(std::string_view text) {
  if (text == "name") return RowOrder::name;
  if (text == "bytes") return RowOrder::bytes;
  if (text == "unacknowledged") return RowOrder::unacknowledged;
  if (text == "receipts") return RowOrder::receipts;
  return refuse("'" + std::string(text) + "' is not an order (one of name, bytes, unacknowledged, receipts)");
}

bool stands_before(RowOrder order, const Counters& a, const Counters& b) {
  switch (order) {
    case RowOrder::name:
      return false;
    case RowOrder::bytes:
      return a.acked.value > b.acked.value;
    case RowOrder::unacknowledged:
      return a.unacknowledged().value > b.unacknowledged().value;
    case RowOrder::receipts:
      return a.receipts > b.receipts;
  }
  return false;
}

OrderedRows order_rows(std::vector<ReportRow> rows, RowOrder order, std::optional<std::size_t> limit) {
  std::stable_sort(rows.begin(), rows.end(), [order](const ReportRow& a, const ReportRow& b) {
    return stands_before(order, a.counters, b.counters);
  });
  OrderedRows ordered;
  if (limit && rows.size() > *limit) {
    ordered.left_out_rows = rows.size() - *limit;
    for (auto i = *limit; i < rows.size(); ++i) ordered.left_out += rows[i].counters;
    rows.resize(*limit);
  }
  ordered.rows = std::move(rows);
  return ordered;
}

}  // namespace waybill::tracker
