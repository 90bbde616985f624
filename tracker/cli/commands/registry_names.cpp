#include <fmt/format.h>

#include "tracker/cli/commands/registry_names_json.h"

namespace waybill::tracker {

namespace {

constexpr std::size_t kShortestIdPrefix = 8;  // hexadecimal digits

bool begins_with_id(const std::string& hex, const std::string& text) {
  return text.size() >= kShortestIdPrefix && hex.compare(0, text.size(), text) == 0;
}

}  // namespace

Result<ReportNames> read_names(Registry& registry) {
  ReportNames names;
  auto isps = registry.isps();
  if (!isps) return pass_on(isps);
  for (auto& isp : *isps) names.isps.emplace(isp.id, std::move(isp.name));
  auto contents = registry.contents();
  if (!contents) return pass_on(contents);
  for (auto& content : *contents) names.titles.emplace(content.id, std::move(content.title));
  return names;
}

Result<IspId> isp_named(Registry& registry, const std::string& name) {
  if (name == "unknown") return IspId{};
  auto isp = registry.find_isp(name);
  if (!isp) return pass_on(isp);
  return isp->id;
}

Result<Content> content_named(Registry& registry, const std::string& text) {
  auto contents = registry.contents();
  if (!contents) return pass_on(contents);
  const Content* found = nullptr;
  for (const auto& content : *contents) {
    if (!begins_with_id(content.id.hex(), text) && content.title != text) continue;
    if (found != nullptr) return refuse(fmt::format("'{}' fits more than one content: give its id", text));
    found = &content;
  }
  if (found == nullptr) {
    return refuse(fmt::format("no content has the id or title '{}'; `content list` shows those that are known", text));
  }
  return *found;
}

Result<AgentKey> agent_named(Registry& registry, const std::string& text) {
  if (auto key = AgentKey::from_hex(text)) return *key;
  auto agents = registry.agents();
  if (!agents) return pass_on(agents);
  std::optional<AgentKey> found;
  for (const auto& agent : *agents) {
    if (!begins_with_id(agent.key.hex(), text) && agent.name != text) continue;
    if (found) return refuse(fmt::format("'{}' fits more than one agent: give its key", text));
    found = agent.key;
  }
  if (!found) return refuse(fmt::format("no enrolled agent has the key or name '{}'", text));
  return *found;
}

}  // namespace waybill::tracker
