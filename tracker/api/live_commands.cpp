#include "tracker/api/live_commands.h"

#include <nlohmann/json.hpp>

#include "tracker/api/policy_commands.h"
#include "tracker/api/watch_command.h"

namespace waybill::tracker {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxRows = 10'000;
constexpr std::size_t kShortestKeyPrefix = 8;  // hexadecimal digits

std::string failure(const std::string& message, int exit_status) {
  return json{{"ok", false}, {"error", message}, {"exit", exit_status}}.dump();
}

std::string title_of(const ControlDesk& desk, const ContentId& id) {
  const auto found = desk.registry().contents.find(id);
  return found == desk.registry().contents.end() ? std::string() : found->second.title;
}

const char* reach_name(Reach reach) {
  switch (reach) {
    case Reach::open:
      return "open";
    case Reach::closed:
      return "closed";
    case Reach::unknown:
      break;
  }
  return "unknown";
}

json agent_row(const ControlDesk& desk, const AgentRow& row) {
  json holds = json::array();
  for (const auto& held : row.holdings) {
    holds.push_back({{"content", held.content.hex()},
                     {"title", title_of(desk, held.content)},
                     {"pieces_held", held.pieces_held},
                     {"pieces_total", held.pieces_total}});
  }
  return {{"agent", row.key.hex()},
          {"name", row.name},
          {"role", protocol::name_of(row.role)},
          {"isp", row.isp},
          {"address", row.endpoint.str()},
          {"nat", row.behind_nat},
          {"reach", reach_name(row.reach)},
          {"shares", row.sharing.consented},
          {"upload_cap", row.sharing.upload_cap.value},
          {"upload_slots", row.sharing.upload_slots},
          {"upload_rate", row.upload_rate.value},
          {"orders_served", row.orders_served},
          {"orders_fetched", row.orders_fetched},
          {"holds", holds},
          {"holds_total", row.holdings_total}};
}

std::string agents(const ControlDesk& desk) {
  json rows = json::array();
  for (const auto& row : desk.coordinator().agents(kMaxRows)) rows.push_back(agent_row(desk, row));
  return json{{"ok", true}, {"result", {{"agents", rows}}}}.dump();
}

std::string orders(const ControlDesk& desk) {
  json rows = json::array();
  for (const auto& row : desk.coordinator().orders(kMaxRows)) {
    rows.push_back({{"order", row.order.id.hex()},
                    {"content", row.order.content.hex()},
                    {"title", title_of(desk, row.order.content)},
                    {"sender", row.order.sender.hex()},
                    {"receiver", row.order.receiver.hex()},
                    {"on_net", row.on_net},
                    {"cdn_node", row.cdn_node},
                    {"acked_bytes", row.acked.value},
                    {"rate", row.rate.value},
                    {"rate_limit", row.order.rate_limit.value},
                    {"byte_limit", row.order.byte_limit.value},
                    {"not_after", row.order.not_after.value}});
  }
  return json{{"ok", true}, {"result", {{"orders", rows}}}}.dump();
}

// The one agent of that name, or whose key begins so (brief form suffices), among those connected. Fewer digits than
// that are no key: a name such as "a3" begins the key of one agent in 256.
Result<AgentKey> find_agent(const ControlDesk& desk, const std::string& text) {
  std::optional<AgentKey> found;
  for (const auto& row : desk.coordinator().agents(kMaxRows)) {
    const bool by_key = text.size() >= kShortestKeyPrefix && row.key.hex().rfind(text, 0) == 0;
    if (!by_key && row.name != text) continue;
    if (found) return refuse("'" + text + "' fits more than one agent: give more of its key");
    found = row.key;
  }
  if (!found) return refuse("no connected agent has the key or name '" + text + "'; `agents` shows those that are");
  return *found;
}

std::string explain(const ControlDesk& desk, const json& arguments, TimeMs now) {
  const auto content = ContentId::from_hex(arguments.value("content", ""));
  if (!content) return failure(content.error().message, 2);
  std::optional<AgentKey> receiver;
  if (const auto wanted = arguments.value("for", std::string()); !wanted.empty()) {
    const auto key = find_agent(desk, wanted);
    if (!key) return failure(key.error().message, 1);
    receiver = *key;
  }
  json rows = json::array();
  for (const auto& row : desk.coordinator().explain(*content, receiver, kMaxRows, now)) {
    rows.push_back({{"agent", row.key.hex()},
                    {"name", row.name},
                    {"isp", row.isp},
                    {"cdn_node", row.cdn_node},
                    {"on_net", row.on_net},
                    {"usable", row.usable},
                    {"reason", row.reason}});
  }
  return json{{"ok", true}, {"result", {{"content", content->hex()}, {"candidates", rows}}}}.dump();
}

std::string policy_why(const ControlDesk& desk, const json& arguments, TimeMs now) {
  if (!arguments.contains("content") && !arguments.contains("for")) {
    return json{{"ok", true}, {"result", policies_as_json(desk)}}.dump();
  }
  const auto content = ContentId::from_hex(arguments.value("content", ""));
  if (!content) return failure("policy why: --content and --for go together", 2);
  const auto receiver = find_agent(desk, arguments.value("for", std::string()));
  if (!receiver) return failure(receiver.error().message, 1);
  return json{{"ok", true}, {"result", policy_why_as_json(desk, *content, *receiver, kMaxRows, now)}}.dump();
}

// By id or title.
Result<ContentId> content_named(const ControlDesk& desk, const std::string& text) {
  std::optional<ContentId> found;
  for (const auto& [id, content] : desk.registry().contents) {
    if (id.hex() != text && (content.title != text || content.removed)) continue;
    if (found) return refuse("several contents have the title '" + text + "': name one by its id");
    found = id;
  }
  if (!found) return refuse("no content has the id or title '" + text + "'; `content list` shows them");
  return *found;
}

std::string watch(const ControlDesk& desk, const json& arguments, TimeMs now) {
  const auto content = content_named(desk, arguments.value("content", ""));
  if (!content) return failure(content.error().message, 1);
  return json{{"ok", true}, {"result", watch_as_json(desk, *content, kMaxRows, now)}}.dump();
}

}  // namespace

bool is_live_command(std::string_view command) {
  return command == "agents" || command == "explain" || command == "orders" || command == "policy why" ||
         command == "watch";
}

std::optional<std::string> answer_live_command(const ControlDesk& desk, const std::string& request, TimeMs now) {
  const auto parsed = json::parse(request, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("command") || !parsed["command"].is_string()) return std::nullopt;
  const std::string command = parsed["command"];
  const json arguments = parsed.contains("arguments") ? parsed["arguments"] : json::object();
  if (!arguments.is_object()) return std::nullopt;
  try {
    if (command == "agents" && !arguments.contains("content")) return agents(desk);
    if (command == "agents" || command == "explain") return explain(desk, arguments, now);
    if (command == "policy why") return policy_why(desk, arguments, now);
    if (command == "orders") return orders(desk);
    if (command == "watch") return watch(desk, arguments, now);
  } catch (const json::exception& error) {  // an argument of the wrong type
    return failure(std::string("malformed request: ") + error.what(), 2);
  }
  return std::nullopt;
}

}  // namespace waybill::tracker
