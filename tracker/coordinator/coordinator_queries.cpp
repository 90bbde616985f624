// What people are told: who is connected, which orders live, and why an agent is or is not a source.
#include <algorithm>

#include <fmt/format.h>

#include "tracker/coordinator/policy_gate_detail.h"

namespace waybill::tracker {
namespace {

constexpr std::size_t kReasonsInLog = 8;
constexpr std::size_t kExplainedInLog = 32;

std::string called(const AgentRecord& agent) { return agent.name.empty() ? agent.key.brief() : agent.name; }

}  // namespace

std::string Coordinator::State::reason_of(const Candidate& candidate, const SelectionRequest& request) const {
  const auto& agent = swarm.agent(candidate.agent);
  switch (candidate.verdict) {
    case Verdict::chosen:
      if (candidate.cdn_node) return "CDN node";
      return candidate.on_net ? "same ISP" : fmt::format("ISP {} grants it", grants.name_of(agent.isp));
    case Verdict::already_source:
      return "serves it already";
    case Verdict::is_receiver:
      return "not chosen: it is the receiver";
    case Verdict::no_consent:
      return "not chosen: the owner of the machine does not share";
    case Verdict::unreachable: {
      if (agent.port == 0) return "not chosen: it accepts no connections";
      const bool stock = request.receiver != kNobody && swarm.agent(request.receiver).stock;
      return stock && !agent.reachable()
                 ? "not chosen: nobody outside reaches its port, and a stock client waits for no call"
                 : "not chosen: its address is of another family than the receiver's";
    }
    case Verdict::isp_unknown:
      return "not chosen: no ISP's prefix covers its address " + agent.address.str();
    case Verdict::grant_closed: {
      const auto decision = grants.explain(agent.isp, request.now);
      if (!decision.allowed) return "not chosen: " + decision.reason;
      return fmt::format("not chosen: too little is left of the quota of ISP {}", grants.name_of(agent.isp));
    }
    case Verdict::grant_excludes: {
      const auto* wanted = content(request.content);
      return fmt::format("not chosen: the grant of ISP {} leaves out {} content of {}", grants.name_of(agent.isp),
                         wanted ? name_of(wanted->content_class) : "such", wanted ? wanted->owner : "its owner");
    }
    case Verdict::unpriced:
      return fmt::format("not chosen: ISP {} has no price for what a stock client acknowledges to nobody",
                         grants.name_of(agent.isp));
    case Verdict::in_part:
      return "not chosen: it holds a part, and a stock client is served from the whole file";
    case Verdict::dearer:
      return fmt::format("not chosen: off-net bytes of ISP {} cost more than the CDN's", grants.name_of(agent.isp));
    case Verdict::upload_cap:
      return fmt::format("not chosen: it is at its upload cap of {} bytes per second", agent.sharing.upload_cap.value);
    case Verdict::slots_full:
      return fmt::format("not chosen: all of its {} upload slots are taken", agent.sharing.upload_slots);
    case Verdict::cooling_down:
      return "not chosen: it failed this receiver a short while ago";
    case Verdict::policy: {
      const auto* wanted = content(request.content);
      const Gate gate(*this, request.receiver, *wanted, request.min_bytes, false, request.now);
      const auto blocking = gate.blocking(candidate.agent, candidate.cdn_node);
      if (!blocking) return "not chosen: a capacity policy had nothing left a moment ago";
      return "not chosen: " + policies.why_blocked(*blocking, isp_of_policy(*blocking), candidate.cdn_node);
    }
    case Verdict::outranked:
      return "not chosen: nearer or less loaded sources are enough";
  }
  return "";
}

std::vector<ExplainedCandidate> Coordinator::State::explain(const ContentId& id, AgentIndex receiver, std::size_t limit,
                                                            TimeMs now) const {
  std::vector<ExplainedCandidate> rows;
  const auto* holders = swarm.holders(id);
  if (!holders) return rows;
  SelectionRequest request;
  request.content = id;
  request.receiver = receiver;
  request.now = now;
  request.needs.peers = options.target_sources - 1;
  std::vector<AgentIndex> serving;
  if (receiver != kNobody) {
    request.cool_downs = swarm.agent(receiver).cool_downs;
    const auto found = downloads.find({receiver, id});
    if (found != downloads.end()) {
      for (const auto* live : sources_of(found->second)) {
        serving.push_back(live->sender);
        ++(live->cdn_node ? request.needs.cdn_now : request.needs.peers_now);
      }
    }
  }
  request.needs.peers = std::max(0, request.needs.peers - request.needs.peers_now);
  request.sources_now = serving;
  const auto* wanted = content(id);
  std::optional<Gate> gate;
  if (wanted && receiver != kNobody && !policies.empty()) {
    request.min_bytes = least_useful(*wanted, wanted->size).value;
    gate.emplace(*this, receiver, *wanted, request.min_bytes, false, now);
    request.policies = &*gate;
  }

  std::optional<ContentGrants> granted;
  const bool stock = receiver != kNobody && swarm.agent(receiver).stock;
  if (wanted && (!grants.all_content() || options.cdn_price || stock)) {
    request.grants = &granted.emplace(*this, *wanted, stock);
  }

  std::vector<Candidate> candidates;
  const auto judge = [&](const std::vector<HolderEntry>& entries) {
    for (const auto& entry : entries) {
      if (candidates.size() >= limit) return;
      candidates.push_back(judge_candidate(swarm, entry, request));
    }
  };
  judge(holders->cdn);
  for (const auto& bucket : holders->buckets) judge(bucket.entries);
  judge(holders->idle);
  choose_sources(candidates, request.needs);
  for (const auto& candidate : candidates) {
    const auto& agent = swarm.agent(candidate.agent);
    const bool usable = candidate.verdict == Verdict::chosen || candidate.verdict == Verdict::already_source;
    rows.push_back({agent.key, agent.name, grants.name_of(agent.isp), candidate.cdn_node, candidate.on_net, usable,
                    reason_of(candidate, request)});
  }
  return rows;
}

std::string Coordinator::State::account_for(const Download& download, TimeMs now) const {
  int on_net = 0;
  int off_net = 0;
  int cdn = 0;
  for (const auto* live : sources_of(download)) ++(live->cdn_node ? cdn : live->on_net ? on_net : off_net);
  const auto& receiver = swarm.agent(download.key.receiver);
  const auto known = contents.find(download.key.content);
  auto line =
      fmt::format("{} wants {}: {} sources at its own ISP, {} at others, {} CDN nodes", called(receiver),
                  known == contents.end() ? download.key.content.brief() : known->second.title, on_net, off_net, cdn);
  std::size_t told = 0;
  for (const auto& row : explain(download.key.content, download.key.receiver, kExplainedInLog, now)) {
    if (row.usable || row.key == receiver.key) continue;
    if (++told > kReasonsInLog) return line + "; and others";
    line += fmt::format("; {} {}", row.name.empty() ? row.key.brief() : row.name, row.reason);
  }
  return line;
}

std::vector<ExplainedCandidate> Coordinator::explain(const ContentId& content, const std::optional<AgentKey>& receiver,
                                                     std::size_t limit, TimeMs now) const {
  const auto index = receiver ? state_->swarm.find(*receiver) : std::nullopt;
  return state_->explain(content, index.value_or(kNobody), limit, now);
}

std::vector<AgentRow> Coordinator::agents(std::size_t limit) const {
  std::vector<AgentRow> rows;
  const auto& swarm = state_->swarm;
  for (AgentIndex index = 0; index < swarm.places() && rows.size() < limit; ++index) {
    const auto& agent = swarm.agent(index);
    if (!agent.online) continue;
    AgentRow row;
    row.key = agent.key;
    row.name = agent.name;
    row.role = agent.role;
    row.isp = state_->grants.name_of(agent.isp);
    row.endpoint = {agent.address, agent.port};
    row.sharing = agent.sharing;
    row.holdings_total = agent.holdings.size();
    for (std::size_t i = 0; i < std::min(kMaxRowHoldings, agent.holdings.size()); ++i) {
      const auto& holding = agent.holdings[i];
      row.holdings.push_back({swarm.content_id(holding.content), holding.pieces_held, holding.pieces_total});
    }
    row.orders_served = agent.serving;
    row.orders_fetched = agent.fetching;
    row.upload_rate = agent.upload_rate;
    row.reach = agent.reach;
    row.behind_nat = agent.behind_nat();
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<OrderRow> Coordinator::orders(std::size_t limit) const {
  std::vector<OrderRow> rows;
  for (const auto& [id, live] : state_->orders) {
    if (rows.size() >= limit) break;
    rows.push_back({live.order, live.on_net, live.cdn_node, live.acked, live.rate, live.superseded_until.has_value()});
  }
  return rows;
}

std::string Coordinator::isp_name_of(const IpAddress& address) const {
  return state_->isp_of ? state_->grants.name_of(state_->isp_of(address)) : "";
}

std::size_t Coordinator::holders(const ContentId& content) const {
  const auto* known = state_->swarm.holders(content);
  return known == nullptr ? 0 : known->holders;
}

SwarmCounts Coordinator::counts() const {
  return {state_->swarm.online(), state_->downloads.size(), state_->orders.size(), state_->orders_issued,
          state_->orders_revoked};
}

std::string Coordinator::audit() const {
  auto fault = state_->swarm.audit();
  return fault.empty() ? state_->audit_orders() : fault;
}

std::string Coordinator::State::audit_orders() const {
  std::unordered_map<AgentIndex, std::pair<int, int>> counted;  // serving, fetching
  std::size_t listed = 0;
  for (const auto& [key, download] : downloads) {
    if (!swarm.agent(key.receiver).online) return "a download outlives its receiver";
    listed += download.orders.size();
    for (const auto& id : download.orders) {
      const auto found = orders.find(id);
      if (found == orders.end()) return "a download lists an order that does not live";
      const auto& live = found->second;
      if (live.receiver != key.receiver || live.order.content != key.content)
        return "an order is in a strange download";
      const auto& served = swarm.agent(live.sender).orders_as_sender;
      if (std::count(served.begin(), served.end(), id) != 1) return "an order is not listed by its sender";
      if (live.superseded_until) continue;
      ++counted[live.sender].first;
      ++counted[live.receiver].second;
    }
  }
  if (listed != orders.size()) return "an order belongs to no download";
  for (AgentIndex index = 0; index < swarm.places(); ++index) {
    const auto& agent = swarm.agent(index);
    const auto [serving, fetching] = counted[index];
    if (agent.serving != serving || agent.fetching != fetching) return agent.key.brief() + " counts its orders wrongly";
  }
  return "";
}

}  // namespace waybill::tracker
