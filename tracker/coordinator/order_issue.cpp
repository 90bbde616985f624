// How orders begin and end, and what forbids that one goes on.
#include <algorithm>

#include <fmt/format.h>

#include "common/types/check.h"
#include "tracker/coordinator/contact.h"
#include "tracker/coordinator/coordinator_state.h"
#include "tracker/coordinator/order_terms.h"

namespace waybill::tracker {

using protocol::Refusal;

namespace {

protocol::ServeOrder make_order(const Content& content, const AgentRecord& sender, const AgentRecord& receiver,
                                const Terms& terms, std::vector<protocol::PieceRange> ranges, TimeMs now) {
  protocol::ServeOrder order;
  order.content = content.id;
  order.owner = content.owner;
  order.sender = sender.key;
  order.receiver = receiver.key;
  order.ranges = std::move(ranges);  // what the sender does not hold it cannot serve, and may hold in a moment
  order.byte_limit = terms.byte_limit;
  order.rate_limit = terms.rate_limit;
  order.ack_window = terms.ack_window;
  order.not_before = now;
  order.not_after = terms.not_after;
  if (receiver.stock) {
    order.stock_address = receiver.address;
    order.ack_window = order.byte_limit;
  }
  return order;
}

}  // namespace

void Coordinator::State::update_spendable(IspId isp) {
  if (isp) swarm.set_spendable(isp, grants.spendable(isp));
}

std::optional<Terms> Coordinator::State::terms_for(const Download& download, AgentIndex source,
                                                   const LiveOrder* in_place_of, TimeMs now) {
  const auto* wanted = content(download.key.content);
  const auto& sender = swarm.agent(source);
  if (!wanted || (!sender.is_cdn() && !grants.open_agreement(sender.isp))) return std::nullopt;
  if (!sender.is_cdn() && !grants.covers(sender.isp, wanted->content_class, wanted->owner)) return std::nullopt;
  if (owners.refusal(wanted->owner, swarm.agent(download.key.receiver).key)) return std::nullopt;
  TermsInput input;
  const auto ranges = ranges_for(download, source);
  if (ranges.empty()) return std::nullopt;
  input.missing =
      std::min(missing_bytes(*wanted, download.pieces_held), ByteCount{pieces_in(ranges) * wanted->piece_length.value});
  input.piece_length = wanted->piece_length;
  input.spendable = sender.is_cdn() ? kUnlimitedBytes : grants.spendable(sender.isp);
  input.upload_cap = sender.sharing.upload_cap;
  if (sender.is_cdn()) {
    // CDN nodes that serve the same download share its limit.
    std::int64_t nodes = 0;
    for (const auto* live : sources_of(download)) nodes += live->cdn_node && live->sender != source ? 1 : 0;
    if (download.share.limit.value > 0)
      input.cdn_limit = {std::max<std::int64_t>(1, download.share.limit.value / (nodes + 1))};
  } else {
    input.grant_until = grants.open_until(sender.isp);
  }
  if (!policies.empty()) {
    const auto admission = admit(download, source, in_place_of, now);
    if (admission.blocking) return std::nullopt;
    input.spendable = std::min(input.spendable, admission.bytes);
    input.policy_limit = {admission.rate};
  }
  input.now = now;
  input.life = options.order_life;
  const auto terms = order_terms(input);
  if (terms.byte_limit < least_useful(*wanted, input.missing)) return std::nullopt;
  if (terms.not_after - now < std::min(kShortestOrder, options.order_life)) return std::nullopt;
  return terms;
}

bool Coordinator::State::issue(Download& download, AgentIndex source, const std::optional<OrderId>& replaces,
                               Step& step) {
  const auto& sender = swarm.agent(source);
  const auto& receiver = swarm.agent(download.key.receiver);
  if (!replaces && static_cast<std::size_t>(receiver.fetching) >= kMaxOrdersPerReceiver) return false;
  const auto terms = terms_for(download, source, replaces ? &orders.at(*replaces) : nullptr, step.now);
  if (!terms) return false;

  LiveOrder live;
  const auto& wanted = *content(download.key.content);
  live.order = make_order(wanted, sender, receiver, *terms, ranges_for(download, source), step.now);
  live.order.id = options.new_order_id();
  if (!sender.is_cdn()) live.order.agreement = grants.open_agreement(sender.isp)->id;
  live.sender = source;
  live.receiver = download.key.receiver;
  live.cdn_node = sender.is_cdn();
  live.content_class = wanted.content_class;
  live.on_net = sender.isp && sender.isp == receiver.isp;
  live.issued = live.last_gain = step.now;
  const auto contact = contact_between(sender, receiver);
  IssueOrder action{
      live.order,       contact.source, live.on_net,  live.cdn_node, live.content_class, grants.name_of(sender.isp),
      receiver.address, sender.isp,     receiver.isp, replaces,      contact.dial,       contact.receiver_port,
      sender.address};
  step.out.push_back(std::move(action));
  enter_order(download, std::move(live), replaces, step.now);
  return true;
}

void Coordinator::State::enter_order(Download& download, LiveOrder live, const std::optional<OrderId>& replaces,
                                     TimeMs now) {
  ++orders_issued;
  const auto& order = live.order;
  if (auto* quotas = order.agreement ? grants.quotas(order.agreement) : nullptr) {
    quotas->reserve(order.id, order.sender, order.byte_limit, order.not_after);
    update_spendable(swarm.agent(live.sender).isp);
  }
  if (replaces) live.path = orders.at(*replaces).path;
  if (!policies.empty()) enter_policies(live, now);
  download.orders.push_back(order.id);
  swarm.edit_agent(live.sender).orders_as_sender.push_back(order.id);
  if (replaces) {  // takes over the slot
    // A sender keeps to the lowest rate of its live orders: one that is raised must not wait for the slower one's end.
    auto& before = orders.at(*replaces);
    const auto rate = order.rate_limit;
    const bool raised = before.order.rate_limit.value > 0 && (rate.value == 0 || rate > before.order.rate_limit);
    // Where no policy counts what the earlier one may still bring, its pieces need not cross the border any longer.
    const bool other_pieces = policies.empty() && order.ranges != before.order.ranges;
    const auto hand_over = raised || other_pieces ? kHandOverRaised : kHandOver;
    before.superseded_until = now + hand_over;
    policies.supersede(*replaces, order.id, may_be_acked(before, download.last_report, now, hand_over + kEndArrives));
  } else {
    swarm.add_serving(live.sender, 1);
    swarm.add_fetching(live.receiver, 1);
  }
  const auto id = order.id;
  const bool added = orders.emplace(id, std::move(live)).second;
  WAYBILL_ASSERT(added, "order ids must never repeat");
}

void Coordinator::State::end_order(const OrderId& id, const Ended& ended, Step& step, bool tell) {
  const auto found = orders.find(id);
  if (found == orders.end()) return;
  const auto live = std::move(found->second);
  orders.erase(found);
  if (tell) {
    step.out.push_back(RevokeOrder{id, live.order.sender, live.order.receiver, ended.reason, ended.why});
    ++orders_revoked;
  }
  if (live.order.agreement) {
    if (auto* quotas = grants.quotas(live.order.agreement)) quotas->close(id, live.acked, step.now);
  }
  std::erase(swarm.edit_agent(live.sender).orders_as_sender, id);
  const auto of = downloads.find({live.receiver, live.order.content});
  const auto reported = of == downloads.end() ? TimeMs{} : of->second.last_report;
  policies.close(id, live.acked, may_be_acked(live, reported, step.now, kEndArrives), step.now);
  if (of != downloads.end()) std::erase(of->second.orders, id);
  if (live.superseded_until) return;
  swarm.add_serving(live.sender, -1);
  swarm.add_fetching(live.receiver, -1);
  // With the slot goes what the order had superseded.
  const auto siblings = swarm.agent(live.sender).orders_as_sender;
  for (const auto& sibling : siblings) {
    const auto& other = orders.at(sibling);
    if (other.superseded_until && other.receiver == live.receiver && other.order.content == live.order.content) {
      end_order(sibling, ended, step);
    }
  }
}

void Coordinator::State::end_download(const DownloadKey& key, const Ended& ended, Step& step) {
  const auto found = downloads.find(key);
  if (found == downloads.end()) return;
  const auto ids = found->second.orders;
  for (const auto& id : ids) end_order(id, ended, step);
  std::erase(swarm.edit_agent(key.receiver).downloads, key.content);
  const bool through = complete(found->second);
  downloads.erase(key);
  leave_share(key, through, step);
  if (through || swarm.holding(key.receiver, key.content)) return;
  const auto promised = swarm.agent(key.receiver).orders_as_sender;  // of pieces that it will not have now
  enforce(promised, step);
}

std::optional<Ended> Coordinator::State::forbidden(const LiveOrder& live, TimeMs now) const {
  const auto& sender = swarm.agent(live.sender);
  if (!content(live.order.content)) return Ended{Refusal::content_removed, "the content was removed"};
  if (!sender.sharing.consented) return Ended{Refusal::sharing_off, "the owner of the source does not share"};
  const bool fetches = downloads.contains({live.sender, live.order.content});  // it will hold some in a moment
  if (!fetches && !swarm.holding(live.sender, live.order.content)) {
    return Ended{Refusal::source_gone, "the source does not hold the content"};
  }
  if (live.cdn_node) return std::nullopt;
  const auto* agreement = grants.open_agreement(sender.isp);
  if (!agreement) return Ended{Refusal::grant_ended, grants.explain(sender.isp, now).reason};
  if (agreement->id != live.order.agreement) {
    return Ended{Refusal::grant_ended,
                 fmt::format("another agreement of ISP {} is in force", grants.name_of(sender.isp))};
  }
  if (grants.over_quota(sender.isp)) return Ended{Refusal::quota_exhausted, grants.explain(sender.isp, now).reason};
  return std::nullopt;
}

bool Coordinator::State::was_short(const LiveOrder& live, TimeMs now) const {
  const auto download = downloads.find({live.receiver, live.order.content});
  const auto* wanted = content(live.order.content);
  if (download == downloads.end() || !wanted || now - live.issued > kReportIsFresh) return false;
  return live.order.byte_limit < missing_bytes(*wanted, download->second.pieces_held);
}

void Coordinator::State::enforce(const std::vector<OrderId>& ids, Step& step) {
  std::vector<DownloadKey> touched;
  for (const auto& id : ids) {
    const auto found = orders.find(id);
    if (found == orders.end()) continue;
    const auto ended = forbidden(found->second, step.now);
    if (!ended) continue;
    touched.push_back({found->second.receiver, found->second.order.content});
    end_order(id, *ended, step);
  }
  for (const auto& key : touched) {
    const auto download = downloads.find(key);
    if (download != downloads.end() && content(key.content)) top_up(download->second, step);
  }
}

void Coordinator::State::enforce_everywhere(Step& step) {
  std::vector<OrderId> ids;
  for (const auto& [id, live] : orders) {
    if (forbidden(live, step.now)) ids.push_back(id);
  }
  enforce(ids, step);
}

void Coordinator::State::drop_beyond_slots(AgentIndex sender, Step& step) {
  const auto& agent = swarm.agent(sender);
  while (!agent.is_cdn() && agent.serving > std::max(0, agent.sharing.upload_slots)) {
    const auto last = std::find_if(agent.orders_as_sender.rbegin(), agent.orders_as_sender.rend(),
                                   [&](const OrderId& id) { return !orders.at(id).superseded_until; });
    const auto id = *last;
    const DownloadKey key{orders.at(id).receiver, orders.at(id).order.content};
    end_order(id, {Refusal::upload_cap_reached, "the owner of the source lowered its upload slots"}, step);
    top_up(downloads.at(key), step);
  }
}

void Coordinator::State::keep_owners_choices(Step& step) {
  std::vector<std::string> notices;
  const bool changed = owners.refresh(step.now, notices);
  for (auto& notice : notices) step.out.push_back(LogLine{true, std::move(notice)});
  if (!changed || !owners.restricts()) return;
  std::vector<std::pair<DownloadKey, std::string>> ended;
  for (const auto& [key, download] : downloads) {
    const auto* wanted = content(key.content);
    const auto refusal = wanted ? owners.refusal(wanted->owner, swarm.agent(key.receiver).key) : std::nullopt;
    if (refusal) ended.emplace_back(key, *refusal);
  }
  std::sort(ended.begin(), ended.end(), [](const auto& a, const auto& b) {  // the same inputs give the same actions
    return std::pair(a.first.receiver, a.first.content) < std::pair(b.first.receiver, b.first.content);
  });
  for (const auto& [key, reason] : ended) {
    end_download(key, {Refusal::owner_limit, reason}, step);
    step.out.push_back(RefuseWant{swarm.agent(key.receiver).key, key.content, Refusal::owner_limit, reason});
  }
}

void Coordinator::State::refresh_grants(TimeMs now) {
  grants.refresh(now);
  grants.each([&](IspId isp, std::int64_t bytes) { swarm.set_spendable(isp, bytes); });
}

}  // namespace waybill::tracker
