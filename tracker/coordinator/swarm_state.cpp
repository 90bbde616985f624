#include "tracker/coordinator/swarm_state.h"

#include <algorithm>

#include "common/types/check.h"

namespace waybill::tracker {

SwarmState::SwarmState() : spendable_{0} {}  // slot 0: no ISP, nothing granted

AgentIndex SwarmState::add_agent(const AgentFacts& facts, IspId isp, TimeMs now) {
  WAYBILL_ASSERT(!by_key_.contains(facts.key), "the agent is online already");
  AgentIndex index;
  if (free_agents_.empty()) {
    index = static_cast<AgentIndex>(agents_.size());
    agents_.emplace_back();
    facts_.emplace_back();
  } else {
    index = free_agents_.back();
    free_agents_.pop_back();
  }
  auto& agent = agents_[index];
  agent = AgentRecord{};
  agent.online = true;
  agent.role = facts.role;
  agent.local_port = facts.transfer_port;
  agent.port = facts.mapped_port != 0 ? facts.mapped_port : facts.transfer_port;
  agent.reach = facts.reach;
  agent.local_address = facts.local_address;
  agent.isp = isp;
  agent.isp_slot = slot_of(isp);
  agent.sharing = facts.sharing;
  agent.address = facts.address;
  agent.key = facts.key;
  agent.connection = facts.connection;
  agent.connected_since = now;
  agent.name = facts.name;
  agent.stock = facts.stock;
  agent.eligible = can_serve(agent);
  facts_[index] = source_facts(agent);
  by_key_.emplace(facts.key, index);
  for (const auto& held : facts.library) set_holding(index, held);
  return index;
}

void SwarmState::set_mapped_port(AgentIndex index, std::uint16_t port) {
  auto& agent = agents_[index];
  agent.port = port != 0 ? port : agent.local_port;
  agent.reach = Reach::unknown;
}

void SwarmState::remove_agent(AgentIndex index) {
  auto& agent = agents_[index];
  WAYBILL_ASSERT(agent.online, "only an agent that is online can leave");
  while (!agent.holdings.empty()) erase_holding(index, static_cast<std::uint32_t>(agent.holdings.size() - 1));
  by_key_.erase(agent.key);
  agent = AgentRecord{};
  free_agents_.push_back(index);
}

std::optional<AgentIndex> SwarmState::find(const AgentKey& key) const {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  return found->second;
}

bool SwarmState::set_holding(AgentIndex index, const protocol::HeldContent& held) {
  auto& agent = agents_[index];
  const auto known = by_content_.find(held.content);
  auto found = agent.holdings.end();
  if (known != by_content_.end()) {
    found = std::find_if(agent.holdings.begin(), agent.holdings.end(),
                         [&](const Holding& holding) { return holding.content == known->second; });
  }
  if (found != agent.holdings.end()) {
    if (held.pieces_held <= 0) {
      erase_holding(index, static_cast<std::uint32_t>(found - agent.holdings.begin()));
    } else {
      found->pieces_held = held.pieces_held;
      found->pieces_total = held.pieces_total;
      list_of(agent, *found)[found->position].missing_permille = found->missing_permille();
    }
    return true;
  }
  if (held.pieces_held <= 0) return true;
  if (agent.holdings.size() >= protocol::kMaxLibraryEntries) return false;
  const auto content = intern(held.content);
  ++contents_[content].holders;
  agent.holdings.push_back({content, 0, HolderList::idle, held.pieces_held, held.pieces_total});
  link(index, static_cast<std::uint32_t>(agent.holdings.size() - 1));
  return true;
}

template <typename Change>
void SwarmState::relink_around(AgentIndex index, Change change) {
  auto& agent = agents_[index];
  const auto count = static_cast<std::uint32_t>(agent.holdings.size());
  for (std::uint32_t i = 0; i < count; ++i) unlink(index, i);
  change(agent);
  for (std::uint32_t i = 0; i < count; ++i) link(index, i);
}

void SwarmState::refresh(AgentIndex index) {
  facts_[index] = source_facts(agents_[index]);
  const bool eligible = can_serve(agents_[index]);
  if (eligible == agents_[index].eligible) return;
  relink_around(index, [&](AgentRecord& agent) { agent.eligible = eligible; });
}

void SwarmState::set_sharing(AgentIndex index, const protocol::SharingState& sharing) {
  agents_[index].sharing = sharing;
  refresh(index);
}

void SwarmState::set_upload_rate(AgentIndex index, ByteRate rate) {
  agents_[index].upload_rate = rate;
  agents_[index].best_upload_rate = std::max(agents_[index].best_upload_rate, rate);
  refresh(index);
}

void SwarmState::set_isp(AgentIndex index, IspId isp) {
  if (agents_[index].isp == isp) return;
  const auto slot = slot_of(isp);
  relink_around(index, [&](AgentRecord& agent) {
    agent.isp = isp;
    agent.isp_slot = slot;
    agent.eligible = can_serve(agent);
    facts_[index] = source_facts(agent);
  });
}

void SwarmState::add_serving(AgentIndex index, int change) {
  agents_[index].serving += change;
  WAYBILL_ASSERT(agents_[index].serving >= 0, "orders served cannot be fewer than none");
  refresh(index);
}

void SwarmState::add_fetching(AgentIndex index, int change) {
  agents_[index].fetching += change;
  WAYBILL_ASSERT(agents_[index].fetching >= 0, "orders fetched cannot be fewer than none");
}

IspSlot SwarmState::slot_of(IspId isp) {
  if (!isp) return 0;
  const auto [found, added] = slots_.emplace(isp, static_cast<IspSlot>(spendable_.size()));
  if (added) {
    spendable_.push_back(0);
    isps_.push_back(isp);
  }
  return found->second;
}

void SwarmState::set_spendable(IspId isp, std::int64_t bytes) {
  const auto slot = slot_of(isp);
  if (slot != 0) spendable_[slot] = bytes;
}

const ContentHolders* SwarmState::holders(const ContentId& content) const {
  const auto found = by_content_.find(content);
  return found == by_content_.end() ? nullptr : &contents_[found->second];
}

const Holding* SwarmState::holding(AgentIndex index, const ContentId& content) const {
  const auto known = by_content_.find(content);
  if (known == by_content_.end()) return nullptr;
  for (const auto& holding : agents_[index].holdings) {
    if (holding.content == known->second) return &holding;
  }
  return nullptr;
}

}  // namespace waybill::tracker
