#pragma once
// What each detector says of an address, with its source and how far it is to be believed, and the verdict. Pure.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tracker/paths/path_tables.h"
#include "tracker/routing/networks.h"
#include "tracker/routing/router_places.h"

namespace waybill::tracker {

// In the order in which they are believed: of what two say, the first's word stands.
enum class Detector {
  registry_prefix,  // the ISP's prefix in the registry
  component,        // what an operator registered: by address, prefix, or the router's name
  bgp,              // the origin of the route, by the dump that is loaded
  asn_database,     // a MaxMind-format database of AS numbers
  city_database,    // ... of cities
  router_name,      // guessed by the router's reverse DNS name
};
std::string_view to_string(Detector detector);

// stated: a person said so. high: measured, or by the routers' own word. medium: by a database, or by evidence of
// somebody near. low: a guess.
enum class Confidence { stated, high, medium, low };
std::string_view to_string(Confidence confidence);

struct Saying {
  Detector by{};
  Confidence confidence = Confidence::low;
  IspId isp;               // 0: says nothing of it, or names an AS that no ISP has
  std::optional<Asn> asn;  // likewise
  std::string as_name;
  Place place;         // empty: likewise
  std::string detail;  // the prefix and AS path with its date, the database's type, the word, the component
  bool operator==(const Saying&) const = default;
};

struct AddressVerdict {
  std::vector<Saying> sayings;  // by detector, each once at most
  // Who is believed of the ISP, of the AS, of the place: each the first that says something. Null: nobody does.
  const Saying* isp() const;
  const Saying* as() const;
  const Saying* place() const;
};

// `name`: the router's reverse DNS name, empty where it is not known.
AddressVerdict judge_address(const IpAddress& address, std::string_view name, const PathTables& tables,
                             const Networks& networks, const RouterPlaces& places);

}  // namespace waybill::tracker
