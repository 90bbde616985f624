#include "tracker/coordinator/rate_shares.h"

#include <algorithm>
#include <limits>

#include "tracker/policy/capacity_policy.h"

namespace waybill::tracker {

namespace {

constexpr std::int64_t kAnyRate = std::numeric_limits<std::int64_t>::max();

}  // namespace

void RateShares::enter(const OrderId& order, ByteRate rate, bool cdn_node, TimeMs now) {
  leave(order);
  Share share;
  share.rate = share.counted = share.target = rate.value;
  share.since = now;
  share.cdn_node = cdn_node;
  sum_ += share.counted;
  ++active_;
  if (rate.value == 0) ++unrated_;
  shares_.emplace(order, share);
}

void RateShares::supersede(const OrderId& earlier, const OrderId& later) {
  const auto found = shares_.find(earlier);
  if (found == shares_.end() || found->second.superseded) return;
  auto& share = found->second;
  const auto next = shares_.find(later);
  const auto rate = next == shares_.end() ? 0 : next->second.rate;
  if (share.rate == 0) --unrated_;  // the sender keeps to the lower of the two
  sum_ -= share.counted;
  share.counted = std::max<std::int64_t>(0, share.counted - rate);
  sum_ += share.counted;
  share.superseded = true;
  --active_;
}

void RateShares::leave(const OrderId& order) {
  const auto found = shares_.find(order);
  if (found == shares_.end()) return;
  sum_ -= found->second.counted;
  if (!found->second.superseded) {
    --active_;
    if (found->second.rate == 0) --unrated_;
  }
  shares_.erase(found);
}

void RateShares::report(const OrderId& order, ByteRate rate) {
  const auto found = shares_.find(order);
  if (found != shares_.end()) found->second.reported = rate.value;
}

std::int64_t RateShares::pool() const { return std::max(std::min(limit_, kLeastOrderRate), limit_ - limit_ / 8); }

std::int64_t RateShares::newcomer() const {
  const auto fair = pool() / (active_ + 1);
  const auto rate = free() >= fair ? fair : free() / 2;
  return rate >= kLeastOrderRate ? rate : 0;
}

bool RateShares::has_room_for_one_more() const { return pool() / (active_ + 1) >= kLeastOrderRate; }

std::int64_t RateShares::share_of(const OrderId& order) const {
  const auto found = shares_.find(order);
  if (found == shares_.end()) return newcomer();
  const auto& share = found->second;
  if (over()) return std::max(kLeastOrderRate, share.target);
  return std::max(kLeastOrderRate, std::min(share.target, share.rate + free()));
}

std::int64_t RateShares::demand(const Share& share, TimeMs now) {
  const bool shows = share.rate > 0 && now - share.since >= kRateShowsAfter;
  if (!shows || share.reported * 2 >= share.rate) return kAnyRate;
  return std::max(kLeastOrderRate, share.reported * 2);
}

void RateShares::rebalance(TimeMs now) {
  struct Claim {
    std::int64_t demand;
    bool peer;
    OrderId order;
  };
  std::vector<Claim> claims;
  for (auto& [id, share] : shares_) {
    share.surplus = false;
    if (!share.superseded) claims.push_back({demand(share, now), !share.cdn_node, id});
  }
  auto left = pool();
  // A place is kept for a newcomer that was refused a short while ago.
  const bool wanted = wanted_.value > 0 && now - wanted_ < kRateWantedFor;
  const auto places = static_cast<std::int64_t>(claims.size()) + (wanted ? 1 : 0);
  if (wanted && left / places >= kLeastOrderRate) left -= left / places;
  const auto keep = static_cast<std::size_t>(left / kLeastOrderRate);
  if (claims.size() > keep) {
    std::sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
      return a.peer != b.peer ? b.peer : a.order < b.order;  // CDN nodes stay
    });
    for (auto i = keep; i < claims.size(); ++i) shares_.at(claims[i].order).surplus = true;
    claims.resize(keep);
  }
  // Those that want least first: what they leave is divided among the others.
  std::sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
    return a.demand != b.demand ? a.demand < b.demand : a.order < b.order;
  });
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const auto fair = left / static_cast<std::int64_t>(claims.size() - i);
    const auto given = std::min(fair, claims[i].demand);
    shares_.at(claims[i].order).target = given;
    left -= given;
  }
}

std::vector<OrderId> RateShares::to_change(TimeMs now) const {
  std::vector<OrderId> changed;
  for (const auto& [id, share] : shares_) {
    if (share.superseded || share.surplus) continue;
    const auto allowed = share_of(id);
    const auto difference = allowed > share.rate ? allowed - share.rate : share.rate - allowed;
    const bool due = over() || now - share.since >= kBetweenRerates;
    if (share.rate == 0 || (due && difference * 4 > share.rate) || (over() && allowed < share.rate)) {
      changed.push_back(id);
    }
  }
  std::sort(changed.begin(), changed.end());  // the same inputs give the same actions
  return changed;
}

std::vector<OrderId> RateShares::surplus() const {
  std::vector<OrderId> ids;
  for (const auto& [id, share] : shares_) {
    if (share.surplus && !share.superseded) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace waybill::tracker
