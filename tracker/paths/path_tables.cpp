#include "tracker/paths/path_tables.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "tracker/paths/component_claims.h"

namespace waybill::tracker {

Result<PathTables> PathTables::build(std::int64_t version, std::vector<IspName> isps, std::vector<PrefixEntry> prefixes,
                                     std::vector<RegisteredComponent> components,
                                     const std::vector<ComponentInsight>& insights) {
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
  if (auto status = tables.add_insights(insights); !status) return pass_on(status);
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
  ComponentClaims claims;
  for (std::size_t i = 0; i < components.size(); ++i) {
    const auto& component = components[i];
    if (!component.id) return refuse(fmt::format("the component '{}' has no id", component.name));
    if (auto status = claims.add(component); !status) return status;
    matchers_[match_group(component.kind)].add(component, i);
    keys_.emplace(component.key(), i);
  }
  components_ = std::move(components);
  return {};
}

Status PathTables::add_insights(const std::vector<ComponentInsight>& insights) {
  std::unordered_map<ComponentId, std::size_t> by_id;
  for (std::size_t i = 0; i < components_.size(); ++i) by_id.emplace(components_[i].id, i);
  for (const auto& insight : insights) {
    const auto lies = by_id.find(insight.lies);
    if (lies == by_id.end()) {
      return refuse(fmt::format("no registered component lies between '{}' and '{}'", insight.near, insight.far));
    }
    between_[{insight.near, insight.far}].push_back(lies->second);
    if (!insight.both_ways) continue;
    auto& back = between_[{insight.far, insight.near}];
    back.insert(back.begin(), lies->second);
  }
  return {};
}

void PathTables::use_routes(std::shared_ptr<const RoutingTable> routes, std::unordered_map<Asn, IspId> isp_of_asn) {
  routes_ = std::move(routes);
  isp_of_asn_ = std::move(isp_of_asn);
  asns_of_.clear();
  for (const auto& [asn, isp] : isp_of_asn_) asns_of_[isp].push_back(asn);
  for (auto& [isp, asns] : asns_of_) std::sort(asns.begin(), asns.end());
}

PlacedHop PathTables::place(const IpAddress& address) const {
  if (const auto isp = prefixes_.find(address)) return {*isp, IspSource::registry};
  if (!routes_ || address.is_private()) return {};
  const auto origin = routes_->origin(address);
  const auto isp = origin ? isp_of_asn(*origin) : IspId{};
  return isp ? PlacedHop{isp, IspSource::bgp} : PlacedHop{};
}

IspId PathTables::isp_of_asn(Asn asn) const {
  const auto known = isp_of_asn_.find(asn);
  return known == isp_of_asn_.end() ? IspId{} : known->second;
}

std::vector<Asn> PathTables::asns_of(IspId isp) const {
  const auto found = asns_of_.find(isp);
  return found != asns_of_.end() ? found->second : std::vector<Asn>();
}

bool PathTables::never_adjacent(IspId one, IspId other) const {
  const auto near = asns_of_.find(one), far = asns_of_.find(other);
  if (!routes_ || near == asns_of_.end() || far == asns_of_.end()) return false;
  const auto& ways = routes_->ways();
  const auto known = [&](Asn asn) { return ways.knows(asn); };
  if (std::none_of(near->second.begin(), near->second.end(), known)) return false;
  if (std::none_of(far->second.begin(), far->second.end(), known)) return false;
  return std::none_of(near->second.begin(), near->second.end(), [&](Asn a) {
    return std::any_of(far->second.begin(), far->second.end(), [&](Asn b) { return ways.adjacent(a, b); });
  });
}

std::vector<RoutedIsp> PathTables::isps_on(const std::vector<Asn>& as_path) const {
  std::vector<RoutedIsp> isps;
  bool gap = false;
  for (const auto asn : as_path) {
    const auto isp = isp_of_asn(asn);
    if (isp && (isps.empty() || isps.back().isp != isp)) isps.push_back({isp, gap});
    gap = !isp;
  }
  return isps;
}

std::vector<RoutedIsp> PathTables::isps_between(IspId from, IspId to) const {
  std::vector<RoutedIsp> shortest;
  if (!routes_) return shortest;
  const auto far = asns_of(to);
  for (const auto near_as : asns_of(from)) {
    for (const auto far_as : far) {
      auto way = isps_on(as_path_between(near_as, far_as, routes_->ways()));
      if (!way.empty() && (shortest.empty() || way.size() < shortest.size())) shortest = std::move(way);
    }
  }
  return shortest;
}

std::string PathTables::isp_name(IspId isp) const {
  const auto found = isps_.find(isp);
  return found != isps_.end() ? found->second : fmt::format("isp#{}", isp.value);
}

HopMatch PathTables::match(const IpAddress& address, std::string_view name) const {
  HopMatch match;
  for (const auto& [group, matcher] : matchers_) {
    const auto found = matcher.find(address, name);
    if (!found) continue;
    const auto* component = &components_[*found];
    if (is_device(component->kind)) {
      match.device = component;
    } else {
      match.areas.push_back(component);
    }
  }
  return match;
}

HopMatch PathTables::match_end(const IpAddress& address) const {
  auto match = this->match(address, {});
  if (match.device == nullptr || match.device->kind == ComponentKind::host) return match;
  const auto& own = match.device->addresses;
  if (std::find(own.begin(), own.end(), address) == own.end()) match.device = nullptr;
  return match;
}

const RegisteredComponent* PathTables::registered_as(const std::string& key) const {
  const auto found = keys_.find(key);
  return found != keys_.end() ? &components_[found->second] : nullptr;
}

std::vector<const RegisteredComponent*> PathTables::between(const std::string& near, const std::string& far) const {
  std::vector<const RegisteredComponent*> all;
  const auto found = between_.find({near, far});
  if (found == between_.end()) return all;
  for (const auto index : found->second) all.push_back(&components_[index]);
  return all;
}

}  // namespace waybill::tracker
