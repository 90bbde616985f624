// What happens to the simulated swarm.
#include <algorithm>

#include "coordinator_model.h"

namespace waybill::tracker::sim {

void Model::random_event() {
  if (with_policies_ && random_.below(60) == 0) change_policies();
  const auto dice = random_.below(1000);
  auto& agent = any_agent();
  if (dice < 5) {
    change_agreement();
  } else if (dice < 7) {
    ++moved_prefixes_;
    prefixes_moved_ = now_;
    ++tables_.path_table_version;
    change_registry();
  } else if (dice < 9) {
    auto& item = tables_.contents[random_.below(tables_.contents.size())];
    item.removed = item.removed ? std::nullopt : std::optional<TimeMs>(now_);
    if (item.removed) std::erase_if(wants_, [&](const auto& want) { return want.first.second == item.id; });
    change_registry();
  } else if (dice < 400) {
    change_agent(agent);
  } else if (dice < 500 && agent.online && !agent.frozen) {
    want_something(agent);
  }
}

void Model::change_agent(ModelAgent& agent) {
  const auto dice = random_.below(100);
  if (!agent.online) {
    if (dice < 60) connect(agent);
  } else if (dice < 8) {
    disconnect(agent);
  } else if (dice < 10) {
    connect(agent);  // anew, before the end of the old channel is known
  } else if (dice < 20) {
    change_sharing(agent);
  } else if (dice < 24) {
    change_library(agent);
  } else if (dice < 30) {
    blame_source(agent);
  } else if (dice < 33) {
    agent.frozen = !agent.frozen && !agent.cdn;
  } else if (dice < 40) {
    const ByteRate rate{static_cast<std::int64_t>(random_.below(2'000'000))};
    perform(coordinator_.load_report(agent.key, {rate, 1}, now_));
  } else if (dice < 42) {
    for (const auto& item : tables_.contents) {
      if (wants_.erase({agent.key, item.id})) perform(coordinator_.give_up(agent.key, item.id, now_));
    }
  }
}

void Model::connect(ModelAgent& agent) {
  std::erase_if(wants_, [&](const auto& want) { return want.first.first == agent.key; });
  agent.online = true;
  agent.frozen = false;
  agent.connection = next_connection_++;
  agent.connected_since = now_;
  AgentFacts facts;
  facts.key = agent.key;
  facts.connection = agent.connection;
  facts.role = agent.cdn ? protocol::AgentRole::cdn_node : protocol::AgentRole::client;
  facts.address = agent.address;
  facts.transfer_port = 6881;
  facts.sharing = agent.sharing;
  for (const auto& [id, pieces] : agent.pieces) {
    if (pieces > 0) facts.library.push_back({id, pieces, content(id).pieces});
  }
  for (const auto& [id, order] : orders_) {
    if (order.issue.order.sender == agent.key && now_ < order.issue.order.not_after) facts.live_orders.push_back(id);
  }
  perform(coordinator_.agent_connected(facts, now_));
}

void Model::disconnect(ModelAgent& agent) {
  agent.online = false;
  std::erase_if(wants_, [&](const auto& want) { return want.first.first == agent.key; });
  perform(coordinator_.agent_gone(agent.key, agent.connection, now_));
}

void Model::change_sharing(ModelAgent& agent) {
  if (agent.cdn && coin(80)) return;
  agent.sharing.consented = coin(60);
  agent.sharing.upload_slots = static_cast<int>(random_.below(5));
  agent.sharing.upload_cap = {coin(30) ? 1'000'000 : 0};
  perform(coordinator_.sharing_update(agent.key, agent.sharing, now_));
}

void Model::change_library(ModelAgent& agent) {
  const auto& item = tables_.contents[random_.below(tables_.contents.size())];
  if (agent.cdn || wants_.contains({agent.key, item.id})) return;
  agent.pieces[item.id] =
      coin(50) ? 0 : static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(item.pieces))) + 1;
  perform(coordinator_.library_update(agent.key, {item.id, agent.pieces[item.id], item.pieces}, now_));
}

void Model::want_something(ModelAgent& agent) {
  const auto& item = tables_.contents[random_.below(tables_.contents.size())];
  if (agent.cdn || item.removed) return;
  auto& want = wants_[{agent.key, item.id}];
  want = {};
  want.last_source = now_;
  agent.pieces[item.id] = 0;
  perform(coordinator_.library_update(agent.key, {item.id, 0, item.pieces}, now_));
  perform(coordinator_.want(agent.key, {item.id, 0, false}, now_));
}

void Model::blame_source(ModelAgent& agent) {
  for (const auto& [id, order] : orders_) {
    if (order.live && order.issue.order.receiver == agent.key && coin(50)) {
      perform(coordinator_.source_failed(agent.key, {id, protocol::Refusal::none, "unreachable"}, now_));
      return;
    }
  }
}

void Model::change_agreement() {
  const auto isp = 1 + static_cast<std::int64_t>(random_.below(tables_.isps.size()));
  for (auto& agreement : tables_.agreements) {
    if (agreement.isp == IspId{isp} && agreement.in_force(now_)) agreement.valid_until = now_;
  }
  if (coin(85)) {
    Agreement next;
    next.id = {next_agreement_++};
    next.isp = {isp};
    next.valid_from = now_;
    if (coin(30)) next.valid_until = now_ + minutes(static_cast<std::int64_t>(1 + random_.below(20)));
    next.grant.kind = coin(15) ? GrantKind::none : coin(40) ? GrantKind::hours : GrantKind::always;
    next.grant.from_minute = static_cast<int>(random_.below(1440));
    next.grant.to_minute = static_cast<int>(random_.below(1441));
    if (coin(50)) next.grant.quota = {static_cast<std::int64_t>(1 + random_.below(100'000'000))};
    next.grant.quota_period = QuotaPeriod::day;
    tables_.agreements.push_back(next);
  }
  change_registry();
}

void Model::change_registry() {
  // Each time prefixes move, every ISP takes over its neighbour's; addresses of number 0 stay outside.
  tables_.isp_of = [moved = moved_prefixes_, isps = static_cast<int>(tables_.isps.size())](const IpAddress& address) {
    const int number = address.bytes[13];
    return IspId{number == 0 ? 0 : 1 + (number - 1 + moved) % isps};
  };
  perform(coordinator_.registry_changed(tables_, now_));
}

}  // namespace waybill::tracker::sim
