#pragma once
// What there is to say of a hop beside its address: marks for whoever reads a path as evidence. Nothing is corrected by
// them, hops stay as they answered.
#include <set>
#include <string_view>
#include <vector>

#include "common/protocol/path.h"
#include "tracker/paths/path_tables.h"

namespace waybill::tracker {

enum class HopMark {
  silent,       // nobody answered at this TTL
  customer,     // on the sender's own side (protocol::HopSide)
  receiver,     // the receiver's own answer
  is_private,   // an address that every network may use inside: who has it, the address does not say
  loop,         // the address answered before, with another one since: the way comes back, or two routers say the same
  translation,  // addresses are translated here or next to here: see mark_hops
  third_party,  // it may answer with an address of a network that the way does not cross: see mark_hops
};
// "silent", "customer", "receiver", "private", "loop", "nat", "third-party"
std::string_view to_string(HopMark mark);
using HopMarks = std::set<HopMark>;

// The tracker's word on the two ends.
struct MarkedEnds {
  IpAddress sender;  // as the tracker saw it, which a translator made what it is
  IspId source_isp;
  IspId destination_isp;
};

// The marks of each hop, in the order of `path.hops`.
// - Translation is certain where the sender has a private address and the tracker saw another: it happens at one of the
//   private addresses that the way begins with, and all of them are marked. It is as certain where the destination's
//   address says that the TTL ran out: it passes on what is addressed to itself.
// - A third party is a suspicion. A router may answer with an address of any of its ports (RFC 1812 4.3.2.4), also of
//   one that a neighbour numbered. One hop of a network between hops of another, that is, out and back at once, is
//   seldom a way and often such an address.
std::vector<HopMarks> mark_hops(const protocol::Path& path, const MarkedEnds& ends, const PathTables& tables);

}  // namespace waybill::tracker
