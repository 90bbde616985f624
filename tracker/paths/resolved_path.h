#pragma once
// What a measured path means to the books: the network components that it crossed, in order. One record (patent FIG. 5)
// is written for each of them, so `components` never holds the same key twice.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/types/ids.h"
#include "common/types/ip.h"

namespace waybill::tracker {

// Stored in the database: never renumbered.
enum class ComponentKind : std::uint8_t {
  isp = 1,
  router = 2,
  network_switch = 3,
  link = 4,            // inside one ISP; only where an operator registered it
  inter_isp_link = 5,  // where the path changes from one ISP to another
  host = 6,            // an end of the path; only where an operator registered it (a CDN node, a data centre)
  place = 7,           // any other place; only where an operator registered it
  // Where an operator said that a component lies there, or registered the place itself.
  country = 8,
  state = 9,
  city = 10,
  autonomous_system = 11,  // only where an operator registered it
};

// "isp", "router", "switch", "link", "inter-isp-link", "host", "place", "country", "state", "city", "as"
std::string_view to_string(ComponentKind kind);
Result<ComponentKind> parse_component_kind(std::string_view text);  // "inter-as-link", too

// By whose word an address lies in an ISP. Stored in the database: never renumbered.
enum class IspSource : std::uint8_t {
  registry = 0,  // the registry: its prefixes, or an operator's word about the component
  bgp = 1,       // no prefix of the registry covers the address; the AS that originates its route is the ISP's
};
std::string_view to_string(IspSource source);  // "registry", "BGP"

struct PathComponent {
  ComponentKind kind = ComponentKind::router;
  ComponentId registered;  // 0 where nobody registered it and it is named by what the path shows
  // Stable identity: "isp:SP1", "inter-isp-link:SP1>SP2", "router:core1" where registered, "router:198.18.1.1" where
  // not, "router:SP1/10.0.0.1" for an address that is unique inside its ISP only.
  std::string key;
  std::string label;  // for people and FIG. 5: registered name, else reverse DNS name, else address
  std::string owner;  // the registered owner, else the name of the ISP it lies in, else empty
  IspId isp;          // the ISP it lies in; for inter_isp_link the one that is left; 0 unknown
  // inter_isp_link only: the ISP that is entered, the last address seen before the border and the first one behind it.
  IspId into;
  std::optional<IpAddress> near_address;
  std::optional<IpAddress> far_address;
  // inter_isp_link only: silence, an address of no known ISP, or the end of the trace lies between the two sides, so
  // that there may be further networks between them.
  bool inferred = false;
  IspSource isp_source = IspSource::registry;  // of `isp`; for inter_isp_link of either of the two, if one is by BGP
  bool operator==(const PathComponent&) const = default;
};

struct ResolvedPath {
  std::vector<PathComponent> components;  // in the order of the traffic, each key once
  std::vector<IspId> isps;         // crossed in order, from the sender's to the receiver's; unknown ones left out
  std::string printed;             // hop labels joined by spaces, "*" for a silent hop; empty where unmeasured
  std::int64_t table_version = 0;  // of the PathTables that resolved it
  bool on_net = false;             // both ends at the same, known ISP
  bool operator==(const ResolvedPath&) const = default;
};

}  // namespace waybill::tracker
