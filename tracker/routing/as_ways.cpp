#include "tracker/routing/as_ways.h"

#include <algorithm>

namespace waybill::tracker {

namespace {

constexpr std::size_t kLongestWay = 64;  // no path of today has so many networks

std::uint64_t both(Asn from, Asn origin) { return std::uint64_t{from} << 32 | origin; }

std::uint64_t hash_of(AsPathWords path) {
  std::uint64_t sum = 0x9e3779b97f4a7c15ull;
  for (const auto word : path) {
    sum = (sum ^ word) * 0xbf58476d1ce4e5b9ull;
    sum ^= sum >> 29;
  }
  return sum;
}

void keep_each_once(std::vector<std::uint64_t>& links) {
  std::sort(links.begin(), links.end());
  links.erase(std::unique(links.begin(), links.end()), links.end());
}

bool has_set(AsPathWords path) {
  while (!path.empty()) {
    if ((path[0] & kAsSetMark) != 0) return true;
    path = path.subspan(1 + (path[0] & 0xffff));
  }
  return false;
}

}  // namespace

std::vector<Asn> AsWays::between(Asn from, Asn to) const {
  std::vector<Asn> way{from};
  while (way.back() != to) {
    const AsStep wanted{way.back(), to, 0};
    const auto found = std::lower_bound(steps_.begin(), steps_.end(), wanted);
    if (found == steps_.end() || found->from != wanted.from || found->origin != to) return {};
    // Steps of different routes may go round in a circle.
    if (way.size() >= kLongestWay || std::find(way.begin(), way.end(), found->next) != way.end()) return {};
    way.push_back(found->next);
  }
  return way;
}

AsWays::AsWays(std::vector<AsStep> steps) : steps_(std::move(steps)) {
  std::size_t full = 1 << 16;
  for (const auto& step : steps_) {
    links_.push_back(both(step.from, step.next));
    links_.push_back(both(step.next, step.from));
    // There are many steps over each link.
    if (links_.size() < full) continue;
    keep_each_once(links_);
    full = std::max(full, 2 * links_.size());
  }
  keep_each_once(links_);
  links_.shrink_to_fit();
}

bool AsWays::adjacent(Asn one, Asn other) const {
  return std::binary_search(links_.begin(), links_.end(), both(one, other));
}

bool AsWays::knows(Asn asn) const {
  const auto found = std::lower_bound(links_.begin(), links_.end(), both(asn, 0));
  return found != links_.end() && *found >> 32 == asn;
}

std::vector<Asn> as_path_between(Asn from, Asn to, const AsWays& ways) {
  auto way = ways.between(from, to);
  if (!way.empty()) return way;
  way = ways.between(to, from);
  std::reverse(way.begin(), way.end());
  return way;
}

Result<AsWays> AsWays::restore(std::vector<AsStep> steps) {
  const auto same = [](const AsStep& a, const AsStep& b) { return a.from == b.from && a.origin == b.origin; };
  if (!std::is_sorted(steps.begin(), steps.end()) ||
      std::adjacent_find(steps.begin(), steps.end(), same) != steps.end()) {
    return refuse("the ways between networks are out of order");
  }
  return AsWays(std::move(steps));
}

void AsWaysReader::add(AsPathWords path) {
  if (next_.size() >= AsWays::kMaxSteps || !seen_.insert(hash_of(path)).second) return;
  const auto origin = origin_of(path);
  if (!origin) return;
  const auto numbers = sequence_of(path);
  // A set leaves it open who follows whom.
  if (has_set(path) || numbers.size() < 2) return;
  for (std::size_t i = 0; i + 1 < numbers.size(); ++i) next_.emplace(both(numbers[i], *origin), numbers[i + 1]);
}

AsWays AsWaysReader::finish() {
  std::vector<AsStep> steps;
  steps.reserve(next_.size());
  for (const auto& [key, next] : next_) steps.push_back({static_cast<Asn>(key >> 32), static_cast<Asn>(key), next});
  next_ = {};
  seen_ = {};
  std::sort(steps.begin(), steps.end());
  return AsWays(std::move(steps));
}

}  // namespace waybill::tracker
