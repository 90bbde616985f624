#include "tracker/api/policy_commands.h"

#include <nlohmann/json.hpp>

namespace waybill::tracker {

using nlohmann::json;

json policies_as_json(const ControlDesk& desk) {
  json rows = json::array();
  for (const auto& [policy, standing] : desk.coordinator().policies()) {
    const auto isp = desk.registry().isp_name(policy.isp);
    const bool by_rate = policy.limits_rate();
    rows.push_back({{"policy", policy.id.value},
                    {"limits", policy_text(policy, isp)},
                    {"limit", by_rate ? policy.rate.value : policy.bytes.value},
                    {"acked_bytes", by_rate ? json(nullptr) : json(standing.acked.value)},
                    {"reserved_bytes", by_rate ? json(nullptr) : json(standing.reserved.value)},
                    {"window_until", by_rate ? json(nullptr) : json(standing.window->end.value)},
                    {"permitted_rate", by_rate ? json(standing.permitted.value) : json(nullptr)},
                    {"orders", standing.orders}});
  }
  return {{"policies", rows}};
}

json policy_why_as_json(const ControlDesk& desk, const ContentId& content, const AgentKey& receiver, std::size_t limit,
                        TimeMs now) {
  json rows = json::array();
  for (const auto& account : desk.coordinator().policy_why(content, receiver, limit, now)) {
    json policies = json::array();
    for (const auto& policy : account.policies) policies.push_back(policy.id.value);
    std::string path;
    for (const auto& key : account.components) path += (path.empty() ? "" : " ") + key;
    rows.push_back({{"agent", account.candidate.key.hex()},
                    {"name", account.candidate.name},
                    {"cdn_node", account.candidate.cdn_node},
                    {"usable", account.candidate.usable},
                    {"reason", account.candidate.reason},
                    {"path", path},
                    {"predicted", account.basis},
                    {"measured", account.measured.value > 0 ? json(account.measured.value) : json(nullptr)},
                    {"policies", policies}});
  }
  return {{"content", content.hex()}, {"candidates", rows}};
}

}  // namespace waybill::tracker
