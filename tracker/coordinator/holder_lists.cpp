// The lists of SwarmState: how a holding enters, leaves and finds its place again.
#include <fmt/format.h>

#include "common/types/check.h"
#include "tracker/coordinator/swarm_state.h"

namespace waybill::tracker {

ContentIndex SwarmState::intern(const ContentId& content) {
  const auto found = by_content_.find(content);
  if (found != by_content_.end()) return found->second;
  ContentIndex index;
  if (free_contents_.empty()) {
    index = static_cast<ContentIndex>(contents_.size());
    contents_.emplace_back();
  } else {
    index = free_contents_.back();
    free_contents_.pop_back();
  }
  contents_[index].id = content;
  by_content_.emplace(content, index);
  return index;
}

std::vector<HolderEntry>& SwarmState::list_of(const AgentRecord& agent, const Holding& holding) {
  auto& content = contents_[holding.content];
  if (holding.list == HolderList::cdn) return content.cdn;
  if (holding.list == HolderList::idle) return content.idle;
  const auto [found, added] =
      content.bucket_of.emplace(agent.isp_slot, static_cast<std::uint32_t>(content.buckets.size()));
  if (added) content.buckets.push_back({agent.isp_slot, {}});
  return content.buckets[found->second].entries;
}

void SwarmState::link(AgentIndex index, std::uint32_t place) {
  auto& agent = agents_[index];
  auto& holding = agent.holdings[place];
  holding.list = !agent.eligible ? HolderList::idle : agent.is_cdn() ? HolderList::cdn : HolderList::bucket;
  auto& list = list_of(agent, holding);
  holding.position = static_cast<std::uint32_t>(list.size());
  list.push_back({index, place, holding.missing_permille()});
}

void SwarmState::unlink(AgentIndex index, std::uint32_t place) {
  auto& agent = agents_[index];
  const auto holding = agent.holdings[place];
  auto& list = list_of(agent, holding);
  WAYBILL_ASSERT(holding.position < list.size() && list[holding.position].agent == index, "a holder list is torn");
  const auto last = list.back();
  list[holding.position] = last;
  agents_[last.agent].holdings[last.holding].position = holding.position;
  list.pop_back();
  if (list.empty() && holding.list == HolderList::bucket) {
    drop_empty_bucket(contents_[holding.content], agent.isp_slot);
  }
}

void SwarmState::drop_empty_bucket(ContentHolders& content, IspSlot isp) {
  const auto place = content.bucket_of.at(isp);
  content.bucket_of.erase(isp);
  if (place + 1 != content.buckets.size()) {
    content.buckets[place] = std::move(content.buckets.back());
    content.bucket_of[content.buckets[place].isp] = place;
  }
  content.buckets.pop_back();
}

void SwarmState::erase_holding(AgentIndex index, std::uint32_t place) {
  auto& agent = agents_[index];
  unlink(index, place);
  const auto content_index = agent.holdings[place].content;
  if (place + 1 != agent.holdings.size()) {
    agent.holdings[place] = agent.holdings.back();
    list_of(agent, agent.holdings[place])[agent.holdings[place].position].holding = place;
  }
  agent.holdings.pop_back();
  auto& content = contents_[content_index];
  if (--content.holders > 0) return;
  by_content_.erase(content.id);
  content = ContentHolders{};
  free_contents_.push_back(content_index);
}

std::string SwarmState::audit_agent(AgentIndex index) const {
  const auto& agent = agents_[index];
  const auto found = by_key_.find(agent.key);
  if (found == by_key_.end() || found->second != index) return agent.key.brief() + " is not found by its key";
  if (agent.eligible != can_serve(agent)) return agent.key.brief() + " is listed by an outdated eligibility";
  for (std::uint32_t place = 0; place < agent.holdings.size(); ++place) {
    const auto& holding = agent.holdings[place];
    const auto& content = contents_[holding.content];
    const auto wanted = !agent.eligible ? HolderList::idle : agent.is_cdn() ? HolderList::cdn : HolderList::bucket;
    if (holding.list != wanted) return agent.key.brief() + " stands in the wrong list";
    const auto* bucket = content.bucket(agent.isp_slot);
    if (wanted == HolderList::bucket && !bucket) return agent.key.brief() + " has no bucket";
    const auto& list = wanted == HolderList::cdn    ? content.cdn
                       : wanted == HolderList::idle ? content.idle
                                                    : bucket->entries;
    if (holding.position >= list.size() || list[holding.position].agent != index ||
        list[holding.position].holding != place ||
        list[holding.position].missing_permille != holding.missing_permille()) {
      return agent.key.brief() + " is not at its position";
    }
  }
  return "";
}

std::string SwarmState::audit() const {
  std::size_t online = 0;
  std::vector<std::size_t> holders(contents_.size());
  for (AgentIndex index = 0; index < agents_.size(); ++index) {
    if (!agents_[index].online) continue;
    ++online;
    if (auto fault = audit_agent(index); !fault.empty()) return fault;
    for (const auto& holding : agents_[index].holdings) ++holders[holding.content];
  }
  if (online != by_key_.size()) return fmt::format("{} online, {} by key", online, by_key_.size());
  for (ContentIndex index = 0; index < contents_.size(); ++index) {
    const auto& content = contents_[index];
    auto listed = content.cdn.size() + content.idle.size();
    for (const auto& bucket : content.buckets) {
      if (bucket.entries.empty()) return content.id.brief() + " keeps an empty bucket";
      listed += bucket.entries.size();
    }
    if (listed != holders[index] || content.holders != holders[index]) {
      return fmt::format("{}: {} hold it, {} are listed", content.id.brief(), holders[index], listed);
    }
    const auto found = by_content_.find(content.id);
    if (holders[index] > 0 && (found == by_content_.end() || found->second != index)) {
      return content.id.brief() + " is not found by its id";
    }
  }
  return "";
}

}  // namespace waybill::tracker
