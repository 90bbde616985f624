// Earlier records by the tables of today: first the difference, then, on request, the change.
#include <fmt/format.h>

#include "tracker/accounting/object_fill.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/counted_words.h"
#include "tracker/cli/commands/long_work.h"
#include "tracker/cli/commands/network_files_json.h"
#include "tracker/cli/commands/report_filters_json.h"
#include "tracker/ingest/re_resolution.h"
#include "tracker/paths/path_tables.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr std::size_t kPathsShown = 100;

json resolution_json(const RecordResolution& resolution) {
  return {{"id", resolution.id},
          {"when", format_time(resolution.happened)},
          {"since", format_time(resolution.since)},
          {"until", resolution.until ? json(format_time(*resolution.until)) : json(nullptr)},
          {"path_table_version", resolution.table_version},
          {"receipts", resolution.receipts},
          {"changed", resolution.changed}};
}

json difference_json(const std::string& key, const ComponentDifference& difference) {
  const auto before = difference.before.acked.value;
  const auto after = difference.after.acked.value;
  return {{"component", key},
          {"kind", to_string(difference.kind)},
          {"label", difference.label},
          {"bytes_before", before},
          {"bytes_after", after},
          {"difference", after - before},
          {"records_before", difference.before.receipts},
          {"records_after", difference.after.receipts}};
}

void describe(const ReResolutionPlan& plan, Answer& answer) {
  answer.result["resolution"] = resolution_json(plan.resolution);
  answer.result["resolution"].erase("id");
  auto& components = answer.result["components"] = json::array();
  for (const auto& [key, difference] : plan.components) components.push_back(difference_json(key, difference));
  auto& paths = answer.result["paths"] = json::array();
  for (const auto& path : plan.paths) {
    if (paths.size() == kPathsShown) break;
    paths.push_back({{"path", path.printed},
                     {"components_before", path.before},
                     {"components_after", path.after},
                     {"receipts", path.counters.receipts},
                     {"acknowledged_bytes", path.counters.acked.value}});
  }
  answer.result["paths_changed"] = plan.paths.size();
  answer.lines.push_back(fmt::format("{} of {} in this time come out otherwise by version {} of the path tables",
                                     plan.resolution.changed, counted(plan.resolution.receipts, "receipt", "receipts"),
                                     plan.resolution.table_version));
  answer.add_sheet("components", {{"component", "COMPONENT"},
                                  {"bytes_before", "BYTES BEFORE", "bytes"},
                                  {"bytes_after", "BYTES AFTER", "bytes"},
                                  {"records_before", "RECORDS BEFORE", "number"},
                                  {"records_after", "RECORDS AFTER", "number"}});
  answer.add_sheet("paths", {{"path", "PATH"},
                             {"receipts", "RECEIPTS", "number"},
                             {"acknowledged_bytes", "BYTES", "bytes"},
                             {"components_before", "COMPONENTS BEFORE"},
                             {"components_after", "COMPONENTS AFTER"}});
  if (plan.paths.size() > kPathsShown) {
    answer.notes.push_back(
        fmt::format("The {} paths that carried most are shown, of {}", kPathsShown, plan.paths.size()));
  }
}

Result<ReResolutionPlan> plan_of(AdministrationContext& context, Arguments& arguments) {
  ReportArguments read;
  read.since = arguments.required("since");
  read.until = arguments.text("until");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto window = resolve_filters(context, read, false);
  if (!window) return tl::make_unexpected(window.error());
  const auto networks = read_networks(context);
  if (!networks) return tl::make_unexpected(networks.error());
  // By half of what is known, records would change for no reason.
  if (!(*networks)->problems.empty()) return fail((*networks)->problems.front() + ": `routing load` it again");
  auto tables = read_path_tables(context.store.registry(), (*networks)->routes);
  if (!tables) return pass_on(tables);
  auto meter = meter_of(context, "receipts resolved again", window->since, window->until);
  return plan_re_resolution(context.store, *tables, *window->since, window->until, context.clock.now(), &meter);
}

}  // namespace

Result<Answer> records_difference(AdministrationContext& context, Arguments& arguments) {
  const auto plan = plan_of(context, arguments);
  if (!plan) return tl::make_unexpected(plan.error());
  Answer answer;
  describe(*plan, answer);
  answer.result["applied"] = false;
  answer.notes.push_back(plan->moves.empty() ? "There is nothing to change."
                                             : "Nothing is changed yet: the same with --yes applies it");
  return answer;
}

Result<Answer> records_re_resolve(AdministrationContext& context, Arguments& arguments) {
  if (!arguments.flag("yes")) arguments.fault("yes", "is needed to change records");
  const auto plan = plan_of(context, arguments);
  if (!plan) return tl::make_unexpected(plan.error());
  Answer answer;
  describe(*plan, answer);
  Result<RecordResolution> applied = fail("nothing was applied");
  const auto apply = [&]() -> Status {
    applied = context.store.record_resolutions().apply(plan->resolution, plan->moves);
    if (!applied) return tl::make_unexpected(applied.error());
    return {};
  };
  auto meter = meter_of(context, "receipts counted for the objects, before and after", {}, {}, 2);
  const auto changed = recount_around(context.store, apply, &meter);
  if (!changed) return tl::make_unexpected(changed.error());
  answer.result["resolution"] = resolution_json(*applied);
  answer.result["applied"] = true;
  answer.notes.push_back(fmt::format("Applied as number {}; the receipts, as evidence, are as they were", applied->id));
  return answer;
}

Result<Answer> list_re_resolutions(AdministrationContext& context, Arguments& arguments) {
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto all = context.store.record_resolutions().all();
  if (!all) return tl::make_unexpected(all.error());
  Answer answer;
  auto& rows = answer.result["resolutions"] = json::array();
  for (const auto& resolution : *all) rows.push_back(resolution_json(resolution));
  answer.add_sheet("resolutions", {{"id", "ID", "number"},
                                   {"when", "WHEN"},
                                   {"since", "SINCE"},
                                   {"until", "UNTIL"},
                                   {"path_table_version", "TABLES", "number"},
                                   {"receipts", "RECEIPTS", "number"},
                                   {"changed", "CHANGED", "number"}});
  return answer;
}

}  // namespace waybill::tracker
