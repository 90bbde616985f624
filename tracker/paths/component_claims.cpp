#include "tracker/paths/component_claims.h"

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

std::string text_of(const IpAddress& address) { return address.str(); }
std::string text_of(const IpPrefix& prefix) { return prefix.str(); }
std::string text_of(const std::string& pattern) { return pattern; }

std::vector<std::string> texts_of(const std::vector<NamePattern>& patterns) {
  std::vector<std::string> texts;
  for (const auto& pattern : patterns) texts.push_back(pattern.str());
  return texts;
}

}  // namespace

int match_group(ComponentKind kind) { return is_device(kind) ? 0 : static_cast<int>(kind); }

template <typename Match>
Status ComponentClaims::find(const Claims<Match>& claims, int group, const std::vector<Match>& matches,
                             const char* what) {
  std::set<Match> own;
  for (const auto& match : matches) {
    if (!own.insert(match).second) return refuse(fmt::format("{} {} is given twice", what, text_of(match)));
    const auto found = claims.find({group, match});
    if (found == claims.end()) continue;
    return refuse(fmt::format("{} {} belongs to the component '{}' already: remove that first", what, text_of(match),
                              found->second));
  }
  return {};
}

template <typename Match>
void ComponentClaims::claim(Claims<Match>& claims, int group, const std::vector<Match>& matches,
                            const std::string& name) {
  for (const auto& match : matches) claims.emplace(std::pair(group, match), name);
}

Status ComponentClaims::add(const RegisteredComponent& component) {
  if (auto status = check_component(component); !status) return status;
  const auto group = match_group(component.kind);
  const auto patterns = texts_of(component.patterns);
  const auto named = [&](Status status) -> Status {
    if (!status) return pass_on(status.error(), fmt::format("component '{}'", component.name));
    return {};
  };
  if (names_.contains(component.name)) {
    return refuse(fmt::format("there is a component named '{}' already", component.name));
  }
  if (names_.size() >= kMaxComponents) return refuse(fmt::format("{} components are the most", kMaxComponents));
  if (patterns_.size() + patterns.size() > kMaxPatterns) {
    return named(refuse(fmt::format("{} name patterns are the most, of all components together", kMaxPatterns)));
  }
  if (auto status = named(find(addresses_, group, component.addresses, "address")); !status) return status;
  if (auto status = named(find(prefixes_, group, component.prefixes, "prefix")); !status) return status;
  if (auto status = named(find(patterns_, group, patterns, "pattern")); !status) return status;
  names_.insert(component.name);
  claim(addresses_, group, component.addresses, component.name);
  claim(prefixes_, group, component.prefixes, component.name);
  claim(patterns_, group, patterns, component.name);
  return {};
}

}  // namespace waybill::tracker
