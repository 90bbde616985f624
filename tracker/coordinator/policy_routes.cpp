#include "tracker/coordinator/policy_routes.h"

#include <algorithm>
#include <cstring>

namespace waybill::tracker {

namespace {

constexpr std::size_t kMaxRoutes = 1 << 20;  // pairs of places
// Beyond it an agent's neighbourhood is left out of account, and its ISP alone tells where it is.
constexpr std::size_t kMaxPlaces = 1 << 20;

}  // namespace

std::size_t PolicyRoutes::PlaceHash::operator()(const PlaceKey& key) const noexcept {
  std::uint64_t halves[2];
  std::memcpy(halves, key.neighbourhood.bytes.data(), sizeof halves);
  auto sum = static_cast<std::uint64_t>(key.isp.value) * 0x9e3779b97f4a7c15ull;
  sum = (sum ^ halves[0]) * 0xbf58476d1ce4e5b9ull;
  sum = (sum ^ halves[1]) * 0x94d049bb133111ebull;
  return static_cast<std::size_t>(sum ^ sum >> 31);
}

PolicyRoutes::PlaceIndex PolicyRoutes::intern(const PlaceKey& key) {
  const auto [found, added] = by_key_.emplace(key, static_cast<PlaceIndex>(places_.size()));
  if (added) {
    places_.push_back({{key.isp, key.neighbourhood}, found->second});
    learnt_from_.push_back(0);
  }
  return found->second;
}

PolicyRoutes::PlaceIndex PolicyRoutes::place_at(IspId isp, const IpAddress& address) {
  const PlaceKey key{isp, PathPredictor::neighbourhood(address)};
  const auto whole = intern({isp, {}});
  if (places_.size() >= kMaxPlaces && !by_key_.contains(key)) return whole;
  const auto place = intern(key);
  places_[place].isp = whole;
  return place;
}

void PolicyRoutes::place(AgentIndex agent, IspId isp, const IpAddress& address) {
  if (agent >= place_of_.size()) place_of_.resize(agent + 1);
  const auto place = place_at(isp, address);
  place_of_[agent] = {place, places_[place].isp};
}

void PolicyRoutes::learn(const PathEnd& from, const PathEnd& to, std::shared_ptr<const ResolvedPath> path, TimeMs at) {
  if (!predictor_.learn(from, to, std::move(path), at)) return;
  stale_ = true;
  if (routes_.size() >= kMaxRoutes) routes_.clear();  // the ISPs' paths remain; neighbourhoods come back with receipts
  const auto from_place = place_at(from.isp, from.address);
  const auto to_place = place_at(to.isp, to.address);
  learnt_from_[from_place] = 1;
  routes_[route_key(from_place, to_place)] = kUnresolved;
  routes_[route_key(from_place, places_[to_place].isp)] = kUnresolved;
}

void PolicyRoutes::forget_paths() {
  predictor_.forget();
  routes_.clear();
  forget_routes();
}

void PolicyRoutes::forget_routes() {
  for (auto& [key, list] : routes_) list = kUnresolved;
  lists_.clear();
  stale_ = false;
}

const std::vector<PolicySlot>& PolicyRoutes::touched(AgentIndex from, AgentIndex to, const PolicyIndex& index,
                                                     TimeMs now) {
  const auto [near, near_isp] = place_of_[from];
  const auto [far, far_isp] = place_of_[to];
  if (learnt_from_[near]) {
    for (const auto there : {far, far_isp}) {
      const auto found = routes_.find(route_key(near, there));
      if (found == routes_.end()) continue;
      if (found->second == kUnresolved) found->second = resolve(near, there, index, now);
      return lists_[found->second];
    }
  }
  const auto key = route_key(near_isp, far_isp);
  auto found = routes_.find(key);
  if (found == routes_.end()) found = routes_.emplace(key, kUnresolved).first;
  auto& list = found->second;
  if (list == kUnresolved) list = resolve(near_isp, far_isp, index, now);
  return lists_[list];
}

std::uint32_t PolicyRoutes::resolve(PlaceIndex from, PlaceIndex to, const PolicyIndex& index, TimeMs now) {
  auto slots = touched(places_[from].end, places_[to].end, index, now);
  // Most pairs share their list with the one before: the latest lists are looked through, further ones are kept twice.
  constexpr std::size_t kLookedThrough = 64;
  const auto first = lists_.size() > kLookedThrough ? lists_.size() - kLookedThrough : 0;
  const auto same = std::find(lists_.begin() + static_cast<std::ptrdiff_t>(first), lists_.end(), slots);
  const auto list = static_cast<std::uint32_t>(same - lists_.begin());
  if (same == lists_.end()) lists_.push_back(std::move(slots));
  return list;
}

std::vector<PolicySlot> PolicyRoutes::touched(const PathEnd& from, const PathEnd& to, const PolicyIndex& index,
                                              TimeMs now) {
  return index.touched(*predictor_.predict(from, to, now).path, from.isp, to.isp);
}

PredictedPath PolicyRoutes::predict(AgentIndex from, AgentIndex to, TimeMs now) {
  return predictor_.predict(places_[place_of_[from].place].end, places_[place_of_[to].place].end, now);
}

}  // namespace waybill::tracker
