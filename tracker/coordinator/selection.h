#pragma once
// Which of these holders of a content become sources (design section 2, step 2)? Pure: the facts of each candidate go
// in, the chosen ones and the reason for every other come out. Peers at the receiver's own ISP come first, then peers
// at other ISPs, the less loaded and then the fuller before the others; CDN nodes fill the rest.
#include <cstdint>
#include <vector>

#include "tracker/coordinator/swarm_records.h"

namespace waybill::tracker {

// In order of precedence: where several apply, the first is said.
enum class Verdict : std::uint8_t {
  chosen,
  is_receiver,
  already_source,
  no_consent,
  unreachable,     // no transfer port, or no address of the receiver's family
  isp_unknown,     // no ISP's prefix covers its address
  grant_closed,    // or fewer bytes left of the quota than one order needs
  grant_excludes,  // its ISP's grant leaves out content of this class or owner
  unpriced,        // its ISP has no price for what a stock client, which is the receiver, acknowledges to nobody
  in_part,         // a stock client is served from whole files alone
  dearer,          // off-net bytes of its ISP cost more than a CDN node's
  upload_cap,
  slots_full,
  cooling_down,  // failed this receiver a short while ago
  policy,        // a capacity policy on its way to the receiver has nothing left
  outranked,     // others stand before it and are enough
};

struct Candidate {
  AgentIndex agent = 0;
  bool cdn_node = false;
  bool on_net = false;
  Verdict fault = Verdict::chosen;     // why it cannot serve; `chosen`: it can
  std::uint32_t load = 0;              // peers: orders served per mille of its slots; CDN nodes: orders served
  std::uint32_t missing_permille = 0;  // of the content's pieces that it does not hold
  // Filled in by choose_sources().
  std::uint64_t rank = 0;
  Verdict verdict = Verdict::outranked;
};

struct SourceNeeds {
  int peers = 0;      // further peers wanted
  int peers_now = 0;  // peers that serve the receiver already
  int cdn_now = 0;    // CDN nodes that serve it already
};

// One CDN node serves every download, so that it never fails nor slows for want of peers (promise 4); a second one
// where fewer than this many peers do.
inline constexpr int kFewPeers = 2;
int cdn_nodes_wanted(int peers);

// Reorders the candidates so that the chosen ones stand first, and returns how many they are.
std::size_t choose_sources(std::vector<Candidate>& candidates, const SourceNeeds& needs);

}  // namespace waybill::tracker
