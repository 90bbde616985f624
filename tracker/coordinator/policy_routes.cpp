#include "tracker/coordinator/policy_routes.h"

#include <algorithm>
#include <cstring>

namespace waybill::tracker {

namespace {

constexpr std::size_t kMaxRoutes = 1 << 20;  // pairs of places; beyond it they are asked anew
// Beyond it an agent's neighbourhood is left out of account, and its ISP alone tells where it is.
constexpr std::size_t kMaxPlaces = 1 << 20;
constexpr std::size_t kMaxLists = 1 << 16;

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
  if (added) places_.push_back({key.isp, key.neighbourhood});
  return found->second;
}

void PolicyRoutes::place(AgentIndex agent, IspId isp, const IpAddress& address) {
  if (agent >= place_of_.size()) place_of_.resize(agent + 1);
  PlaceKey key{isp, PathPredictor::neighbourhood(address)};
  if (places_.size() >= kMaxPlaces && !by_key_.contains(key)) key.neighbourhood = {};
  place_of_[agent] = intern(key);
}

void PolicyRoutes::learn(const PathEnd& from, const PathEnd& to, std::shared_ptr<const ResolvedPath> path, TimeMs at) {
  stale_ |= predictor_.learn(from, to, std::move(path), at);
}

void PolicyRoutes::forget_paths() {
  predictor_.forget();
  forget_routes();
}

void PolicyRoutes::forget_routes() {
  routes_.clear();
  lists_.clear();
  stale_ = false;
}

const std::vector<PolicySlot>& PolicyRoutes::touched(AgentIndex from, AgentIndex to, const PolicyIndex& index,
                                                     TimeMs now) {
  const auto from_place = place_of_[from];
  const auto to_place = place_of_[to];
  const auto key = std::uint64_t{from_place} << 32 | to_place;
  if (const auto found = routes_.find(key); found != routes_.end()) return lists_[found->second];
  if (routes_.size() >= kMaxRoutes || lists_.size() >= kMaxLists) forget_routes();
  auto slots = touched(places_[from_place], places_[to_place], index, now);
  // Most pairs share their list with the one before: the latest lists are looked through, further ones are kept twice.
  constexpr std::size_t kLookedThrough = 64;
  const auto first = lists_.size() > kLookedThrough ? lists_.size() - kLookedThrough : 0;
  const auto same = std::find(lists_.begin() + static_cast<std::ptrdiff_t>(first), lists_.end(), slots);
  const auto list = static_cast<std::uint32_t>(same - lists_.begin());
  if (same == lists_.end()) lists_.push_back(std::move(slots));
  routes_.emplace(key, list);
  return lists_[list];
}

std::vector<PolicySlot> PolicyRoutes::touched(const PathEnd& from, const PathEnd& to, const PolicyIndex& index,
                                              TimeMs now) {
  return index.touched(*predictor_.predict(from, to, now).path, from.isp, to.isp);
}

PredictedPath PolicyRoutes::predict(AgentIndex from, AgentIndex to, TimeMs now) {
  return predictor_.predict(places_[place_of_[from]], places_[place_of_[to]], now);
}

}  // namespace waybill::tracker
