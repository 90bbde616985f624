#include "tracker/routing/routing_table.h"

#include <algorithm>
#include <tuple>

#include "common/types/check.h"

namespace waybill::tracker {

namespace {

struct Candidate {
  Asn origin;
  std::uint32_t peer;
  int length;
  std::size_t index;
};

// A router that peers with the collector inside its own network announces its own prefixes without a path.
std::optional<Asn> origin_named_by(const PeerRoute& route) {
  if (!route.path.empty()) return origin_of(route.path);
  return route.peer_as != 0 ? std::optional(route.peer_as) : std::nullopt;
}

template <typename Row>
void name_origins(std::vector<Row>& rows, const AsPaths& paths) {
  for (auto& row : rows) {
    const auto origin = origin_of(paths.at(row.path));
    WAYBILL_ASSERT(origin.has_value(), "a path in a routing table names its origin");
    row.origin = *origin;
  }
}

template <typename Row>
std::vector<Row> sort_rows(std::vector<Row> rows, SkippedPrefixes& repeated) {
  const auto by_prefix = [](const Row& row) { return std::tuple(row.key, row.length); };
  const auto before = [&](const Row& a, const Row& b) { return by_prefix(a) < by_prefix(b); };
  if (!std::is_sorted(rows.begin(), rows.end(), before)) std::stable_sort(rows.begin(), rows.end(), before);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (kept > 0 && by_prefix(rows[kept - 1]) == by_prefix(rows[i])) {
      if (repeated.count++ == 0) repeated.first = prefix_of(rows[i]).str();
      continue;
    }
    rows[kept++] = rows[i];
  }
  rows.resize(kept);
  rows.shrink_to_fit();
  return rows;
}

}  // namespace

std::optional<std::size_t> choose_route(const std::vector<PeerRoute>& routes) {
  if (routes.size() == 1) return origin_named_by(routes[0]) ? std::optional<std::size_t>(0) : std::nullopt;
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    if (const auto origin = origin_named_by(routes[i])) {
      candidates.push_back({*origin, routes[i].peer, length_of(routes[i].path), i});
    }
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.origin, a.peer, a.length, a.index) < std::tie(b.origin, b.peer, b.length, b.index);
  });
  std::optional<std::tuple<int, int, std::uint32_t, std::size_t>> best;  // the smallest counts; fewer peers is larger
  for (std::size_t i = 0; i < candidates.size();) {
    int peers = 0;
    auto shortest = std::tuple(candidates[i].length, candidates[i].peer, candidates[i].index);
    const auto first = i;
    for (; i < candidates.size() && candidates[i].origin == candidates[first].origin; ++i) {
      // One peer may offer several paths (RFC 7911), and counts once.
      if (i == first || candidates[i].peer != candidates[i - 1].peer) ++peers;
      shortest = std::min(shortest, std::tuple(candidates[i].length, candidates[i].peer, candidates[i].index));
    }
    const auto group = std::tuple_cat(std::tuple(-peers), shortest);
    if (!best || group < *best) best = group;
  }
  if (!best) return std::nullopt;
  return std::get<3>(*best);
}

std::uint32_t v4_key(const IpAddress& address) {
  std::uint32_t key = 0;
  for (std::size_t i = 12; i < 16; ++i) key = key << 8 | address.bytes[i];
  return key;
}

std::uint64_t v6_key(const IpAddress& address) {
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < 8; ++i) key = key << 8 | address.bytes[i];
  return key;
}

IpPrefix prefix_of(const V4Row& row) { return {IpAddress::from_v4(row.key), row.length}; }

IpPrefix prefix_of(const V6Row& row) {
  IpPrefix prefix;
  for (std::size_t i = 0; i < 8; ++i) prefix.address.bytes[i] = static_cast<unsigned char>(row.key >> (56 - 8 * i));
  prefix.length = row.length;
  return prefix;
}

RoutingTable RoutingTable::build(std::vector<V4Row> v4, std::vector<V6Row> v6, AsPaths paths, DumpFacts facts,
                                 AsWays ways) {
  RoutingTable table;
  table.facts_ = std::move(facts);
  table.v4_ = sort_rows(std::move(v4), table.facts_.repeated);
  table.v6_ = sort_rows(std::move(v6), table.facts_.repeated);
  name_origins(table.v4_, paths);
  name_origins(table.v6_, paths);
  table.v4_ranges_ = FlatRanges<std::uint32_t>::build(table.v4_);
  table.v6_ranges_ = FlatRanges<std::uint64_t>::build(table.v6_);
  table.paths_ = std::move(paths);
  table.paths_.forget_index();
  table.ways_ = std::move(ways);
  return table;
}

std::optional<FoundRoute> RoutingTable::find(const IpAddress& address) const {
  const auto found = [&](const auto& rows, std::uint32_t row) -> std::optional<FoundRoute> {
    if (row == kNoRow) return std::nullopt;
    return FoundRoute{prefix_of(rows[row]), rows[row].origin, paths_.at(rows[row].path)};
  };
  if (address.is_v4()) return found(v4_, v4_ranges_.find(v4_key(address)));
  return found(v6_, v6_ranges_.find(v6_key(address)));
}

std::optional<Asn> RoutingTable::origin(const IpAddress& address) const {
  const bool v4 = address.is_v4();
  const auto row = v4 ? v4_ranges_.find(v4_key(address)) : v6_ranges_.find(v6_key(address));
  if (row == kNoRow) return std::nullopt;
  return v4 ? v4_[row].origin : v6_[row].origin;
}

std::size_t RoutingTable::bytes() const {
  return v4_.capacity() * sizeof(V4Row) + v6_.capacity() * sizeof(V6Row) + v4_ranges_.bytes() + v6_ranges_.bytes() +
         paths_.bytes() + ways_.bytes();
}

}  // namespace waybill::tracker
