#include "tracker/paths/component_matcher.h"

#include <algorithm>

namespace waybill::tracker {

namespace {

IpAddress cut_to(const IpAddress& address, int bits) {
  IpAddress start = address;
  for (std::size_t i = 0; i < start.bytes.size(); ++i) {
    const int kept = std::clamp(bits - static_cast<int>(i) * 8, 0, 8);
    start.bytes[i] = static_cast<unsigned char>(start.bytes[i] & (0xff00 >> kept));
  }
  return start;
}

}  // namespace

void ComponentMatcher::add(const RegisteredComponent& component, std::size_t index) {
  for (const auto& address : component.addresses) addresses_.emplace(address, index);
  for (const auto& prefix : component.prefixes) {
    prefixes_[{prefix.address.is_v4(), prefix.mapped_length()}].emplace(prefix.address, index);
  }
  const auto more = [](const Pattern& a, const Pattern& b) {
    if (a.pattern.literals() != b.pattern.literals()) return a.pattern.literals() > b.pattern.literals();
    return a.pattern.str() < b.pattern.str();
  };
  for (const auto& pattern : component.patterns) {
    Pattern added{pattern, index};
    patterns_.insert(std::upper_bound(patterns_.begin(), patterns_.end(), added, more), std::move(added));
  }
}

std::optional<std::size_t> ComponentMatcher::find(const IpAddress& address, std::string_view name) const {
  if (const auto found = addresses_.find(address); found != addresses_.end()) return found->second;
  for (const auto& [length, starts] : prefixes_) {
    if (length.first != address.is_v4()) continue;
    if (const auto found = starts.find(cut_to(address, length.second)); found != starts.end()) return found->second;
  }
  if (name.empty()) return std::nullopt;
  for (const auto& candidate : patterns_) {
    if (candidate.pattern.matches(name)) return candidate.index;
  }
  return std::nullopt;
}

}  // namespace waybill::tracker
