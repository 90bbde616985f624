// How a rate policy is divided among orders.
#include "tracker/coordinator/rate_shares.h"

#include <doctest/doctest.h>

#include "coordinator_world.h"
#include "tracker/policy/capacity_policy.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;

namespace {

constexpr std::int64_t kLimit = 1'000'000;
OrderId order(unsigned number) { return numbered<OrderId>(number, 3); }

}  // namespace

TEST_CASE("a newcomer gets a fair share, or half of what is free, and never more than is free") {
  RateShares shares({kLimit});
  CHECK(shares.newcomer() == kLimit - kLimit / 8);
  shares.enter(order(1), {shares.newcomer()}, false, kNoon);
  CHECK(shares.newcomer() == kLimit / 16);
  unsigned entered = 1;
  while (shares.newcomer() > 0) shares.enter(order(++entered), {shares.newcomer()}, false, kNoon);
  CHECK(entered == 3);
  CHECK(shares.sum() <= kLimit);
  CHECK(shares.has_room_for_one_more());
}

TEST_CASE("shares become equal, by replacements that never permit more than the limit together") {
  RateShares shares({kLimit});
  unsigned last = 0;
  TimeMs now = kNoon;
  for (unsigned i = 0; i < 3; ++i) shares.enter(order(++last), {shares.newcomer()}, false, now);
  for (int round = 0; round < 6; ++round) {
    now = now + kBetweenRerates;
    for (unsigned number = 1; number <= last; ++number) shares.report(order(number), {kLimit});
    shares.rebalance(now);
    std::vector<std::pair<OrderId, OrderId>> replaced;
    for (const auto& id : shares.to_change(now)) {
      const auto rate = shares.share_of(id);
      shares.enter(order(++last), {rate}, false, now);
      shares.supersede(id, order(last));
      replaced.push_back({id, order(last)});
      CHECK(shares.sum() <= kLimit);
    }
    for (const auto& [earlier, later] : replaced) shares.leave(earlier);
  }
  CHECK(shares.orders() == 3);
  CHECK(shares.sum() > kLimit * 8 / 10);
  shares.rebalance(now + kBetweenRerates);
  CHECK(shares.to_change(now + kBetweenRerates).empty());
}

TEST_CASE("what one order does not use goes to the others") {
  RateShares shares({kLimit});
  shares.enter(order(1), {400'000}, false, kNoon);
  shares.enter(order(2), {400'000}, false, kNoon);
  shares.report(order(1), {50'000});
  shares.report(order(2), {400'000});
  shares.rebalance(kNoon + kRateShowsAfter);
  CHECK(shares.share_of(order(1)) == 100'000);
  CHECK(shares.share_of(order(2)) == 400'000 + 200'000);  // as far as it is free already
  CHECK(shares.to_change(kNoon + kRateShowsAfter) == std::vector<OrderId>{order(1), order(2)});
}

TEST_CASE("a policy laid upon living orders lowers them at once, and ends those for whom nothing is left") {
  RateShares shares({4 * kLeastOrderRate});
  for (unsigned i = 1; i <= 6; ++i) shares.enter(order(i), {}, i == 6, kNoon);
  CHECK(shares.over());
  CHECK(shares.newcomer() == 0);
  shares.rebalance(kNoon);
  CHECK(shares.surplus().size() == 3);                            // seven eighths of the limit carry three
  for (const auto& id : shares.surplus()) CHECK(id != order(6));  // the CDN's stays
  const auto changed = shares.to_change(kNoon);
  CHECK(changed.size() == 3);
  for (const auto& id : shares.surplus()) shares.leave(id);
  unsigned last = 6;
  for (const auto& id : changed) {
    shares.enter(order(++last), {shares.share_of(id)}, false, kNoon);
    shares.supersede(id, order(last));
  }
  CHECK_FALSE(shares.over());
}

TEST_CASE("room is made for one that was refused") {
  RateShares shares({kLimit});
  shares.enter(order(1), {kLimit * 7 / 8}, false, kNoon);
  shares.enter(order(2), {kLimit / 8}, false, kNoon);
  CHECK(shares.newcomer() == 0);
  shares.want(kNoon);
  shares.rebalance(kNoon + kBetweenRerates);
  CHECK(shares.share_of(order(1)) < kLimit / 3);
  shares.leave(order(1));
  CHECK(shares.newcomer() > 0);
}
