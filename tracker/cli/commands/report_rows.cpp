#include <algorithm>

#include <fmt/format.h>

#include "tracker/cli/commands/counted_words.h"
#include "tracker/cli/commands/report_rows_json.h"
#include "tracker/reports/byte_size.h"

namespace waybill::tracker {

using nlohmann::json;

std::vector<Grouping> read_groupings(Arguments& arguments) {
  std::vector<Grouping> groupings;
  for (const auto& text : arguments.list("group_by")) {
    const auto grouping = parse_grouping(text);
    if (!grouping) {
      arguments.fault("group_by", grouping.error().message);
    } else if (std::find(groupings.begin(), groupings.end(), *grouping) == groupings.end()) {
      groupings.push_back(*grouping);
    }
  }
  return groupings;
}

RowChoice RowChoice::read(Arguments& arguments) {
  RowChoice choice;
  const auto order = arguments.read_as("order", [](const std::string& text) { return parse_row_order(text); });
  choice.order = order.value_or(RowOrder::name);
  if (const auto limit = arguments.integer("limit", 1, kMaxRowLimit)) choice.limit = static_cast<std::size_t>(*limit);
  return choice;
}

json counters_json(const Counters& counters) {
  return {{"acknowledged_bytes", counters.acked.value},
          {"unacknowledged_bytes", counters.unacknowledged().value},
          {"receipts", counters.receipts}};
}

std::vector<SheetColumn> group_columns(const std::vector<Grouping>& groupings) {
  std::vector<SheetColumn> columns;
  for (const auto& group : columns_of(groupings)) {
    const bool id = group.key == "content" || group.key == "client";
    columns.push_back({group.key, group.heading, id ? "id" : "text"});
  }
  return columns;
}

void add_question(Answer& answer, const std::string& what, const std::string& words, const json& facts) {
  answer.result["question"] = facts;
  answer.lines.push_back(fmt::format("{}{}{}", what, words.empty() ? "" : ": ", words));
}

void add_total(Answer& answer, const Counters& total) {
  answer.result.update(counters_json(total));
  answer.lines.push_back(fmt::format("{} acknowledged bytes ({}) by {}", exact_bytes(total.acked.value),
                                     human_bytes(total.acked.value), counted(total.receipts, "receipt", "receipts")));
}

void add_rows(Answer& answer, std::vector<ReportRow> rows, const std::vector<Grouping>& groupings,
              const RowChoice& choice) {
  const auto ordered = order_rows(std::move(rows), choice.order, choice.limit);
  const auto groups = columns_of(groupings);
  auto& list = answer.result["rows"] = json::array();
  for (const auto& row : ordered.rows) {
    auto value = counters_json(row.counters);
    for (std::size_t i = 0; i < groups.size(); ++i) value[groups[i].key] = row.cells[i];
    list.push_back(std::move(value));
  }
  if (ordered.left_out_rows > 0) {
    answer.result["left_out"] = counters_json(ordered.left_out);
    answer.result["left_out"]["rows"] = ordered.left_out_rows;
    answer.notes.push_back(fmt::format("{} with {} bytes are left out by --limit",
                                       counted(static_cast<std::int64_t>(ordered.left_out_rows), "row", "rows"),
                                       exact_bytes(ordered.left_out.acked.value)));
  }
  auto columns = group_columns(groupings);
  columns.push_back({"acknowledged_bytes", "ACKNOWLEDGED BYTES", "bytes"});
  columns.push_back({"unacknowledged_bytes", "UNACKNOWLEDGED BYTES", "number"});
  columns.push_back({"receipts", "RECEIPTS", "number"});
  answer.add_sheet("rows", columns);
}

}  // namespace waybill::tracker
