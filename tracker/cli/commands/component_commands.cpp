#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/paths/resolved_path.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

json component_json(const Component& component) {
  return {{"id", component.id.value},
          {"name", component.name},
          {"kind", component.kind},
          {"owner", component.owner},
          {"address", component.address.str()}};
}

}  // namespace

Result<Answer> component_add(AdministrationContext& context, Arguments& arguments) {
  Component component;
  component.name = arguments.positional("name");
  const auto kind = arguments.read_as("kind", [](const std::string& text) { return parse_component_kind(text); });
  component.kind = std::string(to_string(kind.value_or(ComponentKind::router)));
  arguments.required("address");
  const auto address = arguments.read_as("address", [](const std::string& text) { return IpAddress::parse(text); });
  if (address) component.address = *address;
  component.owner = arguments.text("owner").value_or("");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto added = context.store.registry().add_component(component);
  if (!added) return pass_on(added);
  Answer answer;
  answer.registry_changed = true;
  answer.result["component"] = component_json(*added);
  answer.lines.push_back(fmt::format("{} {} answers at {}", added->kind, added->name, added->address.str()));
  return answer;
}

Result<Answer> component_list(AdministrationContext& context, Arguments& arguments) {
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto components = context.store.registry().components();
  if (!components) return pass_on(components);
  Answer answer;
  auto& rows = answer.result["components"] = json::array();
  for (const auto& component : *components) rows.push_back(component_json(component));
  answer.add_sheet("components", {{"name", "NAME"}, {"kind", "KIND"}, {"address", "ADDRESS"}, {"owner", "OWNER"}});
  return answer;
}

Result<Answer> component_remove(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.positional("name");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto& registry = context.store.registry();
  auto components = registry.components();
  if (!components) return pass_on(components);
  for (const auto& component : *components) {
    if (component.name != name) continue;
    if (auto removed = registry.remove_component(component.id); !removed) return pass_on(removed);
    Answer answer;
    answer.registry_changed = true;
    answer.result["removed"] = name;
    answer.lines.push_back("Component " + name + " is removed; records that name it stay");
    return answer;
  }
  return refuse(fmt::format("no component is named '{}'; `component list` shows those that are", name));
}

}  // namespace waybill::tracker
