#pragma once
// How one rate policy is divided among the live orders that cross what it limits. Pure.
//
// Bound: the sum of what the orders permit never exceeds the limit, but for the moment in which a policy is laid upon
// orders that live already, which rebalance() then lowers at once. An order and the one in its place count as the
// greater of the two until the earlier one has ended. An eighth of the limit is kept for newcomers, who take half of
// what is free at most, so that a download begins at once; from then on each order gets an equal share, and what one
// does not use the others get.
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "common/types/ids.h"
#include "common/types/units.h"

namespace waybill::tracker {

inline constexpr DurationMs kBetweenRerates = seconds(4);   // of one order, unless the limit is exceeded
inline constexpr DurationMs kRateWantedFor = seconds(10);   // room is kept for a newcomer that was refused
inline constexpr DurationMs kRateShowsAfter = seconds(20);  // before it, an order's rate does not tell what it can use

class RateShares {
 public:
  explicit RateShares(ByteRate limit = {}) : limit_(limit.value) {}

  // `rate` 0: the order has no limit of its own.
  void enter(const OrderId& order, ByteRate rate, bool cdn_node, TimeMs now);
  void supersede(const OrderId& earlier, const OrderId& later);  // both have entered
  void leave(const OrderId& order);
  void report(const OrderId& order, ByteRate rate);  // over its life so far, as its receiver says
  bool contains(const OrderId& order) const { return shares_.contains(order); }

  // What a further order would get; 0: less than kLeastOrderRate.
  std::int64_t newcomer() const;
  bool has_room_for_one_more() const;  // newcomer() may be 0 until others are lowered
  void want(TimeMs now) const { wanted_ = now; }
  // What an order in the place of this one would get; at least kLeastOrderRate.
  std::int64_t share_of(const OrderId& order) const;

  // Divides anew.
  void rebalance(TimeMs now);
  std::vector<OrderId> to_change(TimeMs now) const;  // whose share is no longer their rate
  std::vector<OrderId> surplus() const;              // for whom nothing is left, as rebalance() found; peers first
  bool over() const { return unrated_ > 0 || sum_ > limit_; }
  std::int64_t sum() const { return sum_; }  // of what the orders permit, those without a limit left out
  std::size_t orders() const { return shares_.size(); }

 private:
  struct Share {
    std::int64_t rate = 0;     // that the order permits; 0: any
    std::int64_t counted = 0;  // of it, in sum_
    std::int64_t reported = 0;
    std::int64_t target = 0;
    TimeMs since{};
    bool cdn_node = false;
    bool superseded = false;
    bool surplus = false;
  };
  std::int64_t pool() const;
  std::int64_t free() const { return unrated_ > 0 || sum_ > limit_ ? 0 : limit_ - sum_; }
  static std::int64_t demand(const Share& share, TimeMs now);

  std::int64_t limit_ = 0;
  std::int64_t sum_ = 0;
  int active_ = 0;   // superseded ones left out
  int unrated_ = 0;  // without a limit of their own, superseded ones left out
  std::unordered_map<OrderId, Share> shares_;
  mutable TimeMs wanted_{};  // when a newcomer was refused for want of room
};

}  // namespace waybill::tracker
