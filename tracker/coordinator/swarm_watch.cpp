// Who feeds whom at this moment, across which links: for people who look on.
#include <algorithm>

#include "tracker/coordinator/coordinator_state.h"

namespace waybill::tracker {

std::vector<WatchedFlow> Coordinator::watch(const ContentId& content, std::size_t limit, TimeMs now) const {
  std::vector<WatchedFlow> flows;
  const auto& s = *state_;
  for (const auto& [id, live] : s.orders) {
    if (live.order.content != content || live.superseded_until) continue;
    if (flows.size() >= limit) break;
    const auto& sender = s.swarm.agent(live.sender);
    const auto& receiver = s.swarm.agent(live.receiver);
    const auto download = s.downloads.find({live.receiver, content});
    WatchedFlow flow;
    flow.order = id;
    flow.sender = {sender.key, sender.name, s.grants.name_of(sender.isp)};
    flow.receiver = {receiver.key, receiver.name, s.grants.name_of(receiver.isp)};
    flow.cdn_node = live.cdn_node;
    flow.on_net = live.on_net;
    flow.acked = live.acked;
    flow.rate = live.rate;
    if (download != s.downloads.end()) flow.receiver_holds = download->second.pieces_held;
    const auto* wanted = s.content(content);
    flow.pieces = wanted ? wanted->pieces : 0;
    const auto predicted = s.routes.predict(live.sender, live.receiver, now);
    const auto& path = live.path ? live.path->path : *predicted.path;
    for (const auto& component : path.components) flow.components.push_back(component.key);
    flow.basis = live.path ? "measured" : to_string(predicted.basis);
    flows.push_back(std::move(flow));
  }
  std::sort(flows.begin(), flows.end(), [](const WatchedFlow& a, const WatchedFlow& b) {
    return std::tie(a.receiver.isp, a.receiver.name, a.receiver.key, a.sender.isp, a.sender.name, a.order) <
           std::tie(b.receiver.isp, b.receiver.name, b.receiver.key, b.sender.isp, b.sender.name, b.order);
  });
  return flows;
}

}  // namespace waybill::tracker
