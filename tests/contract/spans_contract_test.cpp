// Counters of longer spans, of components and of uplinks: every question has the answer that the single quarters or the
// single receipts give.
#include <map>
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "tests/contract/engines.h"
#include "tests/contract/receipt_questions.h"
#include "tests/contract/sample_books.h"
#include "tracker/accounting/tally.h"

using namespace waybill;
using namespace waybill::tracker;
using namespace waybill::questions;
using sample::kNoon;

namespace {

// Every span of the grain `finest` in the ranges; fails where one comes twice.
std::set<std::int64_t> spread(const std::vector<SpanRange>& ranges, SpanGrain finest) {
  std::set<std::int64_t> all;
  const auto length = finest == SpanGrain::quarter ? minutes(15).value : minutes(5).value;
  const auto add = [&](TimeMs from, TimeMs until) {
    for (auto at = from.value; at < until.value; at += length) CHECK(all.insert(span_of(finest, {at}).number).second);
  };
  for (const auto& range : ranges) {
    for (auto number = range.first; number < range.until; ++number) {
      const Span span{range.grain, number};
      if (range.grain != SpanGrain::month_quarter) {
        add(span.start(), Span{range.grain, number + 1}.start());
        continue;
      }
      const auto end = Span{SpanGrain::month, number / kQuartersOfDay + 1}.start();
      for (auto at = span.start(); at < end; at = at + kDay) add(at, at + minutes(15));
    }
  }
  return all;
}

std::set<std::int64_t> within(TimeMs since, TimeMs until, SpanGrain finest) {
  std::set<std::int64_t> all;
  for (auto next = span_at_or_after(finest, since); next.start() < until; ++next.number) all.insert(next.number);
  return all;
}

}  // namespace

TEST_CASE("spans begin where the calendar says") {
  CHECK(span_of(SpanGrain::month, {0}).number == 0);
  CHECK(span_of(SpanGrain::month, {-1}).number == -1);
  CHECK(span_of(SpanGrain::month, kNewYear).number == 56 * 12);
  CHECK(span_of(SpanGrain::month, kNewYear + DurationMs{-1}).number == 56 * 12 - 1);
  CHECK(Span{SpanGrain::month, 56 * 12 + 2}.start() == kNewYear + hours(24 * (31 + 28)));
  CHECK(Span{SpanGrain::month, -12}.start() == TimeMs{-365 * kDay.value});
  CHECK(span_of(SpanGrain::day, {-1}).number == -1);
  CHECK(span_of(SpanGrain::month_quarter, kNoon).number == 682 * kQuartersOfDay + 48);
  CHECK(Span{SpanGrain::month_quarter, 682 * kQuartersOfDay + 48}.start() == kNoon);  // a first of the month
  CHECK(span_at_or_after(SpanGrain::five_minutes, kNoon).start() == kNoon);
  CHECK(span_at_or_after(SpanGrain::five_minutes, kNoon + DurationMs{1}).start() == kNoon + minutes(5));
}

TEST_CASE("a window is covered once, by at most five ranges") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    const auto finest = round % 2 == 0 ? SpanGrain::quarter : SpanGrain::five_minutes;
    const TimeMs since{kNewYear.value + static_cast<std::int64_t>(random() % (90 * kDay.value))};
    const std::int64_t length = round % 3 == 0 ? 2 * kDay.value : 100 * kDay.value;
    TimeMs until{since.value + static_cast<std::int64_t>(random()) % length};
    if (round % 7 == 0) until = Span{SpanGrain::month, 56 * 12 + 5}.start();
    const auto ranges = cover(since, until, finest);
    CHECK(ranges.size() <= 5);
    REQUIRE(spread(ranges, finest) == within(since, until, finest));
  }
  CHECK(cover(kNewYear, kNewYear + hours(24 * 365), SpanGrain::quarter) ==
        std::vector<SpanRange>{{SpanGrain::month, 56 * 12, 57 * 12}});
  const auto open = cover(kNewYear + minutes(15), std::nullopt, SpanGrain::quarter);
  REQUIRE(open.size() == 3);
  CHECK(open[2] == SpanRange{SpanGrain::month, 56 * 12 + 1, kFarMonths});
  CHECK(cover(kNoon, kNoon, SpanGrain::quarter).empty());
}

TEST_CASE("hours of day are covered once, and a month's days only where all of them have the same clocks") {
  for (const auto* zone : {"UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York", "Africa/Casablanca"}) {
    const auto clock = clock_of(zone);
    const auto since = kNewYear + minutes(-135), until = kNewYear + hours(24 * 400);
    const auto ranges = cover_by_hours(since, until, clock);
    REQUIRE(spread(ranges, SpanGrain::quarter) == within(since, until, SpanGrain::quarter));
    std::int64_t whole = 0;
    for (const auto& range : ranges) {
      if (range.grain != SpanGrain::month_quarter) continue;
      whole += range.until - range.first;
      for (auto number = range.first; number < range.until; ++number) {
        const Span span{range.grain, number};
        const auto end = Span{SpanGrain::month, number / kQuartersOfDay + 1}.start();
        for (auto at = span.start(); at < end; at = at + kDay) REQUIRE(clock(at) == clock(span.start()));
      }
    }
    const bool changes = zone != std::string("UTC") && zone != std::string("Asia/Kathmandu");
    CHECK(whole == (changes ? 11 : 13) * kQuartersOfDay);
  }
}

TEST_CASE_TEMPLATE("the accounts answer any question as the single receipts do", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  const auto receipts = history(600);
  for (std::size_t first = 0; first < receipts.size(); first += 50) {
    Tally tally;
    for (std::size_t i = first; i < first + 50; ++i)
      tally.add(receipts[i].order, receipts[i].end, receipts[i].counters.acked, receipts[i].counters.sent);
    REQUIRE(store->accounts().add(tally.changes()));
  }
  std::mt19937_64 random(13);
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    const auto query = random_query(random);
    const auto rows = store->accounts().query(query);
    REQUIRE_MESSAGE(rows, rows.error().message);
    const auto expected = by_receipts(query, receipts);
    REQUIRE(rows->size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) check_equal(rows->at(i), expected[i]);
  }
}

TEST_CASE_TEMPLATE("components answer any question as their records do", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  fill_components(*store);
  std::mt19937_64 random(19);
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    const auto query = random_component_query(random);
    const auto records = *store->accounts().component_records(query, 0);
    const auto grain = std::vector{minutes(5), minutes(60), minutes(1), hours(24)}[random() % 4];
    std::map<std::string, Counters> sums;
    std::map<std::pair<std::string, TimeMs>, Counters> series;
    for (const auto& record : records) {
      const Counters counters{record.acked, record.sent, 1};
      sums[record.component.key] += counters;
      series[{record.component.key, {record.end.value / grain.value * grain.value}}] += counters;
    }
    const auto found = store->accounts().component_sums(query);
    REQUIRE_MESSAGE(found, found.error().message);
    REQUIRE(found->size() == sums.size());
    for (const auto& sum : *found) CHECK(sum.counters == sums.at(sum.key));
    const auto buckets = store->accounts().component_series(query, grain, 0);
    REQUIRE_MESSAGE(buckets, buckets.error().message);
    REQUIRE(buckets->size() == series.size());
    auto expected = series.begin();
    for (const auto& bucket : *buckets) {
      CHECK(std::pair{bucket.key, bucket.start} == expected->first);
      CHECK(bucket.counters == expected->second);
      ++expected;
    }
  }
}

TEST_CASE_TEMPLATE("uplinks by five minutes, CDN nodes apart", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  fill_components(*store);
  for (const auto isp : {sample::kSp1, sample::kSp2, sample::kSp3}) {
    using Key = std::tuple<TimeMs, AgreementId, bool, std::string, ContentClass>;
    std::map<Key, Counters> expected;
    ReceiptQuery query;
    query.source_isp = isp;
    REQUIRE(store->evidence().each_receipt(query, [&](const StoredReceipt& receipt) -> Status {
      const auto start = span_of(SpanGrain::five_minutes, receipt.end).start();
      const auto& facts = receipt.facts;
      if (facts.cdn_node || start < kNoon + minutes(5) || start >= kNoon + hours(24 * 60)) return {};
      expected[{start, facts.agreement, facts.on_net, facts.owner, facts.content_class}] +=
          Counters{receipt.acked, receipt.sent, 1};
      return {};
    }));
    const auto found = *store->accounts().uplink_series(isp, kNoon + minutes(1), kNoon + hours(24 * 60));
    REQUIRE(found.size() == expected.size());
    for (const auto& uplink : found) {
      CHECK(uplink.isp == isp);
      const Key key{uplink.start, uplink.agreement, uplink.on_net, uplink.owner, uplink.content_class};
      CHECK(uplink.counters == expected.at(key));
    }
  }
}
