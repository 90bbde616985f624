#include "tracker/api/watch_command.h"

#include <map>

#include <nlohmann/json.hpp>

namespace waybill::tracker {

using nlohmann::json;

namespace {

bool is_link(const std::string& component) {
  return component.starts_with("link:") || component.starts_with("inter-isp-link:");
}

std::string called(const WatchedAgent& agent) { return agent.name.empty() ? agent.key.brief() : agent.name; }

json flow_row(const WatchedFlow& flow, const std::string& links) {
  return {{"sender", called(flow.sender)},
          {"sender_isp", flow.sender.isp},
          {"receiver", called(flow.receiver)},
          {"receiver_isp", flow.receiver.isp},
          {"order", flow.order.hex()},
          {"source", flow.cdn_node ? "cdn-node" : "peer"},
          {"traffic", flow.on_net ? "on-net" : "off-net"},
          {"rate", flow.rate.value},
          {"acked_bytes", flow.acked.value},
          {"receiver_permille", flow.pieces > 0 ? flow.receiver_holds * 1000 / flow.pieces : 0},
          {"links", links},
          {"path_is", flow.basis}};
}

}  // namespace

json watch_as_json(const ControlDesk& desk, const ContentId& content, std::size_t limit, TimeMs now) {
  struct Load {
    std::int64_t rate = 0;
    std::int64_t flows = 0;
  };
  std::map<std::string, Load> loads;
  std::int64_t rate = 0, cdn_rate = 0, on_net_rate = 0;
  json flows = json::array();
  for (const auto& flow : desk.coordinator().watch(content, limit, now)) {
    std::string links;
    for (const auto& component : flow.components) {
      if (!is_link(component)) continue;
      links += (links.empty() ? "" : " ") + component;
      loads[component].rate += flow.rate.value;
      ++loads[component].flows;
    }
    rate += flow.rate.value;
    if (flow.cdn_node) cdn_rate += flow.rate.value;
    if (flow.on_net) on_net_rate += flow.rate.value;
    flows.push_back(flow_row(flow, links));
  }
  json links = json::array();
  for (const auto& [link, load] : loads) {
    links.push_back({{"link", link}, {"rate", load.rate}, {"flows", load.flows}});
  }
  const auto known = desk.registry().contents.find(content);
  return {{"content", content.hex()}, {"title", known == desk.registry().contents.end() ? "" : known->second.title},
          {"time", now.value},        {"flows", flows},
          {"links", links},           {"rate", rate},
          {"cdn_rate", cdn_rate},     {"on_net_rate", on_net_rate}};
}

}  // namespace waybill::tracker
