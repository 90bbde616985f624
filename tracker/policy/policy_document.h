#pragma once
// Capacity policies as JSON, for the command line, its answers and the API. ISPs stand by their names, times as UTC
// milliseconds:
//   {"component": "inter-isp-link:SP1>SP2", "bytes": 1000000000, "per": "day", "timezone": "Europe/Berlin"}
//   {"isp": "SP3", "direction": "into", "class": "live", "rate": 2000000}
//   {"owner": "MovieStudio", "bytes": 5000000000, "per": "15m", "from": 1794052800000, "until": 1794139200000}
#include <string>
#include <string_view>
#include <vector>

#include "tracker/policy/capacity_policy.h"
#include "tracker/store/registry.h"

namespace waybill::tracker {

inline constexpr std::size_t kMaxPolicyDocumentBytes = 16'384;

std::string write_policy(const CapacityPolicy& policy, const std::vector<Isp>& isps);
// Refuses what is not one JSON object of these fields, by the field's name; unknown ISPs too. The time zone is that of
// the ISP concerned where none is stated (of a border: of the ISP that is left; UTC where no ISP is); `from` is `now`
// where none is stated. What the fields mean together is policy_check.h's.
Result<CapacityPolicy> read_policy(std::string_view text, const std::vector<Isp>& isps, TimeMs now);

}  // namespace waybill::tracker
