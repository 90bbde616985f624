#include "tracker/coordinator/selection.h"

#include <algorithm>
#include <tuple>

namespace waybill::tracker {
namespace {

// Lower stands before higher.
auto rank(const Candidate& candidate) {
  const int tier = candidate.fault != Verdict::chosen ? 3 : candidate.cdn_node ? 2 : candidate.on_net ? 0 : 1;
  return std::tuple{tier, candidate.load, candidate.missing_permille};
}

}  // namespace

int cdn_nodes_wanted(int peers) { return peers < kFewPeers ? 2 : 1; }

std::size_t choose_sources(std::vector<Candidate>& candidates, const SourceNeeds& needs) {
  // Stable: among equals the order in which they were drawn decides, which is random.
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return rank(a) < rank(b); });
  int peers = 0;
  int cdn = needs.cdn_now;
  for (auto& candidate : candidates) {
    candidate.verdict = candidate.fault;
    if (candidate.fault != Verdict::chosen) continue;
    if (!candidate.cdn_node && peers < needs.peers) {
      ++peers;
    } else if (candidate.cdn_node && cdn < cdn_nodes_wanted(needs.peers_now + peers)) {
      ++cdn;
    } else {
      candidate.verdict = Verdict::outranked;
    }
  }
  const auto end = std::stable_partition(candidates.begin(), candidates.end(),
                                         [](const Candidate& c) { return c.verdict == Verdict::chosen; });
  return static_cast<std::size_t>(end - candidates.begin());
}

}  // namespace waybill::tracker
