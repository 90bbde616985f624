#pragma once
// Which ISP an address belongs to: longest prefix match, IPv4 and IPv6. Nested prefixes are flattened once, at build,
// into disjoint ranges, so that a look-up is one binary search in a flat array (12 bytes an IPv4 range, 24 an IPv6
// one).
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/types/ids.h"
#include "common/types/ip.h"

namespace waybill::tracker {

struct PrefixEntry {
  IpPrefix prefix;
  IspId isp;
  bool operator==(const PrefixEntry&) const = default;
};

class PrefixTable {
 public:
  PrefixTable() = default;  // finds nothing
  // Refuses one prefix given to two ISPs. The same pair twice is fine.
  static Result<PrefixTable> build(std::vector<PrefixEntry> entries);

  std::optional<IspId> find(const IpAddress& address) const;
  std::size_t ranges() const { return v4_.starts.size() + v6_.starts.size(); }

 private:
  // owners[i] holds from starts[i] up to the next start. IspId 0 is a gap that no prefix covers.
  template <typename Key>
  struct Ranges {
    std::vector<Key> starts;
    std::vector<IspId> owners;
  };
  using V6Key = std::array<std::uint64_t, 2>;  // most significant half first

  Ranges<std::uint32_t> v4_;
  Ranges<V6Key> v6_;
};

}  // namespace waybill::tracker
