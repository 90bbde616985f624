// The register of agents: who enrolled, and who was taken off.
#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/registry_names_json.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

using nlohmann::json;

Result<Answer> agent_list(AdministrationContext& context, Arguments& arguments) {
  const bool all = arguments.flag("all");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto agents = context.store.registry().agents();
  if (!agents) return tl::make_unexpected(agents.error());
  Answer answer;
  auto& rows = answer.result["agents"] = json::array();
  for (const auto& agent : *agents) {
    if (agent.removed && !all) continue;
    rows.push_back({{"agent", agent.key.hex()},
                    {"name", agent.name},
                    {"role", protocol::name_of(agent.role)},
                    {"enrolled", format_time(agent.enrolled)},
                    {"removed", agent.removed ? json(format_time(*agent.removed)) : json()}});
  }
  answer.add_sheet(
      "agents",
      {{"name", "NAME"}, {"agent", "KEY", "id"}, {"role", "ROLE"}, {"enrolled", "ENROLLED"}, {"removed", "TAKEN OFF"}});
  return answer;
}

Result<Answer> agent_remove(AdministrationContext& context, Arguments& arguments) {
  const auto text = arguments.positional("agent");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto& registry = context.store.registry();
  const auto key = agent_named(registry, text);
  if (!key) return tl::make_unexpected(key.error());
  if (auto removed = registry.remove_agent(*key, context.clock.now()); !removed) return pass_on(removed);
  Answer answer;
  answer.registry_changed = true;
  answer.result["removed"] = key->hex();
  answer.lines.push_back(fmt::format("Agent {} is off the register; what it carried stays on the books", text));
  answer.notes.push_back("Whoever has an enrol link may enroll another key: links are not bound to an agent");
  return answer;
}

}  // namespace waybill::tracker
