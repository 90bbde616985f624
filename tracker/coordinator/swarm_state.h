#pragma once
// Who is online and who holds what: the index that selection samples from. For each content the holders that can serve
// stand in one bucket for each ISP, CDN nodes in a list of their own, the others in an idle list. Every event moves the
// agent concerned at once, so that a decision never has to search through holders that cannot serve.
//
// Cost: a change of what one agent holds is constant but for a search in its own holdings; an agent that becomes able
// or unable to serve moves once for each content it holds (at most kMaxLibraryEntries).
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/coordinator/swarm_records.h"

namespace waybill::tracker {

struct HolderEntry {
  AgentIndex agent = 0;
  std::uint32_t holding = 0;  // in that agent's holdings
  std::uint32_t missing_permille = 0;
};
struct IspBucket {
  IspSlot isp = 0;
  std::vector<HolderEntry> entries;  // never empty
};
struct ContentHolders {
  ContentId id;
  std::vector<IspBucket> buckets;
  std::unordered_map<IspSlot, std::uint32_t> bucket_of;
  std::vector<HolderEntry> cdn;
  std::vector<HolderEntry> idle;
  std::size_t holders = 0;

  const IspBucket* bucket(IspSlot isp) const {
    const auto found = bucket_of.find(isp);
    return found == bucket_of.end() ? nullptr : &buckets[found->second];
  }
};

class SwarmState {
 public:
  SwarmState();

  AgentIndex add_agent(const AgentFacts& facts, IspId isp, TimeMs now);  // the key must not be online
  void remove_agent(AgentIndex agent);
  std::optional<AgentIndex> find(const AgentKey& key) const;
  const AgentRecord& agent(AgentIndex index) const { return agents_[index]; }
  const SourceFacts& facts(AgentIndex index) const { return facts_[index]; }
  // For fields that no index depends on: orders, downloads, cool-downs.
  AgentRecord& edit_agent(AgentIndex index) { return agents_[index]; }
  std::size_t online() const { return by_key_.size(); }
  std::size_t places() const { return agents_.size(); }  // indexes below this may be online

  // False where the agent holds kMaxLibraryEntries contents already.
  bool set_holding(AgentIndex agent, const protocol::HeldContent& held);
  void set_sharing(AgentIndex agent, const protocol::SharingState& sharing);
  void set_upload_rate(AgentIndex agent, ByteRate rate);
  void set_mapped_port(AgentIndex agent, std::uint16_t port);  // 0: the gateway forwards none any more
  void set_reach(AgentIndex agent, Reach reach) { agents_[agent].reach = reach; }
  void set_isp(AgentIndex agent, IspId isp);
  void add_serving(AgentIndex agent, int change);
  void add_fetching(AgentIndex agent, int change);

  // What may still be promised of an ISP's uplinks; 0 closes its buckets. Unknown ISPs are closed.
  void set_spendable(IspId isp, std::int64_t bytes);
  void close_all_isps() { spendable_.assign(spendable_.size(), 0); }
  std::int64_t spendable(IspSlot isp) const { return spendable_[isp]; }
  IspSlot slot_of(IspId isp);  // assigned at first use, never given up
  IspId isp_of(IspSlot slot) const { return isps_[slot]; }

  const ContentHolders* holders(const ContentId& content) const;
  const Holding* holding(AgentIndex agent, const ContentId& content) const;
  const ContentId& content_id(ContentIndex index) const { return contents_[index].id; }

  // Recomputes every list by brute force; "" or the first difference.
  std::string audit() const;

 private:
  std::vector<HolderEntry>& list_of(const AgentRecord& agent, const Holding& holding);
  ContentIndex intern(const ContentId& content);
  void link(AgentIndex agent, std::uint32_t holding);
  void unlink(AgentIndex agent, std::uint32_t holding);
  void erase_holding(AgentIndex agent, std::uint32_t holding);
  void drop_empty_bucket(ContentHolders& content, IspSlot isp);
  void refresh(AgentIndex agent);
  template <typename Change>
  void relink_around(AgentIndex agent, Change change);
  std::string audit_agent(AgentIndex index) const;

  std::vector<AgentRecord> agents_;
  std::vector<SourceFacts> facts_;  // by AgentIndex
  std::vector<AgentIndex> free_agents_;
  std::unordered_map<AgentKey, AgentIndex> by_key_;
  std::vector<ContentHolders> contents_;
  std::vector<ContentIndex> free_contents_;
  std::unordered_map<ContentId, ContentIndex> by_content_;
  std::unordered_map<IspId, IspSlot> slots_;
  std::vector<std::int64_t> spendable_;  // by IspSlot
  std::vector<IspId> isps_{IspId{}};     // by IspSlot
};

}  // namespace waybill::tracker
