#include "tracker/paths/path_tables.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace waybill::tracker {

Result<PathTables> PathTables::build(std::int64_t version, std::vector<IspName> isps, std::vector<PrefixEntry> prefixes,
                                     std::vector<RegisteredComponent> components) {
  PathTables tables;
  tables.version_ = version;
  if (auto status = tables.add_isps(std::move(isps)); !status) return pass_on(status);
  for (const auto& entry : prefixes) {
    if (!tables.isps_.contains(entry.isp)) {
      return refuse(fmt::format("prefix {} belongs to ISP {}, which has no name", entry.prefix.str(), entry.isp.value));
    }
  }
  auto table = PrefixTable::build(std::move(prefixes));
  if (!table) return pass_on(table);
  tables.prefixes_ = std::move(*table);
  if (auto status = tables.add_components(std::move(components)); !status) return pass_on(status);
  return tables;
}

Status PathTables::add_isps(std::vector<IspName> isps) {
  std::set<std::string> names;
  for (auto& isp : isps) {
    if (!isp.id || isp.name.empty()) return refuse("an ISP needs an id and a name");
    if (!names.insert(isp.name).second) return refuse(fmt::format("two ISPs are called '{}'", isp.name));
    if (!isps_.emplace(isp.id, std::move(isp.name)).second) {
      return refuse(fmt::format("two ISPs have the id {}", isp.id.value));
    }
  }
  return {};
}

Status PathTables::add_components(std::vector<RegisteredComponent> components) {
  std::map<std::pair<ComponentKind, std::string>, ComponentId> names;
  for (const auto& component : components) {
    if (!component.id || component.name.empty()) return refuse("a registered component needs an id and a name");
    const auto [at, fresh] = names.try_emplace({component.kind, component.name}, component.id);
    if (!fresh && at->second != component.id) {
      return refuse(fmt::format("two components are called '{}'", component.name));
    }
  }
  const auto by_address = [](const auto& a, const auto& b) { return a.address < b.address; };
  std::sort(components.begin(), components.end(), by_address);
  const auto same = std::adjacent_find(components.begin(), components.end(),
                                       [](const auto& a, const auto& b) { return a.address == b.address; });
  if (same != components.end()) {
    return refuse(fmt::format("address {} is registered for two components", same->address.str()));
  }
  components_ = std::move(components);
  return {};
}

std::string PathTables::isp_name(IspId isp) const {
  const auto found = isps_.find(isp);
  return found != isps_.end() ? found->second : fmt::format("isp#{}", isp.value);
}

const RegisteredComponent* PathTables::component_at(const IpAddress& address) const {
  const auto found = std::lower_bound(
      components_.begin(), components_.end(), address,
      [](const RegisteredComponent& component, const IpAddress& key) { return component.address < key; });
  return found != components_.end() && found->address == address ? &*found : nullptr;
}

}  // namespace waybill::tracker
