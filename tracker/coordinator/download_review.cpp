// What is done for a download that is under way, about once a second: sources that disappoint are replaced, orders
// renewed before they end, missing sources looked for, the CDN's rate adapted.
#include <algorithm>

#include <fmt/format.h>

#include "tracker/coordinator/policy_gate_detail.h"

namespace waybill::tracker {

using protocol::Refusal;

namespace {

constexpr int kStockPeers = 3;  // that serve one stock client

bool delivers(const LiveOrder& live, TimeMs now, DurationMs stall) {
  return live.last_gain > live.issued && now - live.last_gain < stall;
}

}  // namespace

// All pieces that the order names may have come: nothing more is expected of it.
bool Coordinator::State::is_through(const LiveOrder& live) const {
  const auto* wanted = content(live.order.content);
  if (!wanted || live.order.ranges == all_pieces(wanted->pieces)) return false;
  return live.acked.value >= (pieces_in(live.order.ranges) - 1) * wanted->piece_length.value;
}

bool Coordinator::State::complete(const Download& download) const {
  const auto* wanted = content(download.key.content);
  return !wanted || download.pieces_held >= wanted->pieces;
}

std::vector<const LiveOrder*> Coordinator::State::sources_of(const Download& download) const {
  std::vector<const LiveOrder*> sources;
  for (const auto& id : download.orders) {
    const auto& live = orders.at(id);
    if (!live.superseded_until) sources.push_back(&live);
  }
  return sources;
}

std::size_t Coordinator::State::select_for(const Download& download, const SourceNeeds& needs, TimeMs now) {
  const auto* wanted = content(download.key.content);
  if (!wanted) return 0;
  std::vector<AgentIndex> serving;
  for (const auto* live : sources_of(download)) serving.push_back(live->sender);
  SelectionRequest request;
  request.content = download.key.content;
  request.receiver = download.key.receiver;
  request.needs = needs;
  request.min_bytes = least_useful(*wanted, missing_bytes(*wanted, download.pieces_held)).value;
  request.sources_now = serving;
  request.cool_downs = swarm.agent(download.key.receiver).cool_downs;
  request.now = now;
  const Gate gate(*this, download.key.receiver, *wanted, request.min_bytes, true, now);
  if (!policies.empty()) request.policies = &gate;
  const bool stock = swarm.agent(download.key.receiver).stock;
  const ContentGrants granted(*this, *wanted, stock);
  if (!grants.all_content() || options.cdn_price || stock) request.grants = &granted;
  return select_sources(swarm, request, random, drawn);
}

std::size_t Coordinator::State::top_up(Download& download, Step& step) {
  download.next_top_up = step.now + options.top_up_every;
  if (complete(download)) return 0;
  SourceNeeds needs;
  for (const auto* live : sources_of(download)) ++(live->cdn_node ? needs.cdn_now : needs.peers_now);
  // One place is the CDN's. Of what is ordered for a stock client nobody tells before its receipts how far it came.
  const int peers = swarm.agent(download.key.receiver).stock ? kStockPeers : options.target_sources - 1;
  needs.peers = std::max(0, peers - needs.peers_now);
  const auto chosen = select_for(download, needs, step.now);
  // Under a policy that covers its way too, the node that can always serve has its part before peers take theirs.
  if (!policies.empty()) {
    std::stable_partition(drawn.begin(), drawn.begin() + static_cast<std::ptrdiff_t>(chosen),
                          [](const Candidate& candidate) { return candidate.cdn_node; });
  }
  std::size_t issued = 0;
  for (std::size_t i = 0; i < chosen; ++i) {
    if (issue(download, drawn[i].agent, std::nullopt, step)) ++issued;
  }
  return issued;
}

void Coordinator::State::cool_down(AgentIndex receiver, const LiveOrder& live, TimeMs now) {
  auto& pauses = swarm.edit_agent(receiver).cool_downs;
  auto found = std::find_if(pauses.begin(), pauses.end(), [&](const CoolDown& pause) {
    return pause.source == live.order.sender && pause.content == live.order.content;
  });
  if (found == pauses.end()) {
    if (pauses.size() >= kMaxCoolDowns) pauses.erase(pauses.begin());
    pauses.push_back({live.order.sender, live.order.content, {}, 0});
    found = pauses.end() - 1;
  }
  const auto doubled = DurationMs{kFirstPause.value << std::min(found->times, 8)};
  ++found->times;
  found->until = now + (live.cdn_node ? kCdnPause : std::min(doubled, kLongestPause));
}

void Coordinator::State::forgive(AgentIndex receiver, const LiveOrder& live) {
  std::erase_if(swarm.edit_agent(receiver).cool_downs, [&](const CoolDown& pause) {
    return pause.source == live.order.sender && pause.content == live.order.content;
  });
}

void Coordinator::State::drop_stalled(Download& download, Step& step) {
  // From a report that is late nothing is concluded about the sources.
  if (step.now - download.last_report > kReportIsFresh) return;
  if (swarm.agent(download.key.receiver).stock) return;  // it says nothing of its sources
  const auto sources = sources_of(download);
  const bool others_deliver = std::any_of(sources.begin(), sources.end(),
                                          [&](const auto* live) { return delivers(*live, step.now, options.stall); });
  std::vector<OrderId> stalled;
  for (const auto* live : sources) {
    if (step.now - live->last_gain >= options.stall && !is_through(*live)) stalled.push_back(live->order.id);
  }
  for (const auto& id : stalled) {
    const auto live = orders.at(id);
    // While nobody delivers, the fault may be the receiver's; and the only CDN node is never given up for nobody. Such
    // a source goes only when another stands ready.
    if (live.cdn_node || !others_deliver) {
      const SourceNeeds needs{live.cdn_node ? 0 : 1, kFewPeers, live.cdn_node ? 0 : kFewPeers};
      if (select_for(download, needs, step.now) == 0 || !issue(download, drawn[0].agent, std::nullopt, step)) continue;
    }
    cool_down(download.key.receiver, live, step.now);
    const auto waited = (step.now - live.last_gain).value / 1000;
    end_order(id, {Refusal::source_stalled, fmt::format("it delivered nothing for {} s", waited)}, step);
    if (!others_deliver) return;  // one at a time
  }
  if (!stalled.empty()) download.next_top_up = step.now;
}

void Coordinator::State::drop_spare_cdn(Download& download, Step& step) {
  int delivering = 0;
  std::vector<const LiveOrder*> nodes;
  for (const auto* live : sources_of(download)) {
    if (live->cdn_node) {
      nodes.push_back(live);
    } else if (delivers(*live, step.now, options.stall)) {
      ++delivering;
    }
  }
  const auto wanted = static_cast<std::size_t>(cdn_nodes_wanted(delivering));
  if (nodes.size() <= wanted) return;
  std::sort(nodes.begin(), nodes.end(), [](const auto* a, const auto* b) { return a->rate > b->rate; });
  std::vector<OrderId> spare;
  for (auto i = wanted; i < nodes.size(); ++i) spare.push_back(nodes[i]->order.id);
  for (const auto& id : spare) end_order(id, {Refusal::request_ended, "peers carry its part"}, step);
}

void Coordinator::State::renew(Download& download, Step& step) {
  if (complete(download)) return;
  const auto ids = download.orders;
  for (const auto& id : ids) {
    const auto& live = orders.at(id);
    if (live.superseded_until) continue;
    const auto life = live.order.not_after - live.order.not_before;
    const bool ends = live.order.not_after - step.now <= std::min(options.renew_before, DurationMs{life.value / 4});
    // Nine tenths of the bytes are used: the rest may be under way already.
    const bool used_up = live.acked.value > live.order.byte_limit.value / 10 * 9;
    if (!ends && !used_up) continue;
    const auto terms = terms_for(download, live.sender, &live, step.now);
    if (!terms || forbidden(live, step.now)) continue;  // it runs out
    if (!used_up && terms->not_after <= live.order.not_after) continue;
    issue(download, live.sender, id, step);
  }
}

void Coordinator::State::end_superseded(Download& download, Step& step) {
  const auto ids = download.orders;
  for (const auto& id : ids) {
    const auto found = orders.find(id);
    if (found == orders.end()) continue;  // went with another
    const auto& live = found->second;
    if (live.order.not_after <= step.now) {
      end_order(id, {Refusal::order_expired, "its time is over"}, step, false);  // both ends know
    } else if (live.superseded_until && *live.superseded_until <= step.now) {
      end_order(id, {Refusal::order_replaced, "another order has taken its place"}, step);
    }
  }
}

// Neither end speaks of an order of which every byte is acknowledged: its source stands ready for another.
void Coordinator::State::end_used_up(Download& download, Step& step) {
  const auto ids = download.orders;
  for (const auto& id : ids) {
    const auto found = orders.find(id);
    if (found == orders.end() || found->second.acked.value < found->second.order.byte_limit.value) continue;
    end_order(id, {Refusal::bytes_exhausted, "all of its bytes are acknowledged"}, step);
    download.next_top_up = step.now;
  }
}

void Coordinator::State::limit_cdn(Download& download, Step& step) {
  std::vector<OrderId> nodes;
  for (const auto* live : sources_of(download)) {
    if (live->cdn_node) nodes.push_back(live->order.id);
  }
  for (const auto& id : nodes) {
    const auto& live = orders.at(id);
    const auto terms = terms_for(download, live.sender, &live, step.now);
    if (terms && terms->rate_limit != live.order.rate_limit) issue(download, live.sender, id, step);
  }
}

void Coordinator::State::review(Download& download, Step& step) {
  end_superseded(download, step);
  if (complete(download)) return;
  settle_share(download, step);
  end_used_up(download, step);
  drop_stalled(download, step);
  renew(download, step);
  if (step.now >= download.next_top_up) {
    top_up(download, step);
    drop_spare_cdn(download, step);
  }
}

}  // namespace waybill::tracker
