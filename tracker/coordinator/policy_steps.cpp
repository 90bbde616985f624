// How capacity policies are kept: before an order is issued, and while it lives.
#include <algorithm>

#include <fmt/format.h>

#include "tracker/coordinator/coordinator_state.h"

namespace waybill::tracker {

using protocol::Refusal;

std::int64_t may_be_acked(const LiveOrder& live, TimeMs reported, TimeMs now, DurationMs later) {
  if (now - reported > kReportIsFresh) return live.order.byte_limit.value;
  const auto coming = live.order.ack_window.value + live.rate.value / 1000 * later.value;
  return std::min(live.order.byte_limit.value, live.acked.value + coming);
}

std::string Coordinator::State::isp_of_policy(PolicySlot slot) const {
  return grants.name_of(policies.index().policies()[slot].isp);
}

void Coordinator::State::use_policies(const std::vector<PolicyUse>& use, TimeMs now) {
  latest = std::max(latest, now);
  std::vector<CapacityPolicy> in_force;
  policies_change.reset();
  const auto consider = [&](std::optional<TimeMs> instant) {
    if (instant && *instant > now && (!policies_change || *instant < *policies_change)) policies_change = instant;
  };
  for (const auto& policy : all_policies) {
    if (policy.in_force(now)) in_force.push_back(policy);
    consider(policy.valid_from);
    consider(policy.valid_until);
  }
  std::vector<PolicyUse> fresh;
  for (const auto& item : use) {
    if (!policies.slot_of(item.policy)) fresh.push_back(item);
  }
  policies.replace(std::move(in_force), now);
  routes.forget_routes();
  for (const auto& item : fresh) policies.restore(item.policy, {item.acked, item.acked_next, item.window_start});
  if (policies.empty()) return;
  for (const auto& [id, live] : orders) enter_policies(live, now);
  for (const auto& [id, live] : orders) {
    if (!live.superseded_until) continue;
    const auto& siblings = swarm.agent(live.sender).orders_as_sender;
    const auto later = std::find_if(siblings.begin(), siblings.end(), [&](const OrderId& other) {
      const auto& sibling = orders.at(other);
      return !sibling.superseded_until && sibling.receiver == live.receiver &&
             sibling.order.content == live.order.content;
    });
    const auto& download = downloads.at({live.receiver, live.order.content});
    if (later != siblings.end())
      policies.supersede(id, *later, may_be_acked(live, download.last_report, now, kHandOver + kEndArrives));
  }
}

std::vector<PolicySlot> Coordinator::State::policies_of(const LiveOrder& live, TimeMs now) const {
  const auto of_class = live.content_class;
  if (live.path) {
    const auto touched =
        policies.index().touched(live.path->path, swarm.agent(live.sender).isp, swarm.agent(live.receiver).isp);
    return policies.covering(touched, of_class, live.order.owner, live.cdn_node);
  }
  return policies.covering(routes.touched(live.sender, live.receiver, policies.index(), now), of_class,
                           live.order.owner, live.cdn_node);
}

void Coordinator::State::enter_policies(const LiveOrder& live, TimeMs now) {
  policies.enter(live.order, live.cdn_node, policies_of(live, now), now);
}

PolicyAdmission Coordinator::State::admit(const Download& download, AgentIndex source, const LiveOrder* in_place_of,
                                          TimeMs now) const {
  const auto& wanted = *content(download.key.content);
  PolicyRequest request;
  request.content_class = wanted.content_class;
  request.owner = wanted.owner;
  request.least_bytes = least_useful(wanted, missing_bytes(wanted, download.pieces_held)).value;
  request.cdn_node = swarm.agent(source).is_cdn();
  request.now = now;
  if (in_place_of) {
    request.in_place_of = &in_place_of->order.id;
    if (in_place_of->path) return policies.admit(policies_of(*in_place_of, now), request);
  }
  return policies.admit(routes.touched(source, download.key.receiver, policies.index(), now), request);
}

void Coordinator::State::record_policies(const RecordedBytes& recorded) {
  if (!recorded.facts) return;
  const auto& facts = *recorded.facts;
  const PathEnd from{facts.source_isp, facts.sender_address};
  const PathEnd to{facts.destination_isp, facts.receiver_address};
  const bool measured = recorded.path && !recorded.path->path.printed.empty();
  if (measured) {
    routes.learn(from, to, std::shared_ptr<const ResolvedPath>(recorded.path, &recorded.path->path), recorded.at);
  }
  if (policies.empty()) return;
  const auto found = orders.find(recorded.order);
  // A path between the ISPs of another time says nothing of what the order crosses now.
  const bool of_now = found != orders.end() && swarm.agent(found->second.sender).isp == facts.source_isp &&
                      swarm.agent(found->second.receiver).isp == facts.destination_isp;
  if (of_now && measured && found->second.path != recorded.path) {
    found->second.path = recorded.path;
    enter_policies(found->second, latest);
  }
  const auto of_class = facts.content_class;
  if (measured) {
    const auto touched = policies.index().touched(recorded.path->path, facts.source_isp, facts.destination_isp);
    policies.record(recorded, policies.covering(touched, of_class, facts.owner, !facts.agreement));
  } else if (const auto* slots = policies.slots_of(recorded.order)) {
    policies.record(recorded, *slots);
  } else {
    const auto touched = routes.touched(from, to, policies.index(), latest);
    policies.record(recorded, policies.covering(touched, of_class, facts.owner, !facts.agreement));
  }
}

void Coordinator::State::restore_policies(const std::vector<UnsettledTransfer>& transfers, TimeMs now) {
  for (const auto& transfer : transfers) {
    const auto& facts = transfer.facts;
    if (transfer.path && !transfer.path->printed.empty()) {
      routes.learn({facts.source_isp, facts.sender_address}, {facts.destination_isp, facts.receiver_address},
                   transfer.path, transfer.measured);
    }
  }
  routes.refresh();
  for (const auto& transfer : transfers) {
    const auto& facts = transfer.facts;
    const bool measured = transfer.path && !transfer.path->printed.empty();
    const auto touched = measured
                             ? policies.index().touched(*transfer.path, facts.source_isp, facts.destination_isp)
                             : routes.touched({facts.source_isp, facts.sender_address},
                                              {facts.destination_isp, facts.receiver_address}, policies.index(), now);
    policies.restore({facts.id, facts.agreement, facts.sender, facts.byte_limit, transfer.acked, facts.not_after},
                     policies.covering(touched, facts.content_class, facts.owner, !facts.agreement), now);
  }
}

// Peers go before CDN nodes, those that promise most before the others.
void Coordinator::State::shed(PolicySlot slot, Step& step) {
  auto ids = policies.orders_on(slot);
  const auto open = [&](const LiveOrder& live) { return live.order.byte_limit.value - live.acked.value; };
  std::stable_sort(ids.begin(), ids.end(), [&](const OrderId& a, const OrderId& b) {
    const auto& one = orders.at(a);
    const auto& other = orders.at(b);
    return one.cdn_node != other.cdn_node ? other.cdn_node : open(one) > open(other);
  });
  std::vector<DownloadKey> touched;
  const auto why = policy_text(policies.index().policies()[slot], isp_of_policy(slot));
  for (const auto& id : ids) {
    if (!policies.is_overdrawn(slot)) break;
    const auto found = orders.find(id);
    if (found == orders.end()) continue;  // went with another
    touched.push_back({found->second.receiver, found->second.order.content});
    end_order(id, {Refusal::policy_limit, why}, step);
  }
  for (const auto& key : touched) {
    const auto download = downloads.find(key);
    if (download != downloads.end()) top_up(download->second, step);
  }
}

void Coordinator::State::share_rates(PolicySlot slot, Step& step) {
  policies.rates(slot).rebalance(step.now);
  const auto why = policy_text(policies.index().policies()[slot], isp_of_policy(slot));
  for (const auto& id : policies.rates(slot).surplus()) {
    const auto found = orders.find(id);
    if (found == orders.end()) continue;
    found->second.superseded_until ? void() : end_order(id, {Refusal::policy_limit, why}, step);
  }
  for (const auto& id : policies.rates(slot).to_change(step.now)) {
    const auto found = orders.find(id);
    if (found == orders.end() || found->second.superseded_until) continue;
    const auto& live = found->second;
    const auto download = downloads.find({live.receiver, live.order.content});
    if (download == downloads.end() || complete(download->second)) continue;
    const auto before = live.order.rate_limit.value;
    const auto terms = terms_for(download->second, live.sender, &live, step.now);
    const auto after = terms ? terms->rate_limit.value : 0;
    const bool lowered = after > 0 && (before == 0 || after < before);
    // Its sender's own cap, or the CDN's sparing, may leave it where it is.
    const bool raised = after > before && before > 0 && (after - before) * 4 > before;
    if (lowered || raised) issue(download->second, live.sender, id, step);
    if (terms || !policies.rates(slot).over()) continue;
    end_order(id, {Refusal::policy_limit, why}, step);
    download->second.next_top_up = step.now;
  }
}

void Coordinator::State::keep_policies(Step& step) {
  latest = step.now;
  if (policies_change && step.now >= *policies_change) {
    use_policies({}, step.now);
    next_shares = step.now;
  }
  if (policies.empty()) return;
  routes.refresh();
  if (step.now >= next_routes) {
    next_routes = step.now + kRoutesEvery;
    routes.forget_routes();
  }
  policies.begin_windows(step.now);
  for (const auto slot : policies.overdrawn()) shed(slot, step);
  if (step.now < next_shares) return;
  next_shares = step.now + kSharesEvery;
  for (const auto slot : policies.rated()) share_rates(slot, step);
}

}  // namespace waybill::tracker
