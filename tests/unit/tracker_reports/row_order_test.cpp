#include "tracker/reports/row_order.h"

#include <doctest/doctest.h>

namespace waybill::tracker {
namespace {

std::vector<ReportRow> rows() {
  return {{{"a"}, {{10}, {19}, 3}}, {{"b"}, {{30}, {31}, 1}}, {{"c"}, {{10}, {11}, 9}}, {{"d"}, {{20}, {25}, 2}}};
}

std::string names(const OrderedRows& ordered) {
  std::string text;
  for (const auto& row : ordered.rows) text += row.cells.front();
  return text;
}

TEST_CASE("rows by name, or the most first and equals by name") {
  CHECK(names(order_rows(rows(), RowOrder::name, {})) == "abcd");
  CHECK(names(order_rows(rows(), RowOrder::bytes, {})) == "bdac");
  CHECK(names(order_rows(rows(), RowOrder::unacknowledged, {})) == "adbc");
  CHECK(names(order_rows(rows(), RowOrder::receipts, {})) == "cadb");
}

TEST_CASE("what a limit cuts is counted") {
  const auto cut = order_rows(rows(), RowOrder::bytes, 1);
  CHECK(names(cut) == "b");
  CHECK(cut.left_out_rows == 3);
  CHECK(cut.left_out == Counters{{40}, {55}, 14});
  const auto whole = order_rows(rows(), RowOrder::bytes, 4);
  CHECK(whole.left_out_rows == 0);
  CHECK(whole.left_out == Counters{});
}

TEST_CASE("orders by their names") {
  CHECK(parse_row_order("bytes") == RowOrder::bytes);
  CHECK(parse_row_order("name") == RowOrder::name);
  const auto refused = parse_row_order("size");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "'size' is not an order (one of name, bytes, unacknowledged, receipts)");
}

}  // namespace
}  // namespace waybill::tracker
