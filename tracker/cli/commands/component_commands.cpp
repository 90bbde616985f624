#include <fmt/format.h>

#include "tracker/cli/commands/component_names_json.h"
#include "tracker/cli/commands/counted_words.h"
#include "tracker/paths/component_claims.h"
#include "tracker/paths/component_sheet.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

template <typename Value, typename Read>
void read_list(Arguments& arguments, const std::string& key, std::vector<Value>& values, Read read) {
  for (const auto& text : arguments.list(key)) {
    auto value = read(text);
    if (value) {
      values.push_back(*std::move(value));
    } else {
      arguments.fault(key, value.error().message);
    }
  }
}

Result<Answer> answer_of(AdministrationContext& context, const std::vector<RegisteredComponent>& components) {
  const auto names = read_names(context.store.registry());
  if (!names) return tl::make_unexpected(names.error());
  Answer answer;
  auto& rows = answer.result["components"] = json::array();
  for (const auto& component : components) rows.push_back(component_json(component, *names));
  answer.add_sheet("components", component_columns());
  return answer;
}

// The first that the registry would refuse, by its line.
Status check_lines(Registry& registry, const std::vector<ComponentLine>& lines) {
  const auto known = registry.components();
  if (!known) return tl::make_unexpected(known.error());
  ComponentClaims claims;
  for (const auto& component : *known) {
    if (auto status = claims.add(component); !status) return pass_on(status.error(), "as stored");
  }
  for (const auto& line : lines) {
    if (auto status = claims.add(line.component); !status) {
      return pass_on(status.error(), fmt::format("line {}", line.line));
    }
  }
  return {};
}

}  // namespace

Result<Answer> component_add(AdministrationContext& context, Arguments& arguments) {
  RegisteredComponent component;
  component.name = arguments.positional("name");
  const auto kind = arguments.read_as("kind", [](const std::string& text) { return parse_component_kind(text); });
  component.kind = kind.value_or(ComponentKind::router);
  component.owner = arguments.text("owner").value_or("");
  read_list(arguments, "address", component.addresses, IpAddress::parse);
  read_list(arguments, "prefix", component.prefixes, IpPrefix::parse);
  read_list(arguments, "pattern", component.patterns, NamePattern::parse);
  component.place = {arguments.text("country").value_or(""), arguments.text("state").value_or(""),
                     arguments.text("city").value_or("")};
  const auto isp_name = arguments.text("isp");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  if (isp_name) {
    const auto isp = context.store.registry().find_isp(*isp_name);
    if (!isp) return tl::make_unexpected(isp.error());
    component.isp = isp->id;
  }
  auto added = context.store.registry().add_components({component});
  if (!added) return pass_on(added);
  auto answer = answer_of(context, *added);
  if (!answer) return answer;
  answer->registry_changed = true;
  answer->result["component"] = answer->result["components"][0];
  const bool matches = !(component.addresses.empty() && component.prefixes.empty() && component.patterns.empty());
  if (!matches) answer->notes.push_back("No hop is recognised as it: `component insight add` says where it lies");
  answer->notes.push_back("Receipts from now on are resolved with it; `records re-resolve` does it for earlier ones");
  return answer;
}

Result<Answer> component_import(AdministrationContext& context, Arguments& arguments) {
  const auto text = arguments.positional("file");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto lines = read_component_sheet(text);
  if (!lines) return pass_on(lines);
  auto& registry = context.store.registry();
  const auto isps = registry.isps();
  if (!isps) return tl::make_unexpected(isps.error());
  for (auto& line : *lines) {
    if (line.isp.empty()) continue;
    for (const auto& isp : *isps) {
      if (isp.name == line.isp) line.component.isp = isp.id;
    }
    if (!line.component.isp) return refuse(fmt::format("line {}: no ISP is named '{}'", line.line, line.isp));
  }
  if (auto ok = check_lines(registry, *lines); !ok) return pass_on(ok);
  std::vector<RegisteredComponent> components;
  for (auto& line : *lines) components.push_back(std::move(line.component));
  if (components.empty()) return refuse("there is no component in the table: nothing was imported");
  const auto added = registry.add_components(components);
  if (!added) return tl::make_unexpected(added.error());
  Answer answer;
  answer.registry_changed = true;
  answer.result["imported"] = added->size();
  answer.lines.push_back(
      fmt::format("{} imported", counted(static_cast<std::int64_t>(added->size()), "component", "components")));
  return answer;
}

Result<Answer> component_list(AdministrationContext& context, Arguments& arguments) {
  const auto kind = arguments.read_as("kind", [](const std::string& text) { return parse_component_kind(text); });
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto components = context.store.registry().components();
  if (!components) return pass_on(components);
  if (kind) std::erase_if(*components, [&](const auto& component) { return component.kind != *kind; });
  return answer_of(context, *components);
}

Result<Answer> component_show(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto components = context.store.registry().components();
  if (!components) return tl::make_unexpected(components.error());
  const auto component = component_named(*components, name);
  if (!component) return tl::make_unexpected(component.error());
  const auto insights = context.store.registry().insights();
  if (!insights) return tl::make_unexpected(insights.error());
  auto answer = answer_of(context, {*component});
  if (!answer) return answer;
  auto& rows = answer->result["insights"] = json::array();
  for (const auto& insight : *insights) {
    const bool names_it =
        insight.lies == component->id || insight.near == component->key() || insight.far == component->key();
    if (names_it) rows.push_back(insight_json(insight, *components));
  }
  answer->add_sheet("insights", insight_columns());
  return answer;
}

Result<Answer> component_remove(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto& registry = context.store.registry();
  const auto components = registry.components();
  if (!components) return tl::make_unexpected(components.error());
  const auto component = component_named(*components, name);
  if (!component) return tl::make_unexpected(component.error());
  if (auto removed = registry.remove_component(component->id); !removed) return pass_on(removed);
  Answer answer;
  answer.registry_changed = true;
  answer.result["removed"] = name;
  answer.lines.push_back("Component " + name + " is removed; records that name it stay");
  return answer;
}

}  // namespace waybill::tracker
