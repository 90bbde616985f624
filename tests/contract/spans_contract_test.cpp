// Counters of longer spans, of components and of uplinks: every question has the answer that the single quarters or the
// single receipts give.
#include <map>
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "tests/contract/engines.h"
#include "tests/contract/sample_books.h"
#include "tracker/accounting/tally.h"
#include "tracker/paths/path_resolver.h"
#include "tracker/reports/day_hours.h"

using namespace waybill;
using namespace waybill::tracker;
using sample::kNoon;

namespace {

constexpr TimeMs kNewYear{1'767'225'600'000};  // 2026-01-01T00:00Z
constexpr DurationMs kDay = hours(24);

MinuteOfDay clock_of(const std::string& timezone) {
  return [clock = std::make_shared<LocalClock>(*LocalClock::of(timezone))](TimeMs time) {
    return clock->minute_of_day(time);
  };
}

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

namespace {

sample::OrderPlan plan_of(int number) {
  sample::OrderPlan plan;
  plan.number = number;
  plan.source_isp = {1 + number % 3};
  plan.destination_isp = {1 + number / 3 % 3};
  plan.agreement = {number % 5 == 0 ? 0 : plan.source_isp.value};
  plan.owner = number % 2 == 0 ? "MovieStudio" : "Label";
  plan.title = "Title " + std::to_string(number % 4);
  plan.receiver = "client " + std::to_string(number % 6);
  plan.content_class = number % 7 == 0 ? ContentClass::live : ContentClass::file;
  return plan;
}

// Random receipts of 14 months, more of them at some hours than at others.
std::vector<std::pair<OrderFacts, TimeMs>> history(int count) {
  std::mt19937_64 random(11);
  std::vector<std::pair<OrderFacts, TimeMs>> all;
  for (int i = 0; i < count; ++i) {
    const auto day = static_cast<std::int64_t>(random() % 420);
    const auto minute = static_cast<std::int64_t>(random() % 3 == 0 ? random() % 1440 : 1080 + random() % 360);
    all.emplace_back(facts_of(sample::issue(plan_of(i % 40))), kNewYear + hours(24 * day) + minutes(minute));
  }
  return all;
}

// A question that any of the fields may restrict.
AccountQuery random_query(std::mt19937_64& random) {
  AccountQuery query;
  const auto sometimes = [&] { return random() % 3 == 0; };
  if (sometimes()) query.from = IspId{1 + static_cast<std::int64_t>(random() % 3)};
  if (sometimes()) query.to = IspId{1 + static_cast<std::int64_t>(random() % 3)};
  if (sometimes()) query.owner = random() % 2 ? "MovieStudio" : "Label";
  if (sometimes()) query.content_class = random() % 2 ? ContentClass::live : ContentClass::file;
  if (sometimes()) query.content = sample::content_of("Title " + std::to_string(random() % 4));
  if (random() % 9 == 0) query.client = sample::key_of("client " + std::to_string(random() % 6)).public_key();
  if (sometimes()) query.on_net = random() % 2 == 0;
  if (!sometimes()) query.since = kNewYear + minutes(15 * static_cast<std::int64_t>(random() % (200 * 96)));
  if (!sometimes()) query.until = kNewYear + minutes(15 * static_cast<std::int64_t>((200 + random() % 220) * 96));
  if (sometimes()) query.hours = AccountQuery::HoursOfDay{18 * 60, random() % 2 ? 24 * 60 : 3 * 60 + 15};
  if (sometimes()) query.local_minute = clock_of(random() % 2 ? "Europe/Berlin" : "Asia/Kathmandu");
  for (const auto dimension : {AccountDimension::isp_pair, AccountDimension::agreement, AccountDimension::cdn_node,
                               AccountDimension::owner, AccountDimension::content_class, AccountDimension::content,
                               AccountDimension::client, AccountDimension::hour_of_day, AccountDimension::quarter}) {
    if (random() % 6 == 0) query.group_by.insert(dimension);
  }
  return query;
}

// Each receipt asked by itself: one that the question lets through gives its row.
std::vector<AccountRow> by_receipts(const AccountQuery& query,
                                    const std::vector<std::pair<OrderFacts, TimeMs>>& receipts) {
  using Key = std::tuple<IspId, IspId, AgreementId, bool, std::string, int, ContentId, AgentKey, int, Quarter>;
  std::map<Key, AccountRow> rows;
  if (query.group_by.empty()) rows[{}];
  const auto by = [&](AccountDimension dimension) { return query.group_by.count(dimension) > 0; };
  for (const auto& [order, end] : receipts) {
    const auto start = quarter_of(end).start();
    const int minute = query.local_minute ? query.local_minute(start) : static_cast<int>(start.value / 60'000 % 1440);
    const bool on_net = order.source_isp == order.destination_isp;
    if ((query.from && order.source_isp != *query.from) || (query.to && order.destination_isp != *query.to) ||
        (query.owner && order.owner != *query.owner) ||
        (query.content_class && order.content_class != *query.content_class) ||
        (query.content && order.content != *query.content) || (query.client && order.receiver != *query.client) ||
        (query.on_net && on_net != *query.on_net) || (query.since && start < *query.since) ||
        (query.until && start >= *query.until)) {
      continue;
    }
    if (query.hours && !DayHours{query.hours->from_minute, query.hours->to_minute}.contains(minute)) continue;
    AccountRow row;
    if (by(AccountDimension::isp_pair)) row.from = order.source_isp, row.to = order.destination_isp;
    if (by(AccountDimension::agreement)) row.agreement = order.agreement;
    if (by(AccountDimension::cdn_node)) row.cdn_node = order.cdn_node;
    if (by(AccountDimension::owner)) row.owner = order.owner;
    if (by(AccountDimension::content_class)) row.content_class = order.content_class;
    if (by(AccountDimension::content)) row.content = order.content;
    if (by(AccountDimension::client)) row.client = order.receiver;
    if (by(AccountDimension::hour_of_day)) row.hour_of_day = minute / 60;
    if (by(AccountDimension::quarter)) row.quarter = quarter_of(end);
    auto& sum = rows[{row.from.value_or(IspId{}), row.to.value_or(IspId{}), row.agreement.value_or(AgreementId{}),
                      row.cdn_node.value_or(false), row.owner.value_or(""),
                      row.content_class ? static_cast<int>(*row.content_class) : 0, row.content.value_or(ContentId{}),
                      row.client.value_or(AgentKey{}), row.hour_of_day.value_or(0), row.quarter.value_or(Quarter{})}];
    row.counters = sum.counters;
    row.counters += Counters{{1000}, {1001}, 1};
    sum = row;
  }
  std::vector<AccountRow> all;
  for (const auto& [key, row] : rows) all.push_back(row);
  return all;
}

void check_equal(const std::vector<AccountRow>& found, const std::vector<AccountRow>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& a = found[i];
    const auto& b = expected[i];
    CHECK(std::tie(a.from, a.to, a.agreement, a.cdn_node, a.owner, a.content_class, a.content, a.client, a.hour_of_day,
                   a.quarter) == std::tie(b.from, b.to, b.agreement, b.cdn_node, b.owner, b.content_class, b.content,
                                          b.client, b.hour_of_day, b.quarter));
    CHECK(a.counters == b.counters);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("the accounts answer any question as the single receipts do", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  const auto receipts = history(600);
  for (std::size_t first = 0; first < receipts.size(); first += 50) {
    Tally tally;
    for (std::size_t i = first; i < first + 50; ++i) tally.add(receipts[i].first, receipts[i].second, {1000}, {1001});
    REQUIRE(store->accounts().add(tally.changes()));
  }
  std::mt19937_64 random(13);
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    const auto query = random_query(random);
    const auto rows = store->accounts().query(query);
    REQUIRE_MESSAGE(rows, rows.error().message);
    check_equal(*rows, by_receipts(query, receipts));
  }
}

namespace {

// Receipts of two owners and classes along the paths between three ISPs, over four months.
void fill_components(Store& store) {
  std::mt19937_64 random(17);
  std::vector<IssuedOrder> orders;
  for (int number = 0; number < 40; ++number) orders.push_back(sample::issue(plan_of(number)));
  REQUIRE(store.evidence().add_orders(orders));
  for (std::int64_t sequence = 1; sequence <= 8; ++sequence) {
    std::vector<NewReceipt> receipts;
    std::vector<OrderState> states;
    for (int number = 0; number < 40; ++number) {
      const auto plan = plan_of(number);
      const auto path = path_to_record(resolve(sample::path_between(plan.source_isp, plan.destination_isp, number % 4),
                                               plan.source_isp, plan.destination_isp, *sample::tables()));
      const TimeMs end{kNoon.value + static_cast<std::int64_t>(random() % (number % 2 ? 120 * kDay.value : 7'200'000))};
      receipts.push_back(
          {{sample::order_id(number), sequence}, kNoon, end, {number + 1}, {number + 2}, end, "-", path});
      states.push_back({sample::order_id(number), sequence, sequence, {1}, {1}, 1});
    }
    REQUIRE(store.evidence().add_receipts(receipts, states));
  }
}

ComponentQuery random_component_query(std::mt19937_64& random) {
  ComponentQuery query;
  const auto sometimes = [&] { return random() % 3 == 0; };
  if (sometimes()) query.kind = random() % 2 ? ComponentKind::inter_isp_link : ComponentKind::router;
  if (sometimes()) query.key = "inter-isp-link:SP1>SP2";
  if (sometimes()) query.isp = IspId{1 + static_cast<std::int64_t>(random() % 3)};
  if (random() % 5 == 0) query.into = sample::kSp2;
  if (sometimes()) query.owner = "Label";
  if (sometimes()) query.content_class = random() % 2 ? ContentClass::live : ContentClass::file;
  if (random() % 9 == 0) query.content = sample::content_of("Title 1");
  const std::int64_t step = random() % 2 ? 1 : 300'000;
  if (!sometimes()) query.since = TimeMs{kNoon.value + static_cast<std::int64_t>(random() % 3'600'000) / step * step};
  if (!sometimes()) {
    const std::int64_t length = random() % 2 ? 90 * kDay.value : 900'000;
    query.until =
        TimeMs{(query.since.value_or(kNoon).value + static_cast<std::int64_t>(random()) % length) / step * step};
  }
  return query;
}

}  // namespace

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
