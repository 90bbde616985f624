#pragma once
// Does a capacity policy make sense among what the registry knows? Pure; each refusal says what is wrong with it.
#include <functional>
#include <string>
#include <vector>

#include "tracker/policy/capacity_policy.h"
#include "tracker/store/registry.h"

namespace waybill::tracker {

struct PolicyWorld {
  const std::vector<Isp>& isps;
  const std::vector<Content>& contents;
  // Is a component of this key registered, or did any recorded path cross it? Asked for kinds other than "isp" and
  // "inter-isp-link", which follow from `isps`.
  std::function<bool(const std::string& key)> component_known;
};

// Refuses: both or neither of bytes and rate; an unknown ISP, component, owner or time zone; what no path can meet (an
// ISP without prefixes, a link from an ISP to itself); a limit below one piece of the content it speaks of, or below
// kLeastOrderRate; an end at or before the beginning or before `now`.
Status check_policy(const CapacityPolicy& policy, const PolicyWorld& world, TimeMs now);

}  // namespace waybill::tracker
