#pragma once
// Which networks traffic from one AS to another goes through, as the routes of all peers of a dump tell. Who announces
// a route says by it which way its own traffic takes, and so does every network on its path: one path of ten networks
// tells the ways of ten. Kept as the next network on the way from an AS to an origin, 12 bytes each.
#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tracker/routing/as_path.h"

namespace waybill::tracker {

struct AsStep {
  Asn from = 0;
  Asn origin = 0;
  Asn next = 0;
  auto operator<=>(const AsStep&) const = default;
};

class AsWays {
 public:
  static constexpr std::size_t kMaxSteps = 16'000'000;  // 192 MB; beyond it nothing more is learnt

  AsWays() = default;

  // From one to the other, both included; empty where no route tells.
  std::vector<Asn> between(Asn from, Asn to) const;
  // Whether some route has the two side by side, and whether any has the one at all beside another.
  bool adjacent(Asn one, Asn other) const;
  bool knows(Asn asn) const;
  const std::vector<AsStep>& steps() const { return steps_; }  // ascending
  std::size_t bytes() const { return steps_.capacity() * sizeof(AsStep) + links_.capacity() * sizeof links_[0]; }
  // Refused: what an AsWaysReader does not give.
  static Result<AsWays> restore(std::vector<AsStep> steps);

 private:
  friend class AsWaysReader;
  explicit AsWays(std::vector<AsStep> steps);
  std::vector<AsStep> steps_;
  std::vector<std::uint64_t> links_;  // each in both directions, ascending
};

// The ASes between two, both included: the way there that is told, else the way back, turned round, which is mostly the
// same. Empty: neither is told.
std::vector<Asn> as_path_between(Asn from, Asn to, const AsWays& ways);

// While a dump is read. Where two routes tell of different ways between two networks, the first one stands: they differ
// by prefix or by router, and either is one that traffic takes.
class AsWaysReader {
 public:
  void add(AsPathWords path);  // one with a set tells nothing: sets have no order
  AsWays finish();

 private:
  std::unordered_map<std::uint64_t, Asn> next_;  // by from and origin
  std::unordered_set<std::uint64_t> seen_;       // paths, by their hash
};

}  // namespace waybill::tracker
