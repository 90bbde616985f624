// "Between routers 5 and 6 lies switch 1": what ISPs say of their networks that no trace shows (patent FIG. 3B).
#include <fmt/format.h>

#include "tracker/cli/commands/component_names_json.h"
#include "tracker/cli/commands/counted_words.h"
#include "tracker/paths/component_sheet.h"
#include "tracker/paths/insight_claims.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

Result<ComponentInsight> insight_of(DeviceNames& names, const InsightLine& line) {
  ComponentInsight insight;
  auto near = names.key_of(line.between);
  if (!near) return pass_on(near);
  auto far = names.key_of(line.and_);
  if (!far) return pass_on(far);
  const auto lies = component_named(names.components(), line.lies);
  if (!lies) return tl::make_unexpected(lies.error());
  insight.near = *std::move(near);
  insight.far = *std::move(far);
  insight.lies = lies->id;
  insight.both_ways = line.both_ways;
  return insight;
}

Answer insights_answer(const std::vector<ComponentInsight>& insights,
                       const std::vector<RegisteredComponent>& components) {
  Answer answer;
  auto& rows = answer.result["insights"] = json::array();
  for (const auto& insight : insights) rows.push_back(insight_json(insight, components));
  answer.add_sheet("insights", insight_columns());
  return answer;
}

}  // namespace

json insight_json(const ComponentInsight& insight, const std::vector<RegisteredComponent>& components) {
  std::string lies;
  for (const auto& component : components) {
    if (component.id == insight.lies) lies = component.key();
  }
  return {{"id", insight.id.value},
          {"between", insight.near},
          {"and", insight.far},
          {"lies", lies},
          {"direction", insight.both_ways ? "both" : "one-way"}};
}

const std::vector<SheetColumn>& insight_columns() {
  static const std::vector<SheetColumn> kColumns{
      {"id", "ID", "number"}, {"between", "BETWEEN"}, {"and", "AND"}, {"lies", "LIES"}, {"direction", "DIRECTION"}};
  return kColumns;
}

Result<Answer> insight_add(AdministrationContext& context, Arguments& arguments) {
  InsightLine line;
  line.between = arguments.required("between");
  line.and_ = arguments.required("and");
  line.lies = arguments.required("lies");
  line.both_ways = !arguments.flag("one_way");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto names = DeviceNames::read(context.store);
  if (!names) return pass_on(names);
  const auto insight = insight_of(*names, line);
  if (!insight) return tl::make_unexpected(insight.error());
  const auto added = context.store.registry().add_insights({*insight});
  if (!added) return tl::make_unexpected(added.error());
  auto answer = insights_answer(*added, names->components());
  answer.registry_changed = true;
  answer.result["insight"] = answer.result["insights"][0];
  return answer;
}

Result<Answer> insight_import(AdministrationContext& context, Arguments& arguments) {
  const auto text = arguments.positional("file");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto lines = read_insight_sheet(text);
  if (!lines) return tl::make_unexpected(lines.error());
  if (lines->empty()) return refuse("there is no insight in the table: nothing was imported");
  auto names = DeviceNames::read(context.store);
  if (!names) return pass_on(names);
  // Line by line, so that the first that is refused has its number; all of it is one transaction.
  InsightClaims claims(names->components());
  const auto known = context.store.registry().insights();
  if (!known) return tl::make_unexpected(known.error());
  for (const auto& insight : *known) {
    if (auto status = claims.add(insight); !status) return pass_on(status.error(), "as stored");
  }
  std::vector<ComponentInsight> insights;
  for (const auto& line : *lines) {
    auto insight = insight_of(*names, line);
    if (!insight) return pass_on(insight.error(), fmt::format("line {}", line.line));
    if (auto status = claims.add(*insight); !status) {
      return pass_on(status.error(), fmt::format("line {}", line.line));
    }
    insights.push_back(*std::move(insight));
  }
  if (auto added = context.store.registry().add_insights(insights); !added) return pass_on(added);
  Answer answer;
  answer.registry_changed = true;
  answer.result["imported"] = insights.size();
  answer.lines.push_back(
      fmt::format("{} imported", counted(static_cast<std::int64_t>(insights.size()), "insight", "insights")));
  return answer;
}

Result<Answer> insight_list(AdministrationContext& context, Arguments& arguments) {
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto insights = context.store.registry().insights();
  if (!insights) return tl::make_unexpected(insights.error());
  const auto components = context.store.registry().components();
  if (!components) return tl::make_unexpected(components.error());
  return insights_answer(*insights, *components);
}

Result<Answer> insight_remove(AdministrationContext& context, Arguments& arguments) {
  arguments.positional("id");
  const auto id = arguments.read_as("id", [](const std::string& text) -> Result<std::int64_t> {
    const bool digits = !text.empty() && text.size() < 18 && text.find_first_not_of("0123456789") == std::string::npos;
    if (!digits) return refuse("'" + text + "' is no insight's number; `component insight list` shows them");
    return std::stoll(text);
  });
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  if (auto removed = context.store.registry().remove_insight({*id}); !removed) return pass_on(removed);
  Answer answer;
  answer.registry_changed = true;
  answer.result["removed"] = *id;
  answer.lines.push_back(fmt::format("Insight {} is removed; records that were resolved by it stay", *id));
  return answer;
}

}  // namespace waybill::tracker
