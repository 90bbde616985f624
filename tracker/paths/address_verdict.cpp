#include "tracker/paths/address_verdict.h"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace waybill::tracker {

namespace {

std::string day_of(TimeMs time) {
  return fmt::format("{:%Y-%m-%dT%H:%MZ}", fmt::gmtime(static_cast<std::time_t>(time.value / 1000)));
}

class Judge {
 public:
  Judge(const IpAddress& address, const PathTables& tables, const Networks& networks)
      : address_(address), tables_(tables), networks_(networks) {}

  void by_registry() {
    const auto isp = tables_.isp_of(address_);
    if (!isp) return;
    auto& saying = say(Detector::registry_prefix, Confidence::stated);
    saying.isp = *isp;
    const auto asns = tables_.asns_of(*isp);
    if (asns.size() == 1) saying.asn = asns.front();  // of several, the prefix does not say which
    saying.detail = "prefix of " + tables_.isp_name(*isp);
  }

  void by_component(std::string_view name) {
    const auto match = tables_.match(address_, name);
    auto known = match.areas;
    if (match.device != nullptr) known.insert(known.begin(), match.device);
    if (known.empty()) return;
    auto& saying = say(Detector::component, Confidence::stated);
    for (const auto* component : known) {
      if (!saying.isp) saying.isp = component->isp;
      if (saying.place.empty()) saying.place = place_of(*component);
      saying.detail += (saying.detail.empty() ? "" : ", ") + component->key();
    }
  }

  void by_bgp() {
    if (!networks_.routes) return;
    const auto route = networks_.routes->find(address_);
    if (!route) return;
    auto& saying = say(Detector::bgp, Confidence::high);
    name_as(saying, route->origin);
    saying.detail = fmt::format("{} by AS path {}, {}", route->prefix.str(), print_as_path(route->path),
                                day_of(networks_.routes->facts().date));
  }

  void by_asn_database() {
    if (!networks_.asn_database) return;
    const auto found = networks_.asn_database->asn(address_);
    if (!found) return;
    auto& saying = say(Detector::asn_database, Confidence::medium);
    name_as(saying, found->asn);
    if (saying.as_name.empty()) saying.as_name = found->organisation;
    saying.detail = dated(*networks_.asn_database);
  }

  void by_city_database() {
    if (!networks_.city_database) return;
    auto found = networks_.city_database->place(address_);
    if (!found) return;
    auto& saying = say(Detector::city_database, Confidence::medium);
    saying.place = {std::move(found->country), std::move(found->state), std::move(found->city)};
    saying.detail = dated(*networks_.city_database);
  }

  void by_name(std::string_view name, const RouterPlaces& places) {
    auto guessed = places.guess(name);
    if (!guessed) return;
    auto& saying = say(Detector::router_name, Confidence::low);
    saying.detail =
        fmt::format("'{}' in {}, {}", guessed->word, name, guessed->by_name ? "a city" : "an airport's code");
    saying.place = {std::move(guessed->country), std::move(guessed->state), std::move(guessed->city)};
  }

  AddressVerdict verdict;

 private:
  Saying& say(Detector by, Confidence confidence) {
    Saying saying;
    saying.by = by;
    saying.confidence = confidence;
    return verdict.sayings.emplace_back(std::move(saying));
  }
  void name_as(Saying& saying, Asn asn) {
    saying.asn = asn;
    saying.isp = tables_.isp_of_asn(asn);
    if (networks_.as_names) saying.as_name = networks_.as_names->find(asn);
  }
  static std::string dated(const AddressDatabase& database) {
    return fmt::format("{}, {}", database.type(), day_of(database.built()));
  }
  // A component of kind city is a place by itself; of a place of any other kind its name says too little.
  static Place place_of(const RegisteredComponent& component) {
    auto place = component.place;
    if (component.kind == ComponentKind::city && place.city.empty() && !place.country.empty()) {
      place.city = component.name;
    }
    if (component.kind == ComponentKind::country && place.country.empty()) place.country = component.name;
    return place;
  }

  IpAddress address_;
  const PathTables& tables_;
  const Networks& networks_;
};

template <typename Says>
const Saying* first(const std::vector<Saying>& sayings, Says says) {
  const auto found = std::find_if(sayings.begin(), sayings.end(), says);
  return found == sayings.end() ? nullptr : &*found;
}

}  // namespace

std::string_view to_string(Detector detector) {
  switch (detector) {
    case Detector::registry_prefix:
      return "registry";
    case Detector::component:
      return "component";
    case Detector::bgp:
      return "BGP";
    case Detector::asn_database:
      return "ASN database";
    case Detector::city_database:
      return "city database";
    case Detector::router_name:
      return "router name";
  }
  return "";
}

std::string_view to_string(Confidence confidence) {
  switch (confidence) {
    case Confidence::stated:
      return "stated";
    case Confidence::high:
      return "high";
    case Confidence::medium:
      return "medium";
    case Confidence::low:
      return "low";
  }
  return "";
}

const Saying* AddressVerdict::isp() const {
  return first(sayings, [](const Saying& saying) { return static_cast<bool>(saying.isp); });
}
const Saying* AddressVerdict::as() const {
  return first(sayings, [](const Saying& saying) { return saying.asn.has_value(); });
}
const Saying* AddressVerdict::place() const {
  return first(sayings, [](const Saying& saying) { return !saying.place.empty(); });
}

AddressVerdict judge_address(const IpAddress& address, std::string_view name, const PathTables& tables,
                             const Networks& networks, const RouterPlaces& places) {
  Judge judge(address, tables, networks);
  judge.by_registry();
  judge.by_component(name);
  // A private address is another one in every network: only who runs this one knows it.
  if (!address.is_private()) {
    judge.by_bgp();
    judge.by_asn_database();
    judge.by_city_database();
  }
  judge.by_name(name, places);
  return std::move(judge.verdict);
}

}  // namespace waybill::tracker
