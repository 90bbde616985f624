#pragma once
// What the resolver knows about the world, as one immutable, versioned value: built from the registry's rows, shared by
// the ingest threads as shared_ptr<const PathTables>, replaced as a whole when the registry changes.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tracker/paths/component_matcher.h"
#include "tracker/paths/prefix_table.h"
#include "tracker/paths/registered_component.h"
#include "tracker/paths/routed_isp.h"
#include "tracker/routing/routing_table.h"

namespace waybill::tracker {

struct IspName {
  IspId id;
  std::string name;
};

// The ISP that a hop's address lies in: 0 unknown.
struct PlacedHop {
  IspId isp;
  IspSource source = IspSource::registry;
};

// What was recognised at one hop. Pointers live as long as the tables.
struct HopMatch {
  const RegisteredComponent* device = nullptr;    // null where nobody registered one
  std::vector<const RegisteredComponent*> areas;  // one at most of each kind: AS, ISP, country, state, city, place
};

class PathTables {
 public:
  PathTables() = default;  // version 0: knows nothing; every component is automatic
  // Refuses: an id of 0, an empty name, one ISP id or name twice, a prefix of an ISP that is not named or of two ISPs,
  // what ComponentClaims refuses, an insight without a registered component that lies there.
  static Result<PathTables> build(std::int64_t version, std::vector<IspName> isps, std::vector<PrefixEntry> prefixes,
                                  std::vector<RegisteredComponent> components,
                                  const std::vector<ComponentInsight>& insights = {});

  std::int64_t version() const { return version_; }
  std::optional<IspId> isp_of(const IpAddress& address) const { return prefixes_.find(address); }
  // Where no prefix of the registry covers an address, a hop lies with the ISP that has the number of the AS that
  // originates its route. Not so the ends of a path: what is granted and owed hangs on them, so they are the
  // registry's.
  void use_routes(std::shared_ptr<const RoutingTable> routes, std::unordered_map<Asn, IspId> isp_of_asn);
  PlacedHop place(const IpAddress& address) const;
  IspId isp_of_asn(Asn asn) const;            // 0: no ISP has it
  std::vector<Asn> asns_of(IspId isp) const;  // ascending
  // Each run of one ISP once.
  std::vector<RoutedIsp> isps_on(const std::vector<Asn>& as_path) const;
  // The shortest way between two ISPs' networks that the routing table tells, from the one to the other. Empty: none.
  std::vector<RoutedIsp> isps_between(IspId from, IspId to) const;
  // Both have networks that the routing table knows, and no route has one of the one beside one of the other.
  bool never_adjacent(IspId one, IspId other) const;
  // "isp#7" for an id that is not in the table: a removed ISP's old receipts can still be resolved again.
  std::string isp_name(IspId isp) const;
  // By address, longest prefix, or the hop's reverse DNS name, in this order (component_matcher.h).
  HopMatch match(const IpAddress& address, std::string_view name) const;
  // The same for an end of the path and what stands at a customer's: a router's prefix says nothing about those, so a
  // device is known there by its address alone, and a host by its prefix, too.
  HopMatch match_end(const IpAddress& address) const;
  // What an operator registered under the key of a component that paths show anyway: an ISP, a link between two, a
  // place. Null where nobody did.
  const RegisteredComponent* registered_as(const std::string& key) const;
  // What lies between two devices that follow each other, in the order of the traffic.
  std::vector<const RegisteredComponent*> between(const std::string& near, const std::string& far) const;

 private:
  Status add_isps(std::vector<IspName> isps);
  Status add_components(std::vector<RegisteredComponent> components);
  Status add_insights(const std::vector<ComponentInsight>& insights);

  std::int64_t version_ = 0;
  PrefixTable prefixes_;
  std::unordered_map<IspId, std::string> isps_;
  std::shared_ptr<const RoutingTable> routes_;  // null: none is loaded
  std::unordered_map<Asn, IspId> isp_of_asn_;
  std::unordered_map<IspId, std::vector<Asn>> asns_of_;  // ascending
  std::vector<RegisteredComponent> components_;
  std::map<int, ComponentMatcher> matchers_;  // by group
  std::unordered_map<std::string, std::size_t> keys_;
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> between_;
};

}  // namespace waybill::tracker
