#include "tracker/paths/hop_marks.h"

#include <algorithm>

namespace waybill::tracker {

namespace {

using protocol::Hop;
using protocol::HopSide;
using protocol::Path;

IspId isp_of(const Hop& hop, const MarkedEnds& ends, const PathTables& tables) {
  if (hop.side == HopSide::receiver) return ends.destination_isp;
  if (!hop.address || hop.side == HopSide::customer) return {};
  const auto match = tables.match(*hop.address, hop.name);
  if (match.device != nullptr && match.device->isp) return match.device->isp;
  return tables.place(*hop.address).isp;
}

void mark_each(const Path& path, std::vector<HopMarks>& marks) {
  for (std::size_t i = 0; i < path.hops.size(); ++i) {
    const auto& hop = path.hops[i];
    if (!hop.address) marks[i].insert(HopMark::silent);
    if (hop.side == HopSide::customer) marks[i].insert(HopMark::customer);
    if (hop.side == HopSide::receiver) marks[i].insert(HopMark::receiver);
    if (hop.address && hop.address->is_private()) marks[i].insert(HopMark::is_private);
    // The path ends with the receiver, so this one passed it on.
    if (hop.address == path.destination && hop.side == HopSide::network) marks[i].insert(HopMark::translation);
  }
}

void mark_loops(const Path& path, std::vector<HopMarks>& marks) {
  for (std::size_t i = 2; i < path.hops.size(); ++i) {
    const auto& hop = path.hops[i];
    if (!hop.address || hop.side == HopSide::receiver || path.hops[i - 1].address == hop.address) continue;
    const auto end = path.hops.begin() + static_cast<std::ptrdiff_t>(i);
    const auto same = [&](const Hop& other) { return other.address == hop.address; };
    if (std::any_of(path.hops.begin(), end, same)) marks[i].insert(HopMark::loop);
  }
}

void mark_senders_translation(const Path& path, const IpAddress& sender, std::vector<HopMarks>& marks) {
  if (!path.source.is_private() || sender == path.source) return;
  for (std::size_t i = 0; i < path.hops.size(); ++i) {
    const auto& address = path.hops[i].address;
    if (!address || !address->is_private()) return;
    marks[i].insert(HopMark::translation);
  }
}

void mark_third_parties(const Path& path, const MarkedEnds& ends, const PathTables& tables,
                        std::vector<HopMarks>& marks) {
  std::vector<IspId> isps{ends.source_isp};
  for (const auto& hop : path.hops) isps.push_back(isp_of(hop, ends, tables));
  // isps[i] is of the hop before hops[i], isps[i + 1] of hops[i] itself. The last hop has nothing behind it.
  for (std::size_t i = 0; i + 1 < path.hops.size(); ++i) {
    const bool out_and_back = isps[i] && isps[i] == isps[i + 2] && isps[i + 1] && isps[i + 1] != isps[i];
    if (out_and_back) marks[i].insert(HopMark::third_party);
  }
}

}  // namespace

std::string_view to_string(HopMark mark) {
  switch (mark) {
    case HopMark::silent:
      return "silent";
    case HopMark::customer:
      return "customer";
    case HopMark::receiver:
      return "receiver";
    case HopMark::is_private:
      return "private";
    case HopMark::loop:
      return "loop";
    case HopMark::translation:
      return "nat";
    case HopMark::third_party:
      return "third-party";
  }
  return "";
}

std::vector<HopMarks> mark_hops(const Path& path, const MarkedEnds& ends, const PathTables& tables) {
  std::vector<HopMarks> marks(path.hops.size());
  mark_each(path, marks);
  mark_loops(path, marks);
  mark_senders_translation(path, ends.sender, marks);
  mark_third_parties(path, ends, tables, marks);
  return marks;
}

}  // namespace waybill::tracker
