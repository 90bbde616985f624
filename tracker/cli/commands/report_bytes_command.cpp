// Questions 702, 704 and 706 of the patent's FIG. 7: how many bytes, from whom, to whom, of whose content, when.
#include <fmt/format.h>

#include "tracker/cli/commands/account_question_json.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/component_bytes_json.h"
#include "tracker/cli/commands/counted_words.h"
#include "tracker/reports/byte_size.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

struct BytesArguments {
  ReportArguments filters;
  std::vector<Grouping> groupings;
  std::optional<bool> cdn_node;  // --source
  std::optional<std::string> component;
  bool crossing = false;
};

BytesArguments read_arguments(Arguments& arguments) {
  BytesArguments read;
  read.filters = ReportArguments::read(arguments);
  for (const auto& text : arguments.list("group_by")) {
    const auto grouping = parse_grouping(text);
    if (!grouping) {
      arguments.fault("group_by", grouping.error().message);
    } else if (std::find(read.groupings.begin(), read.groupings.end(), *grouping) == read.groupings.end()) {
      read.groupings.push_back(*grouping);
    }
  }
  if (const auto source = arguments.text("source"); source && *source != "all") {
    if (*source != "peers" && *source != "cdn-nodes") arguments.fault("source", "is peers, cdn-nodes or all");
    read.cdn_node = *source == "cdn-nodes";
  }
  read.component = arguments.text("component");
  read.crossing = arguments.flag("crossing");
  if (read.crossing && (!read.filters.from || !(read.filters.to || read.filters.delivered_to))) {
    arguments.fault("crossing", "needs --from and --to: the ISP that is left and the one that is entered");
  }
  if (read.crossing && read.component) arguments.fault("crossing", "excludes --component");
  if ((read.crossing || read.component) && (!read.groupings.empty() || read.cdn_node)) {
    arguments.fault(read.crossing ? "crossing" : "component", "excludes --group-by and --source");
  }
  return read;
}

json counters_json(const Counters& counters) {
  return {{"acknowledged_bytes", counters.acked.value},
          {"unacknowledged_bytes", counters.unacknowledged().value},
          {"receipts", counters.receipts}};
}

void add_rows(Answer& answer, const std::vector<ReportRow>& rows, const std::vector<Grouping>& groupings) {
  const auto groups = columns_of(groupings);
  std::vector<SheetColumn> columns;
  for (const auto& group : groups) {
    const bool id = group.key == "content" || group.key == "client";
    columns.push_back({group.key, group.heading, id ? "id" : "text"});
  }
  columns.push_back({"acknowledged_bytes", "ACKNOWLEDGED BYTES", "bytes"});
  columns.push_back({"unacknowledged_bytes", "UNACKNOWLEDGED BYTES", "number"});
  columns.push_back({"receipts", "RECEIPTS", "number"});
  auto& list = answer.result["rows"] = json::array();
  for (const auto& row : rows) {
    auto value = counters_json(row.counters);
    for (std::size_t i = 0; i < groups.size(); ++i) value[groups[i].key] = row.cells[i];
    list.push_back(std::move(value));
  }
  answer.add_sheet("rows", columns);
}

Answer total_answer(const ReportFilters& filters, const Counters& total, const std::string& what) {
  Answer answer;
  answer.result = counters_json(total);
  answer.result["question"] = filters.facts;
  answer.lines.push_back(fmt::format("{}{}{}", what, filters.words.empty() ? "" : ": ", filters.words));
  answer.lines.push_back(fmt::format("{} acknowledged bytes ({}) by {}", exact_bytes(total.acked.value),
                                     human_bytes(total.acked.value), counted(total.receipts, "receipt", "receipts")));
  return answer;
}

}  // namespace

Result<Answer> report_bytes(AdministrationContext& context, Arguments& arguments) {
  const auto read = read_arguments(arguments);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const bool by_records = read.component || read.crossing;
  auto filters = resolve_filters(context, read.filters, !by_records);
  if (!filters) return pass_on(filters);
  if (by_records) {
    if (auto ok = check_component(context, read.component); !ok) return pass_on(ok);
    const auto total = component_bytes(context, *filters, read.component, read.crossing);
    if (!total) return tl::make_unexpected(total.error());
    auto answer = total_answer(*filters, *total,
                               read.crossing ? "Bytes that leave and enter" : "Bytes carried by " + *read.component);
    if (read.component) answer.result["question"]["component"] = *read.component;
    if (read.crossing) {
      answer.result["question"]["crossing"] = true;
      answer.notes.push_back(
          "Counted where a measured path crosses from the one ISP into the other, wherever it begins and ends.");
    }
    add_rows(answer, {{{}, *total}}, {});
    return answer;
  }
  auto question = account_question(*filters);
  if (!question) return pass_on(question);
  question->cdn_node = read.cdn_node;
  question->group_by = dimensions_of(read.groupings);
  auto rows = context.store.accounts().query(*question);
  if (!rows) return pass_on(rows);
  const auto names = read_names(context.store.registry());
  if (!names) return tl::make_unexpected(names.error());
  auto clock = LocalClock::of(filters->timezone);
  if (!clock) return pass_on(clock);
  Counters total;
  for (const auto& row : *rows) total += row.counters;
  auto answer = total_answer(*filters, total, "Bytes");
  if (read.cdn_node) answer.result["question"]["source"] = *read.cdn_node ? "cdn-nodes" : "peers";
  add_rows(answer, fold_rows(*rows, read.groupings, *names, *clock), read.groupings);
  return answer;
}

}  // namespace waybill::tracker
