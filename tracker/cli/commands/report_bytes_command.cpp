// Questions 702, 704 and 706 of the patent's FIG. 7: how many bytes, from whom, to whom, of whose content, when.
#include <fmt/format.h>

#include "tracker/cli/commands/account_question_json.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/component_bytes_json.h"
#include "tracker/cli/commands/component_groups_json.h"
#include "tracker/cli/commands/report_rows_json.h"

namespace waybill::tracker {

namespace {

struct BytesArguments {
  ReportArguments filters;
  std::vector<Grouping> groupings;
  RowChoice rows;
  std::optional<bool> on_net;    // --traffic
  std::optional<bool> cdn_node;  // --source
  std::optional<std::string> component;
  bool crossing = false;
};

BytesArguments read_arguments(Arguments& arguments) {
  BytesArguments read;
  read.filters = ReportArguments::read(arguments);
  read.filters.involving = arguments.text("involving");
  read.groupings = read_groupings(arguments);
  read.rows = RowChoice::read(arguments);
  if (const auto traffic = arguments.text("traffic"); traffic && *traffic != "all") {
    if (*traffic != "on-net" && *traffic != "off-net") arguments.fault("traffic", "is on-net, off-net or all");
    read.on_net = *traffic == "on-net";
  }
  read.cdn_node = read_source(arguments);
  check_component_groups(arguments, read.groupings);
  read.component = arguments.text("component");
  read.crossing = arguments.flag("crossing");
  if (read.crossing && (!read.filters.from || !(read.filters.to || read.filters.delivered_to))) {
    arguments.fault("crossing", "needs --from and --to: the ISP that is left and the one that is entered");
  }
  if (read.crossing && read.component) arguments.fault("crossing", "excludes --component");
  if ((read.crossing || read.component) && (!read.groupings.empty() || read.cdn_node || read.on_net)) {
    arguments.fault(read.crossing ? "crossing" : "component", "excludes --group-by, --source and --traffic");
  }
  if ((read.crossing || read.component) && read.filters.involving) {
    arguments.fault("involving", "excludes --component and --crossing");
  }
  return read;
}

Result<Answer> bytes_of_records(AdministrationContext& context, const BytesArguments& read,
                                const ReportFilters& filters) {
  if (auto ok = check_component(context, read.component); !ok) return pass_on(ok);
  const auto total = component_bytes(context, filters, {read.component, read.crossing});
  if (!total) return tl::make_unexpected(total.error());
  Answer answer;
  add_question(answer, read.crossing ? "Bytes that leave and enter" : "Bytes carried by " + *read.component,
               filters.words, filters.facts);
  add_total(answer, *total);
  if (read.component) answer.result["question"]["component"] = *read.component;
  if (read.crossing) {
    answer.result["question"]["crossing"] = true;
    answer.notes.push_back(
        "Counted where a measured path crosses from the one ISP into the other, wherever it begins and ends.");
  }
  add_rows(answer, {{{}, *total}}, {}, read.rows);
  return answer;
}

}  // namespace

Result<Answer> report_bytes(AdministrationContext& context, Arguments& arguments) {
  const auto read = read_arguments(arguments);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const bool by_records = read.component || read.crossing;
  auto filters = resolve_filters(context, read.filters, !by_records);
  if (!filters) return pass_on(filters);
  if (by_records) return bytes_of_records(context, read, *filters);
  auto question = account_question(*filters);
  if (!question) return pass_on(question);
  question->cdn_node = read.cdn_node;
  question->on_net = read.on_net;
  const auto kind = kind_among(read.groupings);
  // By components, rows do not add up to the traffic: its sum is asked apart.
  if (!kind) question->group_by = dimensions_of(read.groupings);
  auto rows = ask_accounts(context.store, *filters, *question);
  if (!rows) return pass_on(rows);
  const auto names = read_names(context.store.registry());
  if (!names) return tl::make_unexpected(names.error());
  auto clock = LocalClock::of(filters->timezone);
  if (!clock) return pass_on(clock);
  Counters total;
  for (const auto& row : *rows) total += row.counters;
  Answer answer;
  add_question(answer, "Bytes", filters->words, filters->facts);
  add_total(answer, total);
  if (read.on_net) answer.result["question"]["traffic"] = *read.on_net ? "on-net" : "off-net";
  add_source(answer.result["question"], read.cdn_node);
  if (kind) {
    question->group_by = dimensions_of(read.groupings);
    auto by_path = ask_components(context.store, *filters, *kind, *question);
    if (!by_path) return pass_on(by_path);
    answer.notes.push_back("One transfer is counted at each component of its path: rows do not add up.");
    add_rows(answer, fold_rows(*by_path, read.groupings, *names, *clock), read.groupings, read.rows);
    return answer;
  }
  add_rows(answer, fold_rows(*rows, read.groupings, *names, *clock), read.groupings, read.rows);
  return answer;
}

}  // namespace waybill::tracker
