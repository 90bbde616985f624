#include "tracker/coordinator/coordinator.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "common/types/check.h"
#include "tracker/coordinator/coordinator_state.h"

namespace waybill::tracker {

using protocol::Refusal;

Coordinator::Coordinator(CoordinatorOptions options, runtime::Random random)
    : state_(std::make_unique<State>(std::move(options), random)) {
  WAYBILL_ASSERT(state_->options.new_order_id, "the coordinator needs a source of order ids");
}
Coordinator::~Coordinator() = default;

Actions Coordinator::registry_changed(RegistryTables tables, TimeMs now) {
  auto& s = *state_;
  Step step{now, {}};
  s.contents.clear();
  for (auto& content : tables.contents) {
    const auto id = content.id;
    s.contents.insert_or_assign(id, std::move(content));
  }
  s.isp_of = std::move(tables.isp_of);
  s.isps_between = std::move(tables.isps_between);
  s.grants.replace(std::move(tables.isps), tables.agreements, tables.terms);
  s.owners.replace(std::move(tables.contracts), tables.owner_use, now);
  for (AgentIndex index = 0; index < s.swarm.places(); ++index) {
    const auto& agent = s.swarm.agent(index);
    if (!agent.online) continue;
    s.swarm.set_isp(index, s.isp_of ? s.isp_of(agent.address) : IspId{});
    s.routes.place(index, agent.isp, agent.address);
  }
  if (s.path_table_version != tables.path_table_version) {
    s.routes.forget_paths();
    for (auto& [id, live] : s.orders) live.path = nullptr;
  }
  s.path_table_version = tables.path_table_version;
  s.all_policies = std::move(tables.policies);
  auto rate_caps = s.grants.rate_policies();
  std::move(rate_caps.begin(), rate_caps.end(), std::back_inserter(s.all_policies));
  s.use_policies(tables.policy_use, now);
  s.stripes.clear();  // agents may be at other ISPs now; each review settles its receiver's share anew
  s.swarm.close_all_isps();
  s.refresh_grants(now);
  std::vector<DownloadKey> removed;
  for (const auto& [key, download] : s.downloads) {
    if (!s.content(key.content)) removed.push_back(key);
  }
  for (const auto& key : removed) {
    s.end_download(key, {Refusal::content_removed, "the content was removed"}, step);
    const auto& receiver = s.swarm.agent(key.receiver).key;
    step.out.push_back(RefuseWant{receiver, key.content, Refusal::content_removed, "the content was removed"});
  }
  s.keep_owners_choices(step);
  s.enforce_everywhere(step);
  s.next_shares = now;
  s.keep_policies(step);
  return std::move(step.out);
}

void Coordinator::restore_quotas(const std::vector<QuotaUse>& use, const std::vector<UnsettledOrder>& orders,
                                 TimeMs now) {
  auto& s = *state_;
  for (const auto& item : use) {
    if (auto* quotas = s.grants.quotas(item.agreement)) quotas->restore(item);
  }
  for (const auto& order : orders) {
    if (auto* quotas = s.grants.quotas(order.agreement)) quotas->restore(order, now);
  }
  s.refresh_grants(now);
}

void Coordinator::restore_policies(const std::vector<UnsettledTransfer>& orders, TimeMs now) {
  state_->restore_policies(orders, now);
}

Actions Coordinator::agent_connected(const AgentFacts& facts, TimeMs now) {
  auto& s = *state_;
  Step step{now, {}};
  if (const auto old = s.swarm.find(facts.key)) {
    s.remove_agent(*old, {Refusal::replaced_by_newer_connection, "the agent connected anew"}, step);
  }
  const auto index = s.swarm.add_agent(facts, s.isp_of ? s.isp_of(facts.address) : IspId{}, now);
  s.update_spendable(s.swarm.agent(index).isp);
  s.routes.place(index, s.swarm.agent(index).isp, facts.address);
  for (const auto& id : facts.live_orders) {
    if (s.orders.contains(id)) continue;
    step.out.push_back(RevokeOrder{id, facts.key, {}, Refusal::order_revoked, "not an order of this run"});
    ++s.orders_revoked;
  }
  return std::move(step.out);
}

Actions Coordinator::agent_gone(const AgentKey& agent, std::uint64_t connection, TimeMs now) {
  Step step{now, {}};
  const auto index = state_->swarm.find(agent);
  if (index && state_->swarm.agent(*index).connection == connection) {
    state_->remove_agent(*index, {Refusal::source_gone, "the source left the control channel"}, step);
  }
  return std::move(step.out);
}

Actions Coordinator::library_update(const AgentKey& agent, const protocol::HeldContent& held, TimeMs now) {
  Step step{now, {}};
  const auto index = state_->swarm.find(agent);
  if (!index) return {};
  const bool holds_first = held.pieces_held > 0 && !state_->swarm.holding(*index, held.content);
  if (!state_->swarm.set_holding(*index, held)) {
    step.out.push_back(LogLine{true, fmt::format("agent {} holds more than {} contents: the others are left out",
                                                 agent.brief(), protocol::kMaxLibraryEntries)});
  }
  if (holds_first) state_->new_holder(*index, held.content, step);
  const auto ids = state_->swarm.agent(*index).orders_as_sender;
  if (held.pieces_held <= 0) {
    state_->leave_share({*index, held.content}, false, step);
    state_->enforce(ids, step);
  }
  return std::move(step.out);
}

Actions Coordinator::sharing_update(const AgentKey& agent, const protocol::SharingState& sharing, TimeMs now) {
  Step step{now, {}};
  const auto index = state_->swarm.find(agent);
  if (!index) return {};
  state_->swarm.set_sharing(*index, sharing);
  if (!sharing.consented) state_->leave_all_shares(*index, step);
  const auto ids = state_->swarm.agent(*index).orders_as_sender;
  state_->enforce(ids, step);
  state_->drop_beyond_slots(*index, step);
  return std::move(step.out);
}

void Coordinator::port_mapped(const AgentKey& agent, std::uint16_t port) {
  if (const auto index = state_->swarm.find(agent)) state_->swarm.set_mapped_port(*index, port);
}

void Coordinator::reach_known(const AgentKey& agent, std::uint64_t connection, Reach reach) {
  const auto index = state_->swarm.find(agent);
  if (index && state_->swarm.agent(*index).connection == connection) state_->swarm.set_reach(*index, reach);
}

Actions Coordinator::load_report(const AgentKey& agent, const protocol::LoadReport& report, TimeMs) {
  if (const auto index = state_->swarm.find(agent)) state_->swarm.set_upload_rate(*index, report.upload_rate);
  return {};
}

Actions Coordinator::want(const AgentKey& receiver, const protocol::Want& want, TimeMs now) {
  auto& s = *state_;
  Step step{now, {}};
  const auto index = s.swarm.find(receiver);
  if (!index) return {};
  const DownloadKey key{*index, want.content};
  s.end_download(key, {Refusal::request_ended, "the receiver asks anew"}, step);
  if (auto refusal = s.find_refusal(*index, want)) {
    step.out.push_back(std::move(*refusal));
    return std::move(step.out);
  }
  auto& download = s.downloads[key];
  download.key = key;
  download.pieces_held = std::clamp<std::int64_t>(want.pieces_held, 0, s.content(want.content)->pieces);
  download.started = download.last_report = now;
  download.share = begin_cdn_share(now);
  s.swarm.edit_agent(*index).downloads.push_back(want.content);
  const bool nothing_missing = s.complete(download);
  s.settle_share(download, step);
  if (s.top_up(download, step) == 0 && !nothing_missing) {
    step.out.push_back(RefuseWant{receiver, want.content, Refusal::no_source,
                                  "nobody may serve it at this moment: " + s.account_for(download, now)});
    s.end_download(key, {Refusal::request_ended, ""}, step);
    return std::move(step.out);
  }
  s.introduce_siblings(download, step);
  step.out.push_back(LogLine{false, s.account_for(download, now)});
  return std::move(step.out);
}

Actions Coordinator::progress(const AgentKey& receiver, const protocol::Progress& progress, TimeMs now) {
  Step step{now, {}};
  if (auto* download = state_->download(receiver, progress.content)) {
    state_->take_report(*download, progress, step);
  } else if (state_->swarm.find(receiver)) {  // it was silent for too long, or the tracker forgot: it shall ask again
    step.out.push_back(
        RefuseWant{receiver, progress.content, Refusal::no_source, "no request is under way: ask again"});
  }
  return std::move(step.out);
}

Actions Coordinator::source_failed(const AgentKey& receiver, const protocol::SourceFailed& failed, TimeMs now) {
  auto& s = *state_;
  Step step{now, {}};
  const auto* found = s.order_of(receiver, failed.order);
  if (!found) return {};
  const auto live = *found;
  // An order that was of use and has run out is no failure of its source; nor is one that a policy or a quota had made
  // so small that its source was through before the receiver's first report.
  const bool ran_out = failed.reason == Refusal::bytes_exhausted || failed.reason == Refusal::order_expired;
  const bool of_use = live.acked.value > 0 || s.was_short(live, now);
  if (!ran_out || !of_use) s.cool_down(live.receiver, live, now);
  if (!ran_out) step.out.push_back(RecordFailure{failed.order, s.failure_text(live, failed)});
  s.end_order(
      failed.order,
      {Refusal::source_stalled, fmt::format("the receiver reports: {} {}", name_of(failed.reason), failed.message)},
      step);
  if (auto* download = s.download(receiver, live.order.content)) s.top_up(*download, step);
  return std::move(step.out);
}

Actions Coordinator::done(const AgentKey& receiver, const ContentId& content, TimeMs now) {
  Step step{now, {}};
  if (const auto index = state_->swarm.find(receiver)) {
    auto* download = state_->download(receiver, content);
    const auto* wanted = state_->content(content);
    if (download && wanted) download->pieces_held = wanted->pieces;
    state_->end_download({*index, content}, {Refusal::request_ended, "the receiver has the whole content"}, step);
  }
  return std::move(step.out);
}

Actions Coordinator::give_up(const AgentKey& receiver, const ContentId& content, TimeMs now) {
  Step step{now, {}};
  if (const auto index = state_->swarm.find(receiver)) {
    state_->end_download({*index, content}, {Refusal::request_ended, "the receiver has given up"}, step);
  }
  return std::move(step.out);
}

void Coordinator::receipt_recorded(const RecordedBytes& recorded) {
  state_->record_policies(recorded);
  // A receiver does not report on an order that is through.
  if (const auto live = state_->orders.find(recorded.order); live != state_->orders.end()) {
    live->second.acked =
        std::max(live->second.acked, std::min(recorded.total, AckedBytes{live->second.order.byte_limit.value}));
  }
  if (recorded.facts && !recorded.facts->unacknowledged) state_->owners.record(recorded.facts->owner, recorded);
  auto* quotas = state_->grants.quotas(recorded.agreement);
  if (!quotas) return;
  quotas->record(recorded);
  state_->update_spendable(state_->grants.owner_of(recorded.agreement));
}

Actions Coordinator::order_failed(const OrderId& order, TimeMs now) {
  auto& s = *state_;
  Step step{now, {}};
  const auto found = s.orders.find(order);
  if (found == s.orders.end()) return {};
  const auto agreement = found->second.order.agreement;
  s.end_order(order, {Refusal::none, "it could not be stored"}, step, false);
  if (auto* quotas = s.grants.quotas(agreement)) quotas->release(order);
  s.policies.release(order);
  s.update_spendable(s.grants.owner_of(agreement));
  return std::move(step.out);
}

Actions Coordinator::tick(TimeMs now) {
  auto& s = *state_;
  Step step{now, {}};
  if (now - s.latest > kStoodStill) s.awake_since = now;
  s.latest = now;
  s.refresh_grants(now);
  s.keep_owners_choices(step);
  s.enforce_everywhere(step);
  s.keep_policies(step);
  if (now >= s.next_settle) {
    s.next_settle = now + kSettleEvery;
    const auto connected = [&](const AgentKey& key) -> std::optional<TimeMs> {
      const auto index = s.swarm.find(key);
      if (!index) return std::nullopt;
      return std::max(s.swarm.agent(*index).connected_since, s.awake_since);
    };
    if (s.grants.settle(connected, now)) s.refresh_grants(now);
    s.policies.settle(connected, now);
  }
  std::vector<DownloadKey> silent;
  for (auto& [key, download] : s.downloads) {
    const bool stock = s.swarm.agent(key.receiver).stock;
    if (now - download.last_report >= (stock ? s.options.stock_silence : s.options.silence)) {
      silent.push_back(key);
    } else {
      s.review(download, step);
    }
  }
  for (const auto& key : silent) s.end_download(key, {Refusal::request_ended, "the receiver reports nothing"}, step);
  return std::move(step.out);
}

}  // namespace waybill::tracker
