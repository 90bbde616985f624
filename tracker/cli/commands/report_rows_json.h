#pragma once
// What the reports over counters have in common: what rows are split by, their order and number, and how they are
// shown. For the .cpp files of this folder.
#include <optional>
#include <string>
#include <vector>

#include "tracker/cli/commands/answer_json.h"
#include "tracker/cli/commands/arguments_json.h"
#include "tracker/reports/row_order.h"

namespace waybill::tracker {

std::vector<Grouping> read_groupings(Arguments& arguments);  // group_by; each once

// --order and --limit.
struct RowChoice {
  RowOrder order = RowOrder::name;
  std::optional<std::size_t> limit;
  static RowChoice read(Arguments& arguments);
};
inline constexpr std::int64_t kMaxRowLimit = 1'000'000;

nlohmann::json counters_json(const Counters& counters);
// The columns of the groups, for a sheet.
std::vector<SheetColumn> group_columns(const std::vector<Grouping>& groupings);
// "Bytes: from SP1, ..." and the sum, with result["question"] = the filters' facts.
void add_question(Answer& answer, const std::string& what, const std::string& words, const nlohmann::json& facts);
void add_total(Answer& answer, const Counters& total);
// result["rows"] and their sheet. Where --limit cuts, a note says what was left out, and result["left_out"].
void add_rows(Answer& answer, std::vector<ReportRow> rows, const std::vector<Grouping>& groupings,
              const RowChoice& choice);

}  // namespace waybill::tracker
