#pragma once
// Who originates the route to an address, and through which networks it led, as one routers' dump saw it: an immutable
// value of its date.
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "common/types/ip.h"
#include "common/types/units.h"
#include "tracker/routing/as_path.h"
#include "tracker/routing/as_ways.h"
#include "tracker/routing/flat_ranges.h"
#include "tracker/routing/special_prefixes.h"

namespace waybill::tracker {

// What one peer of the router that wrote the dump said about a prefix.
struct PeerRoute {
  std::uint32_t peer = 0;  // its number in the dump's table of peers
  Asn peer_as = 0;
  AsPathWords path;
};
// Which of them stands for the prefix; none where nobody names an origin. Its origin is the one that most peers name (a
// wrong one is seldom believed everywhere), then the one with the shortest path; its path is the shortest with that
// origin, then the one of the peer that comes first. A peer without a path is the origin itself.
std::optional<std::size_t> choose_route(const std::vector<PeerRoute>& routes);

template <typename Key>
struct RouteRow {
  Key key{};  // the prefix's first address
  AsPathId path = 0;
  Asn origin = 0;  // the path's, here to save a read from memory
  std::uint8_t length = 0;
};
using V4Row = RouteRow<std::uint32_t>;
using V6Row = RouteRow<std::uint64_t>;  // the first half of the address: no prefix is longer than /48

struct SkippedPrefixes {
  std::int64_t count = 0;
  std::string first;  // as the dump has it
  bool operator==(const SkippedPrefixes&) const = default;
};

// What the dump says of itself, and what was left out.
struct DumpFacts {
  TimeMs date{};          // of the dump's table of peers; with several, the earliest
  std::string collector;  // the router's BGP identifier
  std::int64_t peers = 0;
  std::array<SkippedPrefixes, kBogusKinds> bogus;  // by BogusKind
  SkippedPrefixes without_origin;  // nobody names one: routes of the router itself, aggregates of several origins
  SkippedPrefixes repeated;        // said twice; the first stands
  std::int64_t other_records = 0;  // of kinds that hold no unicast routes
  bool operator==(const DumpFacts&) const = default;
};

struct FoundRoute {
  IpPrefix prefix;
  Asn origin = 0;
  AsPathWords path;  // lives as long as the table
};

class RoutingTable {
 public:
  static constexpr std::size_t kMaxPrefixes = 4'000'000;  // of each family: four times the table of today

  // Sorts; of rows with the same prefix the first stands, the others are counted in facts.repeated. Rows' origins are
  // filled in; every path must name one.
  static RoutingTable build(std::vector<V4Row> v4, std::vector<V6Row> v6, AsPaths paths, DumpFacts facts,
                            AsWays ways = {});

  std::optional<FoundRoute> find(const IpAddress& address) const;
  // The same, but the origin alone.
  std::optional<Asn> origin(const IpAddress& address) const;

  const DumpFacts& facts() const { return facts_; }
  const std::vector<V4Row>& v4() const { return v4_; }
  const std::vector<V6Row>& v6() const { return v6_; }
  const AsPaths& paths() const { return paths_; }
  // From one network to another, by the routes of every peer, chosen or not.
  const AsWays& ways() const { return ways_; }
  std::size_t bytes() const;  // of memory

 private:
  std::vector<V4Row> v4_;
  std::vector<V6Row> v6_;
  FlatRanges<std::uint32_t> v4_ranges_;
  FlatRanges<std::uint64_t> v6_ranges_;
  AsPaths paths_;
  AsWays ways_;
  DumpFacts facts_;
};

// An address or a prefix's first address, as rows have it.
std::uint32_t v4_key(const IpAddress& address);
std::uint64_t v6_key(const IpAddress& address);
IpPrefix prefix_of(const V4Row& row);
IpPrefix prefix_of(const V6Row& row);

}  // namespace waybill::tracker
