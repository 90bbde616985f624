#include "tracker/paths/registered_component.h"

#include <fmt/format.h>

#include "common/protocol/utf8.h"

namespace waybill::tracker {

namespace {

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += '/';
    text += part;
  }
  return text;
}

Status check_word(const std::string& what, const std::string& word, bool in_place) {
  if (word.size() > RegisteredComponent::kMaxNameBytes) {
    return refuse(fmt::format("the {} is longer than {} bytes", what, RegisteredComponent::kMaxNameBytes));
  }
  if (!protocol::is_printable_utf8(word)) return refuse(fmt::format("the {} is no UTF-8 text of one line", what));
  if (in_place && word.find('/') != std::string::npos) return refuse(fmt::format("the {} '{}' holds a /", what, word));
  return {};
}

Status check_place(const RegisteredComponent& component) {
  const auto& place = component.place;
  for (const auto* word : {&place.country, &place.state, &place.city}) {
    if (auto status = check_word("name of a place", *word, true); !status) return status;
  }
  const bool within = component.kind == ComponentKind::state || component.kind == ComponentKind::city;
  if (place.country.empty() && (within || !place.empty())) {
    return refuse("a state or a city needs its country beside it");
  }
  const bool too_fine = (component.kind == ComponentKind::country && !place.empty()) ||
                        (component.kind == ComponentKind::state && !(place.state.empty() && place.city.empty())) ||
                        (component.kind == ComponentKind::city && !place.city.empty());
  if (too_fine) return refuse(fmt::format("a {} lies in no such smaller place", to_string(component.kind)));
  const bool is_place = within || component.kind == ComponentKind::country;
  return is_place ? check_word("name", component.name, true) : Status{};
}

Status check_alone(const RegisteredComponent& component) {
  if (component.name.empty()) return refuse("a component needs a name");
  if (auto status = check_word("name", component.name, false); !status) return status;
  if (auto status = check_word("owner", component.owner, false); !status) return status;
  const auto matches = component.addresses.size() + component.prefixes.size() + component.patterns.size();
  if (matches > RegisteredComponent::kMaxMatches) {
    return refuse(fmt::format("{} addresses, prefixes and patterns are more than the {} of one component", matches,
                              RegisteredComponent::kMaxMatches));
  }
  return check_place(component);
}

}  // namespace

std::string RegisteredComponent::key() const {
  const auto prefix = std::string(to_string(kind)) + ":";
  if (kind == ComponentKind::state) return prefix + joined({place.country, name});
  if (kind == ComponentKind::city) return prefix + joined({place.country, place.state, name});
  return prefix + name;
}

bool is_device(ComponentKind kind) {
  switch (kind) {
    case ComponentKind::router:
    case ComponentKind::network_switch:
    case ComponentKind::link:
    case ComponentKind::inter_isp_link:
    case ComponentKind::host:
      return true;
    default:
      return false;
  }
}

std::vector<PlaceName> names_of(const Place& place) {
  std::vector<PlaceName> names;
  if (!place.city.empty()) {
    names.push_back({ComponentKind::city, "city:" + joined({place.country, place.state, place.city}), place.city});
  }
  if (!place.state.empty()) {
    names.push_back({ComponentKind::state, "state:" + joined({place.country, place.state}), place.state});
  }
  if (!place.country.empty()) names.push_back({ComponentKind::country, "country:" + place.country, place.country});
  return names;
}

Status check_component(const RegisteredComponent& component) {
  auto status = check_alone(component);
  if (!status) return pass_on(status.error(), fmt::format("component '{}'", component.name.substr(0, 80)));
  return {};
}

}  // namespace waybill::tracker
