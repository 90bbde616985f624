#include "tracker/paths/path_predictor.h"

#include <array>
#include <cstring>

#include <fmt/format.h>

namespace waybill::tracker {

std::string_view to_string(PredictionBasis basis) {
  switch (basis) {
    case PredictionBasis::neighbourhoods:
      return "measured between neighbours of both";
    case PredictionBasis::source_neighbourhood:
      return "measured from a neighbour of the sender";
    case PredictionBasis::isp_pair:
      return "measured between the two ISPs";
    case PredictionBasis::routes:
      return "not measured: by the routing table";
    case PredictionBasis::isps_alone:
      return "not measured: the two ISPs alone";
  }
  return "";
}

std::size_t PathPredictor::KeyHash::operator()(const Key& key) const noexcept {
  std::uint64_t sum = static_cast<std::uint64_t>(key.from_isp.value) * 0x9e3779b97f4a7c15ull +
                      static_cast<std::uint64_t>(key.to_isp.value);
  const auto mix = [&](const IpAddress& address) {
    std::array<std::uint64_t, 2> halves;
    static_assert(sizeof halves == sizeof address.bytes);
    std::memcpy(halves.data(), address.bytes.data(), sizeof halves);
    for (const auto half : halves) {
      sum = (sum ^ half) * 0xbf58476d1ce4e5b9ull;
      sum ^= sum >> 31;
    }
  };
  mix(key.from);
  mix(key.to);
  return static_cast<std::size_t>(sum);
}

PathPredictor::PathPredictor(std::function<std::string(IspId)> name_of, WayBetween way_between)
    : name_of_(std::move(name_of)), way_between_(std::move(way_between)) {}

IpAddress PathPredictor::neighbourhood(const IpAddress& address) {
  auto cut = address;  // 16 bytes; IPv4 is mapped into the last four
  const std::size_t kept = address.is_v4() ? 15 : 6;
  for (auto i = kept; i < cut.bytes.size(); ++i) cut.bytes[i] = 0;
  return cut;
}

bool PathPredictor::learn_in(Table& table, const Key& key, const std::shared_ptr<const ResolvedPath>& path, TimeMs at) {
  const auto* known = table.find(key);
  if (known && at < known->at) return false;
  const bool same =
      known && at - known->at <= kOldest && (known->path == path || known->path->components == path->components);
  table.put(key, {same ? known->path : path, at});
  return !same;
}

bool PathPredictor::learn(const PathEnd& from, const PathEnd& to, std::shared_ptr<const ResolvedPath> path, TimeMs at) {
  if (!path || path->printed.empty()) return false;
  Key key{from.isp, neighbourhood(from.address), to.isp, neighbourhood(to.address)};
  bool changed = learn_in(neighbourhoods_, key, path, at);
  key.to = {};
  changed |= learn_in(source_neighbourhoods_, key, path, at);
  key.from = {};
  if (from.isp && to.isp) changed |= learn_in(isp_pairs_, key, path, at);
  return changed;
}

PredictedPath PathPredictor::predict(const PathEnd& from, const PathEnd& to, TimeMs now) {
  Key key{from.isp, neighbourhood(from.address), to.isp, neighbourhood(to.address)};
  const auto known = [&](Table& table) -> const Known* {
    const auto* found = table.find(key);
    return found && now - found->at <= kOldest ? found : nullptr;
  };
  if (const auto* found = known(neighbourhoods_)) return {found->path, PredictionBasis::neighbourhoods, found->at};
  key.to = {};
  if (const auto* found = known(source_neighbourhoods_)) {
    return {found->path, PredictionBasis::source_neighbourhood, found->at};
  }
  key.from = {};
  if (const auto* found = known(isp_pairs_)) return {found->path, PredictionBasis::isp_pair, found->at};
  return unmeasured(from.isp, to.isp);
}

PredictedPath PathPredictor::unmeasured(IspId from, IspId to) {
  const Key key{from, {}, to, {}};
  if (const auto* found = unmeasured_.find(key)) return {found->path, found->basis, {}};
  Unmeasured made;
  std::vector<RoutedIsp> way;
  if (way_between_ && from && to && from != to) way = way_between_(from, to);
  if (way.size() > 1 && way.front().isp == from && way.back().isp == to) {
    made = {of_isps(way), PredictionBasis::routes};
  } else {
    way.clear();
    if (from) way.push_back({from, false});
    // There may be any number of networks between the two.
    if (to && to != from) way.push_back({to, true});
    made = {of_isps(way), PredictionBasis::isps_alone};
  }
  unmeasured_.put(key, made);
  return {made.path, made.basis, {}};
}

std::shared_ptr<const ResolvedPath> PathPredictor::of_isps(const std::vector<RoutedIsp>& isps) const {
  auto path = std::make_shared<ResolvedPath>();
  IspId before;
  for (const auto& [isp, after_gap] : isps) {
    const auto name = name_of_(isp);
    if (before) {
      PathComponent link;
      link.kind = ComponentKind::inter_isp_link;
      link.label = fmt::format("{}>{}", name_of_(before), name);
      link.key = fmt::format("{}:{}", to_string(link.kind), link.label);
      link.owner = name_of_(before);
      link.isp = before;
      link.into = isp;
      link.inferred = after_gap;
      path->components.push_back(std::move(link));
    }
    PathComponent component;
    component.kind = ComponentKind::isp;
    component.key = "isp:" + name;
    component.label = component.owner = name;
    component.isp = isp;
    path->components.push_back(std::move(component));
    path->isps.push_back(isp);
    before = isp;
  }
  path->on_net = isps.size() == 1;
  return path;
}

void PathPredictor::forget() {
  neighbourhoods_.clear();
  source_neighbourhoods_.clear();
  isp_pairs_.clear();
  unmeasured_.clear();
}

}  // namespace waybill::tracker
