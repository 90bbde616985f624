#pragma once
// Which policies would traffic from this agent to that one touch? The predictor's answers, kept for what was learnt of
// neighbourhoods and for each two ISPs, so that a decision costs at most three look-ups for each candidate. One thread
// owns it.
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "tracker/coordinator/swarm_records.h"
#include "tracker/paths/path_predictor.h"
#include "tracker/policy/policy_index.h"

namespace waybill::tracker {

class PolicyRoutes {
 public:
  PolicyRoutes(std::function<std::string(IspId)> name_of, PathPredictor::WayBetween way_between)
      : predictor_(std::move(name_of), std::move(way_between)) {}

  // Where an agent is. To be told when it connects, and when prefixes change.
  void place(AgentIndex agent, IspId isp, const IpAddress& address);
  // A measured path. What was kept is asked anew at the next refresh().
  void learn(const PathEnd& from, const PathEnd& to, std::shared_ptr<const ResolvedPath> path, TimeMs at);
  void forget_paths();   // the network's tables have changed
  void forget_routes();  // the policies have changed
  // Takes up what was learnt. At most twice a second, so that a stream of news does not undo what is kept.
  void refresh() {
    if (stale_) forget_routes();
  }

  const std::vector<PolicySlot>& touched(AgentIndex from, AgentIndex to, const PolicyIndex& index, TimeMs now);
  std::vector<PolicySlot> touched(const PathEnd& from, const PathEnd& to, const PolicyIndex& index, TimeMs now);
  PredictedPath predict(AgentIndex from, AgentIndex to, TimeMs now);

 private:
  using PlaceIndex = std::uint32_t;
  struct PlaceKey {
    IspId isp;
    IpAddress neighbourhood;
    bool operator==(const PlaceKey&) const = default;
  };
  struct PlaceHash {
    std::size_t operator()(const PlaceKey& key) const noexcept;
  };
  struct RouteHash {
    std::size_t operator()(std::uint64_t key) const noexcept {
      key *= 0x9e3779b97f4a7c15ull;
      return static_cast<std::size_t>(key ^ key >> 32);
    }
  };
  struct Place {
    PathEnd end;
    PlaceIndex isp = 0;  // the place that stands for its ISP as a whole
  };
  static constexpr std::uint32_t kUnresolved = 0xffffffff;
  static std::uint64_t route_key(PlaceIndex from, PlaceIndex to) { return std::uint64_t{from} << 32 | to; }
  PlaceIndex intern(const PlaceKey& key);
  PlaceIndex place_at(IspId isp, const IpAddress& address);
  std::uint32_t resolve(PlaceIndex from, PlaceIndex to, const PolicyIndex& index, TimeMs now);

  PathPredictor predictor_;
  struct AgentPlace {
    PlaceIndex place = 0;
    PlaceIndex isp = 0;  // of the place
  };
  std::vector<AgentPlace> place_of_;  // by AgentIndex
  std::vector<char> learnt_from_;     // by place: was any path from there learnt?
  std::vector<Place> places_;
  std::unordered_map<PlaceKey, PlaceIndex, PlaceHash> by_key_;
  // Two places to one of lists_. Neighbourhoods are in here where a path from them was learnt, pairs of ISPs once
  // asked.
  std::unordered_map<std::uint64_t, std::uint32_t, RouteHash> routes_;
  std::vector<std::vector<PolicySlot>> lists_;  // each list once: there are few
  bool stale_ = false;
};

}  // namespace waybill::tracker
