// The ISP x ISP matrix: who sent how much to whom, over any window.
#include <map>

#include "tracker/cli/commands/account_question_json.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/component_groups_json.h"
#include "tracker/cli/commands/report_rows_json.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

using Cells = std::vector<GroupCell>;              // of --group-by: each has a matrix of its own
using Received = std::map<std::string, Counters>;  // by the receiver's ISP
struct Matrix {
  // By the group, the sender's ISP, then the receiver's.
  std::map<std::pair<Cells, std::string>, Received> cells;
  Received received;  // by all matrices together: traffic that is in several of them, at components, counts once
  Counters total;
};

// The ISPs are rows and columns already.
void check_groups(Arguments& arguments, const std::vector<Grouping>& groupings) {
  for (const auto grouping : groupings) {
    const bool is_isp = grouping == Grouping::isp_pair || grouping == Grouping::sending_isp ||
                        grouping == Grouping::receiving_isp || grouping == Grouping::traffic;
    if (is_isp) arguments.fault("group_by", "the matrix is by ISP already: group it by something else");
  }
  check_component_groups(arguments, groupings);
}

void add_traffic(Matrix& matrix, const AccountRow& row, const ReportNames& names) {
  matrix.received[names.isp(row.to.value())] += row.counters;
  matrix.total += row.counters;
}

// The cells from the accounts or, by components, from the receipts at each of them; the sums from the accounts.
Result<Matrix> fill(Store& store, const ReportFilters& filters, AccountQuery question,
                    const std::vector<Grouping>& groupings) {
  const auto names = read_names(store.registry());
  if (!names) return tl::make_unexpected(names.error());
  auto clock = LocalClock::of(filters.timezone);
  if (!clock) return pass_on(clock);
  Matrix matrix;
  const auto add_cell = [&](const AccountRow& row, std::string_view component) {
    auto& cells = matrix.cells[{cells_of(row, groupings, *names, *clock, component), names->isp(row.from.value())}];
    cells[names->isp(row.to.value())] += row.counters;
  };
  const auto kind = kind_among(groupings);
  question.group_by = {AccountDimension::isp_pair};
  auto by_group = question;
  by_group.group_by.merge(dimensions_of(groupings));
  if (kind) {
    const auto rows = ask_components(store, filters, *kind, by_group);
    if (!rows) return tl::make_unexpected(rows.error());
    for (const auto& [key, row] : *rows) add_cell(row, key);
  }
  const auto rows = ask_accounts(store, filters, kind ? question : by_group);
  if (!rows) return tl::make_unexpected(rows.error());
  for (const auto& row : *rows) {
    add_traffic(matrix, row, *names);
    if (!kind) add_cell(row, {});
  }
  return matrix;
}

// Column keys of receivers cannot be those of "from", "total" and the groups.
std::string receiver_column(const std::string& isp) { return "to " + isp; }

void add_sheet(Answer& answer, const Matrix& matrix, const std::vector<Grouping>& groupings) {
  auto columns = group_columns(groupings);
  columns.push_back({"from", "FROM \\ TO"});
  for (const auto& [to, sum] : matrix.received) columns.push_back({receiver_column(to), to, "number"});
  columns.push_back({"total", "TOTAL", "number"});
  answer.add_sheet("rows", columns);
}

// A row for each group and sender with a column for each receiver, and one that adds them up.
void add_matrix(Answer& answer, const Matrix& matrix, const std::vector<Grouping>& groupings) {
  auto& rows = answer.result["rows"] = json::array();
  auto& pairs = answer.result["pairs"] = json::array();
  const auto groups = columns_of(groupings);
  for (const auto& [place, cells] : matrix.cells) {
    json row{{"from", place.second}};
    for (std::size_t i = 0; i < groups.size(); ++i) row[groups[i].key] = place.first[i].text;
    std::int64_t sum = 0;
    for (const auto& [to, received] : matrix.received) row[receiver_column(to)] = 0;
    for (const auto& [to, counters] : cells) {
      auto pair = counters_json(counters);
      pair["from"] = place.second;
      pair["to"] = to;
      for (std::size_t i = 0; i < groups.size(); ++i) pair[groups[i].key] = place.first[i].text;
      pairs.push_back(std::move(pair));
      row[receiver_column(to)] = counters.acked.value;
      sum += counters.acked.value;
    }
    row["total"] = sum;
    rows.push_back(std::move(row));
  }
  json last{{"from", "total"}, {"total", matrix.total.acked.value}};
  for (const auto& group : groups) last[group.key] = "total";
  for (const auto& [to, sum] : matrix.received) last[receiver_column(to)] = sum.acked.value;
  rows.push_back(std::move(last));
  add_sheet(answer, matrix, groupings);
}

}  // namespace

Result<Answer> report_matrix(AdministrationContext& context, Arguments& arguments) {
  auto read = ReportArguments::read(arguments);
  read.involving = arguments.text("involving");
  const auto cdn_node = read_source(arguments);
  const auto groupings = read_groupings(arguments);
  check_groups(arguments, groupings);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto filters = resolve_filters(context, read, true);
  if (!filters) return pass_on(filters);
  auto question = account_question(*filters);
  if (!question) return pass_on(question);
  question->cdn_node = cdn_node;
  const auto matrix = fill(context.store, *filters, *question, groupings);
  if (!matrix) return tl::make_unexpected(matrix.error());
  Answer answer;
  add_question(answer, "Acknowledged bytes from ISP (rows) to ISP (columns)", filters->words, filters->facts);
  add_source(answer.result["question"], cdn_node);
  add_total(answer, matrix->total);
  if (kind_among(groupings)) {
    answer.notes.push_back("One transfer is counted at each component of its path: the matrices do not add up.");
  }
  add_matrix(answer, *matrix, groupings);
  return answer;
}

}  // namespace waybill::tracker
