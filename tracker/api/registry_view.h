#pragma once
// The registry as decisions need it: one immutable value, read on the store's thread at start and after every change,
// then shared by the loop and the ingest threads.
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/coordinator/coordinator_events.h"
#include "tracker/paths/path_tables.h"
#include "tracker/store/registry.h"

namespace waybill::tracker {

class Store;

struct RegistryView {
  std::int64_t version = 0;  // Registry::registry_version() when its reading began, or earlier
  std::vector<Isp> isps;
  std::vector<Agreement> agreements;
  std::unordered_map<ContentId, Content> contents;  // removed ones included
  std::unordered_map<AgentKey, EnrolledAgent> agents;
  PathTables paths;
  std::vector<CapacityPolicy> policies;  // ended ones too
  std::vector<PolicyUse> policy_use;     // where the books were asked: at the start, and when a policy is added

  IspId isp_of(const IpAddress& address) const;  // 0: no prefix covers it
  std::string isp_name(IspId id) const;          // "" for 0
};

// On the store's thread.
// With an instant, the books are asked what counts against byte policies then.
Result<std::shared_ptr<const RegistryView>> read_registry_view(Store& store, std::optional<TimeMs> policy_use_at = {});

}  // namespace waybill::tracker
