#pragma once
// Who claims what among the registered components: finds the contradictions before they are stored, and again when
// tables are built.
#include <map>
#include <set>
#include <string>
#include <utility>

#include "tracker/paths/registered_component.h"

namespace waybill::tracker {

class ComponentClaims {
 public:
  static constexpr std::size_t kMaxComponents = 250'000;
  static constexpr std::size_t kMaxPatterns = 4096;  // of all components: each new hop name is held against all of them

  // Refuses what check_component() refuses, a name that is taken, and an address, prefix or pattern that another
  // component of the same group (devices; each kind of area) claims. Then nothing is claimed.
  Status add(const RegisteredComponent& component);

 private:
  template <typename Match>
  using Claims = std::map<std::pair<int, Match>, std::string>;
  template <typename Match>
  static Status find(const Claims<Match>& claims, int group, const std::vector<Match>& matches, const char* what);
  template <typename Match>
  static void claim(Claims<Match>& claims, int group, const std::vector<Match>& matches, const std::string& name);

  std::set<std::string> names_;
  Claims<IpAddress> addresses_;
  Claims<IpPrefix> prefixes_;
  Claims<std::string> patterns_;
};

// Within it, one component answers at a hop. Devices are one group, every kind of area is one of its own.
int match_group(ComponentKind kind);

}  // namespace waybill::tracker
