#pragma once
// What the resolver knows about the world, as one immutable, versioned value: built from the registry's rows, shared by
// the ingest threads as shared_ptr<const PathTables>, replaced as a whole when the registry changes.
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tracker/paths/prefix_table.h"
#include "tracker/paths/resolved_path.h"

namespace waybill::tracker {

struct IspName {
  IspId id;
  std::string name;
};

// One row for each address; a router with three interfaces is three rows of the same id, kind, name, owner and isp.
struct RegisteredComponent {
  ComponentId id;
  ComponentKind kind = ComponentKind::router;
  IpAddress address;
  std::string name;
  std::string owner;  // empty: the name of the ISP it lies in
  // 0: found by prefix. An operator states it where a border router answers from its neighbour's address space.
  IspId isp;
};

class PathTables {
 public:
  PathTables() = default;  // version 0: knows nothing; every component is automatic
  // Refuses: an id of 0, an empty name, one ISP id or name twice, a prefix of an ISP that is not named or of two ISPs,
  // one address for two components, one component name for two ids of the same kind.
  static Result<PathTables> build(std::int64_t version, std::vector<IspName> isps, std::vector<PrefixEntry> prefixes,
                                  std::vector<RegisteredComponent> components);

  std::int64_t version() const { return version_; }
  std::optional<IspId> isp_of(const IpAddress& address) const { return prefixes_.find(address); }
  // "isp#7" for an id that is not in the table: a removed ISP's old receipts can still be resolved again.
  std::string isp_name(IspId isp) const;
  const RegisteredComponent* component_at(const IpAddress& address) const;  // null where nobody registered it

 private:
  Status add_isps(std::vector<IspName> isps);
  Status add_components(std::vector<RegisteredComponent> components);

  std::int64_t version_ = 0;
  PrefixTable prefixes_;
  std::unordered_map<IspId, std::string> isps_;
  std::vector<RegisteredComponent> components_;  // sorted by address
};

}  // namespace waybill::tracker
