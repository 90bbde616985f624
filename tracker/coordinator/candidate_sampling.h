#pragma once
// From the index to a bounded number of candidates, and to chosen sources. The cost of a decision does not depend on
// how many agents hold the content: of a long list only some twice as many as are wanted are drawn at random, and the
// less loaded half of them is taken ("the power of two choices"); short lists are taken whole.
#include <span>
#include <vector>

#include "common/runtime/random.h"
#include "tracker/coordinator/policy_gate.h"
#include "tracker/coordinator/selection.h"
#include "tracker/coordinator/swarm_state.h"

namespace waybill::tracker {

inline constexpr AgentIndex kNobody = 0xffffffff;

struct SelectionRequest {
  ContentId content;
  AgentIndex receiver = kNobody;  // kNobody: for whomever, when explaining
  SourceNeeds needs;
  // Quota bytes below which an ISP's peers are left out: less than the receiver needs for one verified piece.
  std::int64_t min_bytes = 1;
  std::span<const AgentIndex> sources_now;  // that serve the receiver this content already
  std::span<const CoolDown> cool_downs;     // the receiver's
  const PolicyGate* policies = nullptr;     // null: none is in force
  const GrantGate* grants = nullptr;        // null: every grant in force speaks of all content, at any price
  TimeMs now{};
};

// The facts about one holder of the content as a source for this request.
Candidate judge_candidate(const SwarmState& swarm, const HolderEntry& entry, const SelectionRequest& request);

// Into `out` (its capacity is reused). Returns how many are chosen; they stand first.
std::size_t select_sources(const SwarmState& swarm, const SelectionRequest& request, runtime::Random& random,
                           std::vector<Candidate>& out);

}  // namespace waybill::tracker
