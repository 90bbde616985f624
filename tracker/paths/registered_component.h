#pragma once
// What an operator says about the network: components with names, owners and places, what they are recognised by on a
// measured path, and what lies between two of them though no trace shows it (patent FIG. 3B).
#include <string>
#include <vector>

#include "tracker/paths/name_pattern.h"
#include "tracker/paths/resolved_path.h"

namespace waybill::tracker {

struct InsightIdTag {};
using InsightId = RowId<InsightIdTag>;

// Each may be empty; a state or a city needs its country, so that two cities of one name stay apart.
struct Place {
  std::string country;
  std::string state;
  std::string city;
  bool empty() const { return country.empty() && state.empty() && city.empty(); }
  bool operator==(const Place&) const = default;
};

struct RegisteredComponent {
  static constexpr std::size_t kMaxNameBytes = 256;
  static constexpr std::size_t kMaxMatches = 4096;  // addresses, prefixes and patterns of one component

  ComponentId id;
  ComponentKind kind = ComponentKind::router;
  std::string name;
  std::string owner;  // empty: the name of the ISP it lies in
  // 0: found by prefix. An operator states it where a border router answers from its neighbour's address space.
  IspId isp;
  // By which a hop is known as this component. Without any it is found by an insight or by its key alone.
  std::vector<IpAddress> addresses;
  std::vector<IpPrefix> prefixes;
  std::vector<NamePattern> patterns;
  Place place;  // that it lies in: components of their own on every path that crosses it
  bool operator==(const RegisteredComponent&) const = default;

  // PathComponent::key: "router:core1", "country:Germany", "city:Germany/Bavaria/Munich".
  std::string key() const;
};

// Kinds that hold others (an AS, an ISP, a place) are matched beside the device that answers, each kind by itself.
// Devices (router, switch, link, host) are one group: one of them answers at a hop.
bool is_device(ComponentKind kind);

// "Between routers 5 and 6 lies switch 1": on each path where the two ends follow each other.
struct ComponentInsight {
  InsightId id;
  std::string near;  // keys of devices
  std::string far;
  ComponentId lies;
  bool both_ways = true;  // false: only for traffic from `near` to `far`
  bool operator==(const ComponentInsight&) const = default;
};

struct PlaceName {
  ComponentKind kind;
  std::string key;
  std::string label;
};
std::vector<PlaceName> names_of(const Place& place);  // city, state, country: those that are said

// What the component says by itself: name, place, and how much it matches by. Refusals name the component.
Status check_component(const RegisteredComponent& component);

}  // namespace waybill::tracker
