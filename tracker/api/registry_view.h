#pragma once
// The registry as decisions need it: one immutable value, read on the store's thread at start and after every change,
// then shared by the loop and the ingest threads.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/api/agreement_view.h"
#include "tracker/coordinator/coordinator_events.h"
#include "tracker/paths/path_tables.h"
#include "tracker/routing/networks.h"
#include "tracker/store/registry.h"
#include "tracker/store/stock_clients.h"

namespace waybill::tracker {

class Store;

struct RegistryView {
  std::int64_t version = 0;  // Registry::registry_version() when its reading began, or earlier
  std::vector<Isp> isps;
  std::vector<Agreement> agreements;
  AgreementView agreed;                             // what they and owners' contracts say in full
  std::vector<OwnerUse> owner_use;                  // where the books were asked, as for policies
  std::unordered_map<ContentId, Content> contents;  // removed ones included
  std::unordered_map<AgentKey, EnrolledAgent> agents;
  std::unordered_map<ByteString, Subscriber> subscribers;  // those in force, by the hash of their key
  std::unordered_map<TwinHash, ContentId> twins;
  PathTables paths;
  std::shared_ptr<const Networks> networks;  // never null
  std::vector<CapacityPolicy> policies;      // ended ones too
  std::vector<PolicyUse> policy_use;         // where the books were asked

  IspId isp_of(const IpAddress& address) const;  // 0: no prefix covers it
  std::string isp_name(IspId id) const;          // "" for 0
};

// On the store's thread. With an instant, the books are asked what counts then against byte policies and of owners'
// contracts: at the start, and when one was added. `data` is the tracker's directory, which holds the network files;
// those that cannot be read are left out, and named in `networks->problems`.
Result<std::shared_ptr<const RegistryView>> read_registry_view(Store& store, std::optional<TimeMs> use_at = {},
                                                               const std::filesystem::path& data = {});

}  // namespace waybill::tracker
