#include "tracker/policy/policy_check.h"

#include <algorithm>

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

constexpr std::string_view kIspKey = "isp:";
constexpr std::string_view kBorderKey = "inter-isp-link:";

const Isp* isp_named(const PolicyWorld& world, std::string_view name) {
  const auto found =
      std::find_if(world.isps.begin(), world.isps.end(), [&](const Isp& isp) { return isp.name == name; });
  return found == world.isps.end() ? nullptr : &*found;
}

Status check_reachable(const Isp* isp, std::string_view name) {
  if (!isp) return refuse(fmt::format("unknown ISP '{}': `isp list` shows those that are known", name));
  if (isp->prefixes.empty()) {
    return refuse(
        fmt::format("no path can meet this policy: ISP {} has no prefix, so no traffic is known as its", name));
  }
  return {};
}

Status check_border(std::string_view border, const PolicyWorld& world) {
  // A name may hold '>' itself: every place where it stands is tried.
  for (auto at = border.find('>'); at != std::string_view::npos; at = border.find('>', at + 1)) {
    const auto from = border.substr(0, at);
    const auto to = border.substr(at + 1);
    if (!isp_named(world, from) || !isp_named(world, to)) continue;
    if (from == to) {
      return refuse(fmt::format("no path can meet this policy: a link from {} to itself is no inter-ISP link", from));
    }
    if (auto status = check_reachable(isp_named(world, from), from); !status) return status;
    return check_reachable(isp_named(world, to), to);
  }
  return refuse(fmt::format("unknown inter-ISP link '{}': write FROM>TO with two known ISPs", border));
}

Status check_component(const std::string& key, const PolicyWorld& world) {
  const std::string_view view(key);
  if (view.starts_with(kIspKey)) return check_reachable(isp_named(world, view.substr(kIspKey.size())), view.substr(4));
  if (view.starts_with(kBorderKey)) return check_border(view.substr(kBorderKey.size()), world);
  if (world.component_known && world.component_known(key)) return {};
  return refuse(
      fmt::format("unknown component '{}': it is not registered and no recorded path crossed it; write KIND:NAME, e.g. "
                  "inter-isp-link:SP1>SP2, or register it with `component add`",
                  key));
}

Status check_subject(const CapacityPolicy& policy, const PolicyWorld& world) {
  if (policy.subject == PolicySubject::everything) return {};
  if (policy.subject == PolicySubject::component) return check_component(policy.component, world);
  const auto found =
      std::find_if(world.isps.begin(), world.isps.end(), [&](const Isp& isp) { return isp.id == policy.isp; });
  if (found == world.isps.end()) return refuse("unknown ISP: `isp list` shows those that are known");
  return check_reachable(&*found, found->name);
}

Status check_limit(const CapacityPolicy& policy, const PolicyWorld& world) {
  if (policy.bytes.value < 0 || policy.rate.value < 0) return refuse("a limit is above zero");
  if ((policy.bytes.value > 0) == (policy.rate.value > 0)) {
    return refuse("a policy limits either bytes per window or a rate: state exactly one of the two");
  }
  if (policy.limits_rate()) {
    if (policy.rate.value >= kLeastOrderRate) return {};
    return refuse(
        fmt::format("{} bytes per second are too few: one transfer needs {}", policy.rate.value, kLeastOrderRate));
  }
  for (const auto& content : world.contents) {
    if (content.removed || !policy.covers(content.content_class, content.owner, false)) continue;
    if (policy.bytes.value < std::min(content.piece_length.value, content.size.value)) {
      return refuse(fmt::format("{} bytes are less than one piece of '{}' ({} bytes): nothing could ever be served",
                                policy.bytes.value, content.title, content.piece_length.value));
    }
  }
  return {};
}

Status check_owner(const CapacityPolicy& policy, const PolicyWorld& world) {
  const bool known =
      policy.owner.empty() || std::any_of(world.contents.begin(), world.contents.end(),
                                          [&](const Content& content) { return content.owner == policy.owner; });
  if (known) return {};
  return refuse(fmt::format("unknown content owner '{}': nothing was published for it", policy.owner));
}

}  // namespace

Status check_policy(const CapacityPolicy& policy, const PolicyWorld& world, TimeMs now) {
  if (auto status = check_subject(policy, world); !status) return status;
  if (auto status = check_owner(policy, world); !status) return status;
  if (auto status = check_limit(policy, world); !status) return status;
  if (auto status = check_timezone(policy.timezone); !status) return status;
  if (policy.valid_until && *policy.valid_until <= policy.valid_from) {
    return refuse("reversed window: the policy would end before it begins");
  }
  if (policy.valid_until && *policy.valid_until <= now) return refuse("the policy would be over already");
  return {};
}

}  // namespace waybill::tracker
