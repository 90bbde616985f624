// The questions of FIG. 7, asked of a few counters.
#include <doctest/doctest.h>

#include "tests/contract/engines.h"
#include "tests/contract/sample_books.h"
#include "tracker/accounting/tally.h"
#include "tracker/paths/path_resolver.h"

using namespace waybill;
using namespace waybill::tracker;
using sample::kNoon;

namespace {

sample::OrderPlan plan_of(int number, IspId from, IspId to, const std::string& owner, const std::string& title,
                          const std::string& receiver, std::int64_t agreement) {
  sample::OrderPlan plan;
  plan.number = number;
  plan.source_isp = from;
  plan.destination_isp = to;
  plan.owner = owner;
  plan.title = title;
  plan.receiver = receiver;
  plan.agreement = {agreement};
  return plan;
}

struct Entry {
  sample::OrderPlan plan;
  TimeMs end{};
  std::int64_t acked = 0;
};

std::vector<Entry> entries() {
  using sample::kSp1;
  using sample::kSp2;
  return {{plan_of(1, kSp1, kSp2, "MovieStudio", "Film", "bob", 1), kNoon, 1000},
          {plan_of(1, kSp1, kSp2, "MovieStudio", "Film", "bob", 1), kNoon + minutes(15) - DurationMs{1}, 20},
          {plan_of(2, kSp1, kSp1, "MovieStudio", "Film", "carol", 1), kNoon + minutes(15), 300},
          {plan_of(3, {}, kSp2, "MovieStudio", "Trailer", "bob", 0), kNoon + hours(7), 4000},
          {plan_of(4, kSp2, kSp1, "Label", "Song", "carol", 2), kNoon + hours(30), 50'000}};
}

template <typename Engine>
std::unique_ptr<Store> filled(const Engine& engine) {
  auto store = open(engine);
  Tally tally;
  for (const auto& entry : entries()) {
    tally.add(facts_of(sample::issue(entry.plan)), entry.end, {entry.acked}, {entry.acked + 5});
  }
  REQUIRE(store->accounts().add(tally.changes()));
  return store;
}

std::int64_t total(Store& store, const AccountQuery& query) {
  const auto rows = store.accounts().query(query);
  REQUIRE(rows);
  REQUIRE(rows->size() == 1);
  return rows->front().counters.acked.value;
}

}  // namespace

TEST_CASE("quarters of an hour") {
  CHECK(quarter_of({0}).number == 0);
  CHECK(quarter_of({899'999}).number == 0);
  CHECK(quarter_of({900'000}).number == 1);
  CHECK(quarter_of({-1}).number == -1);
  CHECK(quarter_at_or_after({0}).number == 0);
  CHECK(quarter_at_or_after({1}).number == 1);
  CHECK(quarter_at_or_after({900'000}).number == 1);
  CHECK(quarter_of(kNoon).start() == kNoon);
}

TEST_CASE_TEMPLATE("totals by entity and time", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = filled(engine);
  const auto ask = [&](auto&& change) {
    AccountQuery query;
    change(query);
    return total(*store, query);
  };
  CHECK(ask([](auto&) {}) == 55'320);
  CHECK(ask([](auto& q) { q.from = sample::kSp1; }) == 1320);
  CHECK(ask([](auto& q) { q.to = sample::kSp2; }) == 5020);
  CHECK(ask([](auto& q) { q.from = sample::kSp1, q.to = sample::kSp2; }) == 1020);
  CHECK(ask([](auto& q) { q.from = sample::kSp3; }) == 0);
  CHECK(ask([](auto& q) { q.on_net = true; }) == 300);
  CHECK(ask([](auto& q) { q.on_net = false; }) == 55'020);
  CHECK(ask([](auto& q) { q.cdn_node = true; }) == 4000);
  CHECK(ask([](auto& q) { q.cdn_node = false; }) == 51'320);
  CHECK(ask([](auto& q) { q.agreement = AgreementId{1}; }) == 1320);
  CHECK(ask([](auto& q) { q.owner = "MovieStudio", q.to = sample::kSp2; }) == 5020);
  CHECK(ask([](auto& q) { q.content = sample::content_of("Film"); }) == 1320);
  CHECK(ask([](auto& q) { q.client = sample::key_of("bob").public_key(); }) == 5020);
  CHECK(ask([](auto& q) {
          q.client = sample::key_of("bob").public_key(), q.content = sample::content_of("Trailer");
        }) == 4000);
  CHECK(ask([](auto& q) { q.since = kNoon + minutes(15); }) == 54'300);
  CHECK(ask([](auto& q) { q.since = kNoon + minutes(14); }) == 54'300);  // quarters that start there or later
  CHECK(ask([](auto& q) { q.until = kNoon + minutes(15); }) == 1020);
  CHECK(ask([](auto& q) { q.until = kNoon + minutes(16); }) == 1320);
}

TEST_CASE_TEMPLATE("live content is told from files", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = filled(engine);
  auto live = entries()[0].plan;
  live.number = 77;
  live.content_class = ContentClass::live;
  REQUIRE(store->evidence().add_orders({sample::issue(live)}));
  const auto facts = store->evidence().find_orders({sample::order_id(77)})->at(0);
  CHECK(facts.content_class == ContentClass::live);
  Tally tally;
  tally.add(facts, kNoon, {40}, {40});
  REQUIRE(store->accounts().add(tally.changes()));
  AccountQuery query;
  query.content_class = ContentClass::live;
  CHECK(total(*store, query) == 40);
  query.owner = live.owner;
  query.client = sample::key_of(live.receiver).public_key();
  CHECK(total(*store, query) == 40);
  query = {};
  query.group_by = {AccountDimension::content_class};
  const auto rows = *store->accounts().query(query);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].content_class == ContentClass::file);
  CHECK(rows[0].counters.acked == AckedBytes{55'320});
  CHECK(rows[1].counters.acked == AckedBytes{40});
}

TEST_CASE_TEMPLATE("counters hold sent bytes and receipts too, and add up", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = filled(engine);
  AccountQuery query;
  query.from = sample::kSp1;
  query.to = sample::kSp2;
  const auto counters = store->accounts().query(query)->front().counters;
  CHECK(counters == Counters{{1020}, {1030}, 2});
  CHECK(counters.unacknowledged() == SentBytes{10});
  Tally more;
  more.add(facts_of(sample::issue(entries()[0].plan)), kNoon, {7}, {7});
  REQUIRE(store->accounts().add(more.changes()));
  CHECK(store->accounts().query(query)->front().counters == Counters{{1027}, {1037}, 3});
}

TEST_CASE_TEMPLATE("hours of day, in any time zone, and past midnight", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = filled(engine);  // 12:00, 12:15, 19:00 and, the next day, 18:00 UTC
  const auto between = [&](int from, int to, int offset_minutes) {
    AccountQuery query;
    query.hours = AccountQuery::HoursOfDay{from * 60, to * 60};
    query.local_minute = [offset_minutes](TimeMs start) {
      return static_cast<int>((start.value / 60'000 + offset_minutes) % 1440);
    };
    return total(*store, query);
  };
  CHECK(between(18, 24, 0) == 54'000);
  CHECK(between(19, 24, 0) == 4000);
  CHECK(between(0, 24, 0) == 55'320);
  CHECK(between(18, 19, 345) == 300);  // Nepal, UTC+05:45: 17:45, 18:00, 00:45 and 23:45
  CHECK(between(17, 18, 345) == 1020);
  CHECK(between(23, 1, 345) == 54'000);  // past midnight
  AccountQuery utc;
  utc.hours = AccountQuery::HoursOfDay{12 * 60, 12 * 60 + 15};
  CHECK(total(*store, utc) == 1020);
}

TEST_CASE_TEMPLATE("rows by group", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = filled(engine);
  AccountQuery query;
  query.group_by = {AccountDimension::isp_pair};
  auto rows = *store->accounts().query(query);
  REQUIRE(rows.size() == 4);
  CHECK(rows[1].from == sample::kSp1);
  CHECK(rows[1].to == sample::kSp1);
  CHECK(rows[1].counters.acked == AckedBytes{300});
  CHECK_FALSE(rows[1].owner);
  query.group_by = {AccountDimension::owner, AccountDimension::cdn_node};
  rows = *store->accounts().query(query);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].owner == "Label");  // those not from CDN nodes sort first
  CHECK(rows[2].cdn_node == true);
  query.group_by = {AccountDimension::hour_of_day};
  rows = *store->accounts().query(query);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].hour_of_day == 12);
  CHECK(rows[0].counters.receipts == 3);
  query.group_by = {AccountDimension::quarter, AccountDimension::client};
  query.client = sample::key_of("bob").public_key();
  rows = *store->accounts().query(query);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].quarter == quarter_of(kNoon));
  query = {};
  query.from = sample::kSp3;
  query.group_by = {AccountDimension::content};
  CHECK(store->accounts().query(query)->empty());
}

TEST_CASE_TEMPLATE("each counter, by object and quarter", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = filled(engine);
  std::int64_t pairs = 0, clients = 0;
  REQUIRE(store->accounts().each([&](const AccountChange& counter) -> Status {
    if (counter.object.kind == AccountKind::isp_pair) pairs += counter.added.acked.value;
    if (counter.object.kind == AccountKind::client) {
      clients += counter.added.acked.value;
      CHECK(counter.object.client);
      CHECK(counter.object.content);
    }
    return {};
  }));
  CHECK(pairs == 55'320);
  CHECK(clients == 55'320);
}

TEST_CASE_TEMPLATE("a record for every network component of a receipt's path", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  const auto plan = plan_of(1, sample::kSp1, sample::kSp2, "MovieStudio", "Film", "bob", 1);
  Content film;
  film.id = sample::content_of("Film");
  film.owner = "MovieStudio";
  film.title = "Film";
  REQUIRE(store->registry().add_content(film, "torrent"));
  REQUIRE(store->evidence().add_orders({sample::issue(plan)}));
  const auto resolved = resolve(sample::path_between(plan.source_isp, plan.destination_isp, 1), plan.source_isp,
                                plan.destination_isp, *sample::tables());
  const auto add = [&](std::int64_t sequence, TimeMs end) {
    sample::ReceiptPlan receipt;
    receipt.sequence = sequence;
    REQUIRE(store->evidence().add_receipts({{{sample::order_id(1), sequence},
                                             kNoon,
                                             end,
                                             {100},
                                             {110},
                                             kNoon,
                                             sample::receipt_of(plan, receipt),
                                             path_to_record(resolved)}},
                                           {{sample::order_id(1), sequence, sequence, {100}, {110}, 1}}));
  };
  add(1, kNoon + minutes(1));
  add(2, kNoon + minutes(2));
  const auto records = *store->accounts().component_records({}, 0);
  REQUIRE(records.size() == 2 * resolved.components.size());
  for (std::size_t i = 0; i < resolved.components.size(); ++i) {
    CHECK(records[i].component == resolved.components[i]);  // the latest receipt's first
    CHECK(records[i].receipt.sequence == 2);
  }
  CHECK(records[0].path == resolved.printed);
  CHECK(records[0].title == "Film");
  CHECK(records[0].owner == "MovieStudio");
  CHECK(records[0].table_version == 7);
  CHECK(records[0].receiver == sample::key_of("bob").public_key());
  CHECK(store->accounts().component_records({}, 3)->size() == 3);

  ComponentQuery border;  // FIG. 7, 704: of MovieStudio, leaving SP1 and entering SP2
  border.kind = ComponentKind::inter_isp_link;
  border.isp = sample::kSp1;
  border.into = sample::kSp2;
  border.owner = "MovieStudio";
  const auto sums = *store->accounts().component_sums(border);
  REQUIRE(sums.size() == 1);
  CHECK(sums[0].key == "inter-isp-link:SP1>SP2");
  CHECK(sums[0].counters == Counters{{200}, {220}, 2});
  const auto series = [&](DurationMs grain, std::int64_t limit) {
    return *store->accounts().component_series(border, grain, limit);
  };
  REQUIRE(series(minutes(1), 0).size() == 2);
  CHECK(series(minutes(1), 0)[0].key == "inter-isp-link:SP1>SP2");
  CHECK(series(minutes(1), 0)[0].start == kNoon + minutes(1));
  CHECK(series(minutes(1), 0)[1].counters == Counters{{100}, {110}, 1});
  CHECK(series(minutes(1), 1).size() == 1);
  REQUIRE(series(minutes(5), 0).size() == 1);
  CHECK(series(minutes(5), 0)[0].start == kNoon);
  CHECK(series(minutes(5), 0)[0].counters == Counters{{200}, {220}, 2});
  border.content_class = ContentClass::live;
  CHECK(series(minutes(5), 0).empty());
  CHECK(store->accounts().component_sums(border)->empty());
  border.content_class = ContentClass::file;
  border.until = kNoon + minutes(2);
  CHECK(store->accounts().component_sums(border)->at(0).counters.receipts == 1);
  border.into = sample::kSp3;
  CHECK(store->accounts().component_sums(border)->empty());
  CHECK(store->accounts().component_records({.key = "isp:SP1"}, 0)->size() == 2);
}
