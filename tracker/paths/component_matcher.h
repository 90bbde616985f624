#pragma once
// Which registered component a hop is: by its address, else by the longest prefix that holds it, else by the pattern of
// its reverse DNS name that says most (of two that say as much, the one first in the alphabet). An address is the
// operator's own knowledge; a name is what the sender found in the DNS, so it comes last.
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tracker/paths/registered_component.h"

namespace waybill::tracker {

// For the components of one group (match_group()). Immutable once filled.
class ComponentMatcher {
 public:
  void add(const RegisteredComponent& component, std::size_t index);
  std::optional<std::size_t> find(const IpAddress& address, std::string_view name) const;

 private:
  struct Pattern {
    NamePattern pattern;
    std::size_t index;
  };
  std::map<IpAddress, std::size_t> addresses_;
  // By length, longest first, in the bits of the 16 bytes; IPv4 and IPv6 apart since ::/0 holds no IPv4 address.
  std::map<std::pair<bool, int>, std::map<IpAddress, std::size_t>, std::greater<>> prefixes_;
  std::vector<Pattern> patterns_;  // the one that says most first
};

}  // namespace waybill::tracker
