#include "tracker/coordinator/selection.h"

#include <algorithm>
#include <utility>

namespace waybill::tracker {
namespace {

// Lower stands before higher. Among equals the order in which they were drawn decides, which is random.
std::uint64_t rank_of(const Candidate& candidate, std::size_t drawn) {
  const std::uint64_t tier = candidate.fault != Verdict::chosen ? 3 : candidate.cdn_node ? 2 : candidate.on_net ? 0 : 1;
  const std::uint64_t load = std::min<std::uint32_t>(candidate.load, 0xffffff);
  const std::uint64_t missing = std::min<std::uint32_t>(candidate.missing_permille, 1000);
  return tier << 56 | load << 32 | missing << 20 | std::min<std::size_t>(drawn, 0xfffff);
}

}  // namespace

int cdn_nodes_wanted(int peers) { return peers < kFewPeers ? 2 : 1; }

std::size_t choose_sources(std::vector<Candidate>& candidates, const SourceNeeds& needs) {
  for (std::size_t i = 0; i < candidates.size(); ++i) candidates[i].rank = rank_of(candidates[i], i);
  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate& a, const Candidate& b) { return a.rank < b.rank; });
  int peers = 0;
  int cdn = needs.cdn_now;
  std::size_t chosen = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    auto& candidate = candidates[i];
    candidate.verdict = candidate.fault;
    if (candidate.fault != Verdict::chosen) continue;
    if (!candidate.cdn_node && peers < needs.peers) {
      ++peers;
    } else if (candidate.cdn_node && cdn < cdn_nodes_wanted(needs.peers_now + peers)) {
      ++cdn;
    } else {
      candidate.verdict = Verdict::outranked;
      continue;
    }
    std::swap(candidates[chosen++], candidate);
  }
  return chosen;
}

}  // namespace waybill::tracker
