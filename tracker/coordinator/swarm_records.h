#pragma once
// What the coordinator keeps of each online agent. Agents, contents and ISPs are addressed by small indexes, so that a
// decision touches few bytes.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tracker/coordinator/coordinator_events.h"

namespace waybill::tracker {

using AgentIndex = std::uint32_t;
using ContentIndex = std::uint32_t;
using IspSlot = std::uint32_t;  // 0: no ISP's prefix covers the agent

enum class HolderList : std::uint8_t { bucket, cdn, idle };  // idle: holds it, but cannot serve at the moment

struct Holding {
  ContentIndex content = 0;
  std::uint32_t position = 0;  // in the list that it stands in
  HolderList list = HolderList::idle;
  std::int64_t pieces_held = 0;  // at least 1
  std::int64_t pieces_total = 0;

  std::uint32_t missing_permille() const {
    if (pieces_total <= 0 || pieces_held >= pieces_total) return 0;
    return static_cast<std::uint32_t>((pieces_total - pieces_held) * 1000 / pieces_total);
  }
};

// A source that disappointed a receiver, and until when it is not given to it again.
struct CoolDown {
  AgentKey source;
  ContentId content;
  TimeMs until{};
  int times = 0;  // in a row; doubles the pause
};

struct AgentRecord {
  bool online = false;  // false: a free place
  bool eligible = false;
  bool stock = false;
  protocol::AgentRole role = protocol::AgentRole::client;
  std::uint16_t port = 0;  // where others connect: the mapped one where a gateway forwards it
  std::uint16_t local_port = 0;
  Reach reach = Reach::unknown;
  IspSlot isp_slot = 0;
  int serving = 0;   // live orders as sender, those that a later one replaces left out
  int fetching = 0;  // live orders as receiver, likewise
  protocol::SharingState sharing;
  ByteRate upload_rate;
  ByteRate best_upload_rate;  // the highest that it was: about what its line carries
  std::vector<Holding> holdings;
  IspId isp;
  IpAddress address;
  std::optional<IpAddress> local_address;
  AgentKey key;
  std::uint64_t connection = 0;
  TimeMs connected_since{};
  std::string name;
  std::vector<OrderId> orders_as_sender;
  std::vector<ContentId> downloads;
  std::vector<CoolDown> cool_downs;

  bool is_cdn() const { return role == protocol::AgentRole::cdn_node; }
  bool at_upload_cap() const {  // 95 %: a cap that is kept is hardly ever met exactly
    return sharing.upload_cap.value > 0 && upload_rate.value * 20 >= sharing.upload_cap.value * 19;
  }
  bool behind_nat() const { return local_address && *local_address != address; }
  // Behind a NAT nobody comes in unless a try has shown the contrary.
  bool reachable() const { return reach == Reach::open || (reach == Reach::unknown && !behind_nat()); }
  bool slot_free() const { return serving < sharing.upload_slots; }
};

// May this agent serve anybody, leaving its ISP's grant aside? A CDN node has no slots or cap: it is the CDN's own
// machine and fills whatever the others leave.
inline bool can_serve(const AgentRecord& agent) {
  if (!agent.online || agent.port == 0 || !agent.sharing.consented) return false;
  return agent.is_cdn() || (agent.isp_slot != 0 && agent.slot_free() && !agent.at_upload_cap());
}

// What selection asks of an agent, apart from the rest of its record: a decision looks at some twenty agents at random,
// and these 8 bytes of each of 100,000 stay in the processor's cache.
struct SourceFacts {
  IspSlot isp_slot = 0;
  std::uint16_t load = 0;  // peers: orders served per mille of the slots; CDN nodes: orders served; at most 65535
  bool cdn_node : 1 = false;
  bool consented : 1 = false;
  bool connectable : 1 = false;  // has a transfer port
  bool ipv4 : 1 = false;
  bool at_upload_cap : 1 = false;
  bool slot_free : 1 = false;
};
static_assert(sizeof(SourceFacts) == 8);

inline SourceFacts source_facts(const AgentRecord& agent) {
  const int load = agent.is_cdn() ? agent.serving : agent.serving * 1000 / std::max(1, agent.sharing.upload_slots);
  SourceFacts facts;
  facts.isp_slot = agent.isp_slot;
  facts.load = static_cast<std::uint16_t>(std::min(load, 65535));
  facts.cdn_node = agent.is_cdn();
  facts.consented = agent.sharing.consented;
  facts.connectable = agent.port != 0;
  facts.ipv4 = agent.address.is_v4();
  facts.at_upload_cap = agent.at_upload_cap();
  facts.slot_free = agent.slot_free();
  return facts;
}

// Bytes that may still be promised under an ISP's grant.
inline constexpr std::int64_t kUnlimitedBytes = std::numeric_limits<std::int64_t>::max();

}  // namespace waybill::tracker
