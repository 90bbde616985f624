#pragma once
// Who fetches which part of a content from beyond its ISP, so that the content crosses the border about once however
// many of the ISP's customers receive it at the same time: each receiver has a share of its own, and the others get
// that from it on-net. Pure: the same calls in the same order give the same shares.
//
// The content is cut into at most kMaxStripes runs of pieces, so that the runs of one receiver fit into the ranges of
// an order. A run stays with its receiver while others come and go, as far as that keeps the shares even: some of it
// has been fetched.
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "common/protocol/order.h"
#include "tracker/coordinator/swarm_records.h"

namespace waybill::tracker {

inline constexpr std::int64_t kMaxStripes = 240;  // an order names at most 256 ranges

// Of all runs, those whose number modulo `parts` is `part`; or, with `others`, all but those.
struct StripePart {
  int part = 0;
  int parts = 1;
  bool others = false;
  bool holds(std::int64_t run) const { return (run % parts == part) != others; }
};

class BorderStripes {
 public:
  explicit BorderStripes(std::int64_t pieces);  // at least 1

  // Takes runs from those who have most, until nobody has more than one run more than it.
  void join(AgentIndex receiver);
  // Its runs go to those who have fewest.
  void leave(AgentIndex receiver);
  bool has(AgentIndex receiver) const { return runs_of_.contains(receiver); }
  std::size_t receivers() const { return runs_of_.size(); }
  std::vector<AgentIndex> all() const;  // ascending

  // Ascending, with a gap between each two; empty where it has none such. The receiver must have joined.
  std::vector<protocol::PieceRange> ranges_of(AgentIndex receiver, const StripePart& part) const;

 private:
  std::int64_t begin_of(std::int64_t run) const { return run * pieces_ / runs_; }

  std::int64_t pieces_;
  std::int64_t runs_;
  std::map<AgentIndex, std::vector<std::int64_t>> runs_of_;  // ascending
};

// The whole content.
std::vector<protocol::PieceRange> all_pieces(std::int64_t pieces);
std::int64_t pieces_in(const std::vector<protocol::PieceRange>& ranges);

}  // namespace waybill::tracker
