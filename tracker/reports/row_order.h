#pragma once
// In which order a report's rows are shown, and how many of them (--order, --limit). Pure.
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/types/result.h"
#include "tracker/reports/grouping.h"

namespace waybill::tracker {

// `name`: by the rows' own cells, rising, as fold_rows gives them. The others: the most first, equals by name.
enum class RowOrder { name, bytes, unacknowledged, receipts };

Result<RowOrder> parse_row_order(std::string_view text);  // "name", "bytes", "unacknowledged", "receipts"
// True: the row with `a` stands before the one with `b`; never where neither is more.
bool stands_before(RowOrder order, const Counters& a, const Counters& b);

// Rows in that order, cut after `limit`. `left_out` is what was cut, as one sum.
struct OrderedRows {
  std::vector<ReportRow> rows;
  std::size_t left_out_rows = 0;
  Counters left_out;
};
OrderedRows order_rows(std::vector<ReportRow> rows, RowOrder order, std::optional<std::size_t> limit);

}  // namespace waybill::tracker
