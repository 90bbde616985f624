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

PathPredictor::PathPredictor(std::function<std::string(IspId)> name_of) : name_of_(std::move(name_of)) {}

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
  return {of_isps(from.isp, to.isp), PredictionBasis::isps_alone, {}};
}

std::shared_ptr<const ResolvedPath> PathPredictor::of_isps(IspId from, IspId to) {
  const Key key{from, {}, to, {}};
  if (const auto* found = isps_alone_.find(key)) return found->path;
  auto path = std::make_shared<ResolvedPath>();
  const auto add_isp = [&](IspId isp) {
    const auto name = name_of_(isp);
    PathComponent component;
    component.kind = ComponentKind::isp;
    component.key = "isp:" + name;
    component.label = component.owner = name;
    component.isp = isp;
    path->components.push_back(std::move(component));
    path->isps.push_back(isp);
  };
  if (from) add_isp(from);
  if (from && to && from != to) {
    PathComponent link;
    link.kind = ComponentKind::inter_isp_link;
    link.label = fmt::format("{}>{}", name_of_(from), name_of_(to));
    link.key = fmt::format("{}:{}", to_string(link.kind), link.label);
    link.owner = name_of_(from);
    link.isp = from;
    link.into = to;
    link.inferred = true;
    path->components.push_back(std::move(link));
  }
  if (to && from != to) add_isp(to);
  path->on_net = from && from == to;
  isps_alone_.put(key, {path, {}});
  return path;
}

void PathPredictor::forget() {
  neighbourhoods_.clear();
  source_neighbourhoods_.clear();
  isp_pairs_.clear();
  isps_alone_.clear();
}

}  // namespace waybill::tracker
