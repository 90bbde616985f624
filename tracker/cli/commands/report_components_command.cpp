// What network components carried: the links with the most, or components of another kind.
#include <algorithm>

#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/component_bytes_json.h"
#include "tracker/cli/commands/component_question_json.h"
#include "tracker/cli/commands/report_rows_json.h"

namespace waybill::tracker {

using nlohmann::json;

Result<Answer> report_components(AdministrationContext& context, Arguments& arguments) {
  const auto read = ComponentQuestion::read(arguments, "links");
  const auto choice = RowChoice::read(arguments);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto filters = resolve_filters(context, read.filters, false);
  if (!filters) return pass_on(filters);
  if (auto ok = check_component(context, read.component); !ok) return pass_on(ok);
  std::vector<ReportRow> rows;
  for (const auto& query : queries_of(read, *filters)) {
    const auto sums = context.store.accounts().component_sums(query);
    if (!sums) return tl::make_unexpected(sums.error());
    for (const auto& sum : *sums) rows.push_back({{sum.key}, sum.counters});
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.cells < b.cells; });
  Answer answer;
  add_question(answer, "Bytes carried by network components", filters->words, filters->facts);
  answer.notes.push_back("One transfer is counted at each component of its path: rows do not add up.");
  const auto ordered = order_rows(std::move(rows), choice.order, choice.limit);
  auto& list = answer.result["rows"] = json::array();
  for (const auto& row : ordered.rows) {
    list.push_back(counters_json(row.counters));
    list.back()["component"] = row.cells.front();
  }
  if (ordered.left_out_rows > 0) {
    answer.result["left_out"] = {{"rows", ordered.left_out_rows}};
    answer.notes.push_back(fmt::format("{} further components are left out by --limit", ordered.left_out_rows));
  }
  answer.add_sheet("rows", {{"component", "COMPONENT"},
                            {"acknowledged_bytes", "ACKNOWLEDGED BYTES", "bytes"},
                            {"unacknowledged_bytes", "UNACKNOWLEDGED BYTES", "number"},
                            {"receipts", "RECEIPTS", "number"}});
  return answer;
}

}  // namespace waybill::tracker
