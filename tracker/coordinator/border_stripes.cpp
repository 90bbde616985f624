#include "tracker/coordinator/border_stripes.h"

#include <algorithm>

#include "common/types/check.h"

namespace waybill::tracker {

BorderStripes::BorderStripes(std::int64_t pieces) : pieces_(pieces), runs_(std::min(pieces, kMaxStripes)) {
  WAYBILL_ASSERT(pieces >= 1, "a content has pieces");
}

void BorderStripes::join(AgentIndex receiver) {
  if (has(receiver)) return;
  auto& mine = runs_of_[receiver];
  if (runs_of_.size() == 1) {
    for (std::int64_t run = 0; run < runs_; ++run) mine.push_back(run);
    return;
  }
  while (true) {
    const auto most = std::max_element(runs_of_.begin(), runs_of_.end(),
                                       [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
    if (most->second.size() <= mine.size() + 1) break;
    // From the middle, so that both keep runs of every part of the content.
    const auto at = most->second.begin() + static_cast<std::ptrdiff_t>(most->second.size() / 2);
    mine.push_back(*at);
    most->second.erase(at);
  }
  std::sort(mine.begin(), mine.end());
}

void BorderStripes::leave(AgentIndex receiver) {
  const auto found = runs_of_.find(receiver);
  if (found == runs_of_.end()) return;
  const auto left = std::move(found->second);
  runs_of_.erase(found);
  if (runs_of_.empty()) return;
  for (const auto run : left) {
    const auto fewest = std::min_element(runs_of_.begin(), runs_of_.end(), [](const auto& a, const auto& b) {
      return a.second.size() < b.second.size();
    });
    auto& runs = fewest->second;
    runs.insert(std::upper_bound(runs.begin(), runs.end(), run), run);
  }
}

std::vector<AgentIndex> BorderStripes::all() const {
  std::vector<AgentIndex> receivers;
  for (const auto& [receiver, runs] : runs_of_) receivers.push_back(receiver);
  return receivers;
}

std::vector<protocol::PieceRange> BorderStripes::ranges_of(AgentIndex receiver, const StripePart& part) const {
  std::vector<protocol::PieceRange> ranges;
  for (const auto run : runs_of_.at(receiver)) {
    if (!part.holds(run)) continue;
    const auto first = begin_of(run);
    const auto end = begin_of(run + 1);
    if (!ranges.empty() && ranges.back().first + ranges.back().count == first) {
      ranges.back().count += end - first;
    } else {
      ranges.push_back({first, end - first});
    }
  }
  return ranges;
}

std::vector<protocol::PieceRange> all_pieces(std::int64_t pieces) { return {{0, pieces}}; }

std::int64_t pieces_in(const std::vector<protocol::PieceRange>& ranges) {
  std::int64_t count = 0;
  for (const auto& range : ranges) count += range.count;
  return count;
}

}  // namespace waybill::tracker
