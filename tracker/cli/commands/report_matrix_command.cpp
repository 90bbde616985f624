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

using Cells = std::vector<GroupCell>;  // of --group-by: each has a matrix of its own
struct Matrix {
  // By the group, the sender's ISP, then the receiver's.
  std::map<std::pair<Cells, std::string>, std::map<std::string, Counters>> cells;
  std::set<std::string> receivers;
  Counters total;
};

// The ISPs are rows and columns already, and a path's components are not of the accounts.
void check_groups(Arguments& arguments, const std::vector<Grouping>& groupings) {
  for (const auto grouping : groupings) {
    const bool is_isp = grouping == Grouping::isp_pair || grouping == Grouping::sending_isp ||
                        grouping == Grouping::receiving_isp || grouping == Grouping::traffic;
    if (is_isp) arguments.fault("group_by", "the matrix is by ISP already: group it by something else");
    if (component_of(grouping)) {
      arguments.fault("group_by", fmt::format("use `report bytes --group-by isp-pair,{}`", to_string(grouping)));
    }
  }
}

Matrix fill(const std::vector<AccountRow>& rows, const std::vector<Grouping>& groupings, const ReportNames& names,
            LocalClock& clock) {
  Matrix matrix;
  for (const auto& row : rows) {
    const auto to = names.isp(row.to.value());
    matrix.cells[{cells_of(row, groupings, names, clock), names.isp(row.from.value())}][to] += row.counters;
    matrix.receivers.insert(to);
    matrix.total += row.counters;
  }
  return matrix;
}

// Column keys of receivers cannot be those of "from", "total" and the groups.
std::string receiver_column(const std::string& isp) { return "to " + isp; }

void add_sheet(Answer& answer, const Matrix& matrix, const std::vector<Grouping>& groupings) {
  auto columns = group_columns(groupings);
  columns.push_back({"from", "FROM \\ TO"});
  for (const auto& to : matrix.receivers) columns.push_back({receiver_column(to), to, "number"});
  columns.push_back({"total", "TOTAL", "number"});
  answer.add_sheet("rows", columns);
}

// A row for each group and sender with a column for each receiver, and one that adds them up.
void add_matrix(Answer& answer, const Matrix& matrix, const std::vector<Grouping>& groupings) {
  auto& rows = answer.result["rows"] = json::array();
  auto& pairs = answer.result["pairs"] = json::array();
  const auto groups = columns_of(groupings);
  std::map<std::string, std::int64_t> received;
  for (const auto& [place, cells] : matrix.cells) {
    json row{{"from", place.second}};
    for (std::size_t i = 0; i < groups.size(); ++i) row[groups[i].key] = place.first[i].text;
    std::int64_t sum = 0;
    for (const auto& to : matrix.receivers) row[receiver_column(to)] = 0;
    for (const auto& [to, counters] : cells) {
      auto pair = counters_json(counters);
      pair["from"] = place.second;
      pair["to"] = to;
      for (std::size_t i = 0; i < groups.size(); ++i) pair[groups[i].key] = place.first[i].text;
      pairs.push_back(std::move(pair));
      row[receiver_column(to)] = counters.acked.value;
      received[to] += counters.acked.value;
      sum += counters.acked.value;
    }
    row["total"] = sum;
    rows.push_back(std::move(row));
  }
  json last{{"from", "total"}, {"total", matrix.total.acked.value}};
  for (const auto& group : groups) last[group.key] = "total";
  for (const auto& [to, bytes] : received) last[receiver_column(to)] = bytes;
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
  question->group_by = dimensions_of(groupings);
  question->group_by.insert(AccountDimension::isp_pair);
  const auto rows = ask_accounts(context.store, *filters, *question);
  if (!rows) return tl::make_unexpected(rows.error());
  const auto names = read_names(context.store.registry());
  if (!names) return tl::make_unexpected(names.error());
  auto clock = LocalClock::of(filters->timezone);
  if (!clock) return pass_on(clock);
  const auto matrix = fill(*rows, groupings, *names, *clock);
  Answer answer;
  add_question(answer, "Acknowledged bytes from ISP (rows) to ISP (columns)", filters->words, filters->facts);
  add_source(answer.result["question"], cdn_node);
  add_total(answer, matrix.total);
  add_matrix(answer, matrix, groupings);
  return answer;
}

}  // namespace waybill::tracker
