#pragma once
// Which components will traffic between two addresses cross? Answered from the latest measured paths between their
// neighbourhoods (design section 2, step 2). A value in memory with a stated limit: fed by receipts, lost at a restart.
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "common/types/bounded_cache.h"
#include "common/types/units.h"
#include "tracker/paths/resolved_path.h"
#include "tracker/paths/routed_isp.h"

namespace waybill::tracker {

struct PathEnd {
  IspId isp;  // 0: no ISP's prefix covers the address
  IpAddress address;
};

// From the best evidence to none.
enum class PredictionBasis { neighbourhoods, source_neighbourhood, isp_pair, routes, isps_alone };
std::string_view to_string(PredictionBasis basis);

struct PredictedPath {
  std::shared_ptr<const ResolvedPath> path;  // never null
  PredictionBasis basis = PredictionBasis::isps_alone;
  TimeMs measured{};  // 0 where nothing was
};

class PathPredictor {
 public:
  // A path that was not seen again for so long says nothing.
  static constexpr DurationMs kOldest = hours(24);
  // For each of the three tables. A path is shared by all that learnt it.
  static constexpr std::size_t kMaxKnown = 1 << 17;

  // `name_of` names ISPs as the path tables do, so that a path of ISPs alone has the same keys as a measured one.
  // `way_between`: what BGP knows of the way between two ISPs; it may be empty.
  using WayBetween = std::function<std::vector<RoutedIsp>(IspId from, IspId to)>;
  explicit PathPredictor(std::function<std::string(IspId)> name_of, WayBetween way_between = {});

  // A measured path between these two. True where what predict() says of any two ends may have changed, apart from its
  // age. A path that was not measured teaches nothing; nor does one that is older than what is known.
  bool learn(const PathEnd& from, const PathEnd& to, std::shared_ptr<const ResolvedPath> path, TimeMs at);
  // Falls back from the two neighbourhoods (IPv4 /24, IPv6 /48) to the sender's neighbourhood and the receiver's ISP,
  // to the two ISPs, to the routing table's way between them, and to the path that the two ISPs' names alone make:
  // both, and a link between them.
  PredictedPath predict(const PathEnd& from, const PathEnd& to, TimeMs now);
  // When ISPs, prefixes, components or routes have changed: what was learnt names another world.
  void forget();

  // The part of an address by which neighbours are known.
  static IpAddress neighbourhood(const IpAddress& address);

 private:
  struct Key {
    IspId from_isp;
    IpAddress from;
    IspId to_isp;
    IpAddress to;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Known {
    std::shared_ptr<const ResolvedPath> path;
    TimeMs at{};
  };
  using Table = BoundedCache<Key, Known, KeyHash>;

  static bool learn_in(Table& table, const Key& key, const std::shared_ptr<const ResolvedPath>& path, TimeMs at);
  PredictedPath unmeasured(IspId from, IspId to);
  std::shared_ptr<const ResolvedPath> of_isps(const std::vector<RoutedIsp>& isps) const;

  struct Unmeasured {
    std::shared_ptr<const ResolvedPath> path;
    PredictionBasis basis = PredictionBasis::isps_alone;
  };

  std::function<std::string(IspId)> name_of_;
  WayBetween way_between_;
  Table neighbourhoods_{kMaxKnown};
  Table source_neighbourhoods_{kMaxKnown};
  Table isp_pairs_{kMaxKnown};
  BoundedCache<Key, Unmeasured, KeyHash> unmeasured_{kMaxKnown};
};

}  // namespace waybill::tracker
