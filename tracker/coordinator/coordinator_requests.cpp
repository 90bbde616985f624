// Requests, reports and departures: the steps behind the receivers' messages.
#include <algorithm>

#include <fmt/format.h>

#include "tracker/coordinator/coordinator_state.h"

namespace waybill::tracker {

using protocol::Refusal;

const Content* Coordinator::State::content(const ContentId& id) const {
  const auto found = contents.find(id);
  return found == contents.end() || found->second.removed ? nullptr : &found->second;
}

Download* Coordinator::State::download(const AgentKey& receiver, const ContentId& id) {
  const auto agent = swarm.find(receiver);
  if (!agent) return nullptr;
  const auto found = downloads.find({*agent, id});
  return found == downloads.end() ? nullptr : &found->second;
}

LiveOrder* Coordinator::State::order_of(const AgentKey& receiver, const OrderId& id) {
  const auto found = orders.find(id);
  return found == orders.end() || found->second.order.receiver != receiver ? nullptr : &found->second;
}

std::optional<RefuseWant> Coordinator::State::find_refusal(AgentIndex receiver, const protocol::Want& want) const {
  const auto& agent = swarm.agent(receiver);
  const auto refuse_for = [&](Refusal reason, std::string message) {
    return RefuseWant{agent.key, want.content, reason, std::move(message)};
  };
  const auto known = contents.find(want.content);
  if (known == contents.end()) return refuse_for(Refusal::content_unknown, "the tracker does not know this content");
  if (known->second.removed) return refuse_for(Refusal::content_removed, known->second.title + " was removed");
  if (auto reason = owners.refusal(known->second.owner, agent.key)) {
    return refuse_for(Refusal::owner_limit, std::move(*reason));
  }
  if (agent.downloads.size() >= static_cast<std::size_t>(options.max_wants_per_agent)) {
    return refuse_for(
        Refusal::too_busy,
        fmt::format("at most {} contents may be requested at once: wait for one to end", options.max_wants_per_agent));
  }
  return std::nullopt;
}

// For the record: what the receiver says, and what the tracker knows of the two ends.
std::string Coordinator::State::failure_text(const LiveOrder& live, const protocol::SourceFailed& failed) const {
  std::string text = failed.message.empty() ? std::string(name_of(failed.reason)) : failed.message;
  if (failed.reason != Refusal::none || live.acked.value > 0 || swarm.agent(live.sender).reachable()) return text;
  text += swarm.agent(live.receiver).reachable() ? " (nobody outside reaches the source's port)"
                                                 : " (nobody outside reaches the source's port or the receiver's)";
  return text;
}

void Coordinator::State::take_report(Download& download, const protocol::Progress& report, Step& step) {
  const auto* wanted = content(download.key.content);
  if (!wanted) return;
  download.last_report = step.now;
  download.pieces_held = std::clamp<std::int64_t>(report.pieces_held, 0, wanted->pieces);
  ByteRate cdn;
  ByteRate peers;
  for (const auto& item : report.orders) {
    auto* live = order_of(swarm.agent(download.key.receiver).key, item.order);
    if (!live || live->order.content != report.content) continue;
    const AckedBytes acked{std::clamp(item.acked.value, live->acked.value, live->order.byte_limit.value)};
    const ByteRate rate{std::max<std::int64_t>(0, item.rate.value)};
    if (acked > live->acked || rate.value > 0) {
      live->last_gain = step.now;
      forgive(download.key.receiver, *live);
    }
    live->acked = acked;
    live->rate = rate;
    // Over the order's life: a sender with a limit sends in bursts, some seconds apart.
    const auto life = std::max<std::int64_t>(1000, (step.now - live->issued).value);
    policies.report(item.order, {acked.value * 1000 / life});
    (live->cdn_node ? cdn : peers) += rate;
  }
  if (shares_content(download)) return watch_pace(download, cdn, peers, step);
  if (!options.spare_cdn || swarm.agent(download.key.receiver).stock) return;
  const auto before = download.share.limit;
  download.share = step_cdn_share(download.share, cdn, peers, step.now);
  if (download.share.limit != before && !complete(download)) limit_cdn(download, step);
}

void Coordinator::State::remove_agent(AgentIndex index, const Ended& ended, Step& step) {
  const auto wanted = swarm.agent(index).downloads;
  for (const auto& id : wanted) end_download({index, id}, {Refusal::request_ended, "the receiver is gone"}, step);
  std::vector<DownloadKey> touched;
  while (!swarm.agent(index).orders_as_sender.empty()) {
    const auto id = swarm.agent(index).orders_as_sender.back();
    const auto& live = orders.at(id);
    touched.push_back({live.receiver, live.order.content});
    end_order(id, ended, step);
  }
  leave_all_shares(index, step);
  swarm.remove_agent(index);
  for (const auto& key : touched) {
    const auto found = downloads.find(key);
    if (found != downloads.end()) top_up(found->second, step);
  }
}

}  // namespace waybill::tracker
