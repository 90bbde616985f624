// The ISP x ISP matrix: who sent how much to whom, over any window.
#include <map>
#include <set>

#include <fmt/format.h>

#include "tracker/cli/commands/account_question_json.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/report_rows_json.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

struct Matrix {
  std::map<std::string, std::map<std::string, Counters>> cells;  // by the sender's ISP, then the receiver's
  std::set<std::string> receivers;
  Counters total;
};

Matrix fill(const std::vector<AccountRow>& rows, const ReportNames& names) {
  Matrix matrix;
  for (const auto& row : rows) {
    const auto to = names.isp(row.to.value());
    matrix.cells[names.isp(row.from.value())][to] += row.counters;
    matrix.receivers.insert(to);
    matrix.total += row.counters;
  }
  return matrix;
}

// A row for each sender with a column for each receiver; column keys cannot be those of "from" and "total".
void add_matrix(Answer& answer, const Matrix& matrix) {
  auto& rows = answer.result["rows"] = json::array();
  auto& pairs = answer.result["pairs"] = json::array();
  std::map<std::string, std::int64_t> received;
  const auto column = [](const std::string& isp) { return "to " + isp; };
  for (const auto& [from, cells] : matrix.cells) {
    json row{{"from", from}};
    std::int64_t sum = 0;
    for (const auto& to : matrix.receivers) {
      const auto found = cells.find(to);
      const auto bytes = found == cells.end() ? 0 : found->second.acked.value;
      row[column(to)] = bytes;
      received[to] += bytes;
      sum += bytes;
    }
    row["total"] = sum;
    rows.push_back(std::move(row));
    for (const auto& [to, counters] : cells) {
      auto pair = counters_json(counters);
      pair["from"] = from;
      pair["to"] = to;
      pairs.push_back(std::move(pair));
    }
  }
  json last{{"from", "total"}, {"total", matrix.total.acked.value}};
  for (const auto& [to, bytes] : received) last[column(to)] = bytes;
  rows.push_back(std::move(last));
  std::vector<SheetColumn> columns{{"from", "FROM \\ TO"}};
  for (const auto& to : matrix.receivers) columns.push_back({column(to), to, "number"});
  columns.push_back({"total", "TOTAL", "number"});
  answer.add_sheet("rows", columns);
}

}  // namespace

Result<Answer> report_matrix(AdministrationContext& context, Arguments& arguments) {
  const auto read = ReportArguments::read(arguments);
  const auto source = arguments.text("source");
  if (source && *source != "all" && *source != "peers" && *source != "cdn-nodes") {
    arguments.fault("source", "is peers, cdn-nodes or all");
  }
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto filters = resolve_filters(context, read, true);
  if (!filters) return pass_on(filters);
  auto question = account_question(*filters);
  if (!question) return pass_on(question);
  if (source && *source != "all") question->cdn_node = *source == "cdn-nodes";
  question->group_by = {AccountDimension::isp_pair};
  const auto rows = context.store.accounts().query(*question);
  if (!rows) return tl::make_unexpected(rows.error());
  const auto names = read_names(context.store.registry());
  if (!names) return tl::make_unexpected(names.error());
  const auto matrix = fill(*rows, *names);
  Answer answer;
  add_question(answer, "Acknowledged bytes from ISP (rows) to ISP (columns)", filters->words, filters->facts);
  if (source) answer.result["question"]["source"] = *source;
  add_total(answer, matrix.total);
  add_matrix(answer, matrix);
  return answer;
}

}  // namespace waybill::tracker
