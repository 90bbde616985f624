// Quotas: what counts against them, and that acknowledged bytes never exceed them.
#include <algorithm>

#include <doctest/doctest.h>

#include "coordinator_world.h"
#include "tracker/coordinator/quota_ledger.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::tracker::test;
using Names = std::vector<std::string>;

namespace {

const auto kSender = numbered<AgentKey>(1, 1);
OrderId order(unsigned number) { return numbered<OrderId>(number, 3); }
RecordedBytes recorded(unsigned number, std::int64_t total, std::int64_t added, TimeMs at) {
  return {order(number), AgreementId{1}, {total}, {added}, at};
}

struct Ledger : QuotaLedger {
  Ledger() { begin_span({kNoon, kNoon + hours(24)}); }
};

World& limited(World& world, std::int64_t quota) {
  world.tables.agreements[0].grant.quota = {quota};
  world.tables.agreements[0].grant.quota_period = QuotaPeriod::day;
  world.registry();
  world.join("cdn", 0, 100);
  world.join("a", 1, 100);
  world.join("me", 1, 0);
  return world;
}

}  // namespace

TEST_CASE("an order counts whole until its bytes are acknowledged") {
  Ledger ledger;
  ledger.reserve(order(1), kSender, {100}, kNoon + minutes(10));
  CHECK(ledger.used() == ByteCount{100});
  ledger.record(recorded(1, 30, 30, kNoon));
  CHECK(ledger.used() == ByteCount{100});
  CHECK(ledger.acked() == ByteCount{30});
  ledger.record(recorded(1, 100, 70, kNoon));
  CHECK(ledger.used() == ByteCount{100});
  ledger.reserve(order(2), kSender, {50}, kNoon + minutes(10));
  ledger.release(order(2));
  CHECK(ledger.used() == ByteCount{100});
}

TEST_CASE("a closed order stays reserved until its sender's outbox had its time") {
  Ledger ledger;
  std::optional<TimeMs> connected;
  const auto since = [&](const AgentKey&) { return connected; };
  ledger.reserve(order(1), kSender, {100}, kNoon + minutes(10));
  CHECK_FALSE(ledger.settle(since, kNoon + hours(1)));  // it lives
  ledger.record(recorded(1, 30, 30, kNoon));
  ledger.close(order(1), {40}, kNoon);
  CHECK_FALSE(ledger.settle(since, kNoon + hours(20)));  // not connected: its receipts may come any time
  connected = kNoon + hours(20);
  CHECK_FALSE(ledger.settle(since, kNoon + hours(20) + kSettleAfter - DurationMs{1}));
  CHECK(ledger.used() == ByteCount{100});
  CHECK(ledger.settle(since, kNoon + hours(20) + kSettleAfter));
  CHECK(ledger.used() == ByteCount{40});  // as the receiver reported
  ledger.record(recorded(1, 45, 15, kNoon));
  CHECK(ledger.used() == ByteCount{45});
  CHECK(ledger.acked() == ByteCount{45});
}

TEST_CASE("a span begins with what can still count in it, and no more") {
  Ledger ledger;
  const auto end = kNoon + hours(24);
  ledger.reserve(order(1), kSender, {100}, end - minutes(5));
  ledger.reserve(order(2), kSender, {70}, end - seconds(60));
  ledger.record(recorded(2, 10, 10, end - seconds(61)));
  ledger.record(recorded(2, 25, 15, end + seconds(5)));  // its end lies in the next span, within the clocks' tolerance
  ledger.close(order(1), {}, end - minutes(5));
  ledger.close(order(2), {}, end - seconds(60));
  CHECK(ledger.acked() == ByteCount{10});
  ledger.begin_span({end, end + hours(24)});
  CHECK(ledger.acked() == ByteCount{15});
  CHECK(ledger.used() == ByteCount{15 + 45});
  ledger.record(recorded(2, 30, 5, end - seconds(60)));  // late, and of the span that is over
  CHECK(ledger.acked() == ByteCount{15});
  CHECK(ledger.used() == ByteCount{15 + 40});
  ledger.begin_span({end, end + hours(24)});  // again: nothing
  CHECK(ledger.acked() == ByteCount{15});
}

TEST_CASE("orders take a quarter of what is left at most, and none is made of too little") {
  World world;
  limited(world, 20 * kPiece);
  world.want("me");
  CHECK(world.order_from("a", "me").order.byte_limit == ByteCount{5 * kPiece});
  world.join("b", 1, 100);
  world.pass(3, {{"me", 1000}});
  CHECK(world.order_from("b", "me").order.byte_limit == ByteCount{15 * kPiece / 4});
  World tight;
  limited(tight, kPiece - 1);
  tight.want("me");
  CHECK(tight.sources("me") == Names{"cdn"});
  CHECK(tight.reason("a", "me").find("not chosen: ISP SP1 grants it") == std::string::npos);
}

TEST_CASE("what the books held counts in its own span, even where that ended while they were read") {
  const SpanUse use{{80}, {5}, kNoon};
  Ledger same;
  same.restore(use);
  CHECK(same.acked() == ByteCount{80});
  same.begin_span({kNoon + hours(24), kNoon + hours(48)});
  CHECK(same.acked() == ByteCount{5});
  QuotaLedger later;
  later.begin_span({kNoon + hours(24), kNoon + hours(48)});
  later.restore(use);
  CHECK(later.acked() == ByteCount{5});
  later.begin_span({kNoon + hours(48), kNoon + hours(72)});
  CHECK(later.acked() == ByteCount{0});
}

TEST_CASE("what the books held at the start counts") {
  World world;
  limited(world, 10 * kPiece);
  const auto a = world.key("a");
  world.coordinator.restore_quotas({{AgreementId{1}, QuotaPeriod::day, {8 * kPiece}}},
                                   {{order(99), AgreementId{1}, a, {2 * kPiece}, {kPiece / 2}, world.now}}, world.now);
  world.want("me");
  CHECK(world.sources("me") == Names{"cdn"});  // half a piece is left
  // The order of the earlier run is settled when its sender had its time.
  world.pass(140, {{"me", 1000}});
  CHECK(world.sources("me") == Names{"a", "cdn"});
  CHECK(world.order_from("a", "me").order.byte_limit == ByteCount{2 * kPiece});
}

TEST_CASE("a used up quota is told with its end, and the next day begins anew") {
  World world;
  limited(world, 4 * kPiece);
  world.coordinator.restore_quotas({{AgreementId{1}, QuotaPeriod::day, {4 * kPiece}}}, {}, world.now);
  world.want("me");
  CHECK(world.sources("me") == Names{"cdn"});
  CHECK(world.reason("a", "me") == "not chosen: the quota of SP1's agreement 1 is used up until 2026-11-08");
  world.now = kNoon + hours(12);
  world.pass(3, {{"me", 1000}});
  CHECK(world.sources("me") == Names{"a", "cdn"});
}

TEST_CASE("bytes reserved by orders are told apart from bytes used") {
  World world;
  limited(world, 2 * kPiece);
  world.join("b", 1, 100);
  world.want("me");
  CHECK(world.sources("me").size() == 2);
  const auto left_out = world.sources("me")[0] == "a" ? "b" : "a";
  CHECK(world.reason(left_out, "me") ==
        "not chosen: what is left of the quota of SP1's agreement 1 is reserved by orders");
}
