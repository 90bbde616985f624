#pragma once
// Which policies does a path touch? Found by the path's own components: the cost does not grow with the number of
// policies. Immutable.
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tracker/paths/resolved_path.h"
#include "tracker/policy/capacity_policy.h"

namespace waybill::tracker {

using PolicySlot = std::uint32_t;  // a place in PolicyIndex::policies()

class PolicyIndex {
 public:
  PolicyIndex() = default;
  explicit PolicyIndex(std::vector<CapacityPolicy> policies);
  PolicyIndex(PolicyIndex&&) = default;  // the keys point into the policies, which do not move in memory
  PolicyIndex& operator=(PolicyIndex&&) = default;
  PolicyIndex(const PolicyIndex&) = delete;
  PolicyIndex& operator=(const PolicyIndex&) = delete;

  const std::vector<CapacityPolicy>& policies() const { return policies_; }
  // Of whatever content; ascending, each once. `from` and `to` are the ISPs of the two ends, 0 where unknown.
  std::vector<PolicySlot> touched(const ResolvedPath& path, IspId from, IspId to) const;

 private:
  std::vector<CapacityPolicy> policies_;
  std::vector<PolicySlot> everywhere_;
  std::unordered_map<std::string_view, std::vector<PolicySlot>> by_component_;
  std::unordered_map<IspId, std::vector<PolicySlot>> by_isp_;  // subjects isp_*
};

}  // namespace waybill::tracker
