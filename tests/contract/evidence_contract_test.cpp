#include <doctest/doctest.h>

#include "common/protocol/limits.h"
#include "tests/contract/engines.h"
#include "tests/contract/sample_books.h"
#include "tracker/paths/path_resolver.h"

using namespace waybill;
using namespace waybill::tracker;
using protocol::ReceiptStatus;
using sample::kNoon;

namespace {

std::shared_ptr<const PathToRecord> path_of(const sample::OrderPlan& plan) {
  const auto measured = sample::path_between(plan.source_isp, plan.destination_isp, plan.number);
  return path_to_record(resolve(measured, plan.source_isp, plan.destination_isp, *sample::tables()));
}

NewReceipt new_receipt(const sample::OrderPlan& order, const sample::ReceiptPlan& plan, std::int64_t acked) {
  return {{sample::order_id(order.number), plan.sequence},
          plan.start,
          plan.end,
          AckedBytes{acked},
          SentBytes{plan.sent},
          kNoon + minutes(90),
          sample::receipt_of(order, plan),
          path_of(order)};
}

OrderState state_of(const sample::OrderPlan& order, std::int64_t sequence, std::int64_t total) {
  return {sample::order_id(order.number), sequence, sequence, {total}, {total}, sequence};
}

std::vector<StoredReceipt> receipts(Store& store, const ReceiptQuery& query) {
  std::vector<StoredReceipt> all;
  REQUIRE(store.evidence().each_receipt(query, [&](const StoredReceipt& receipt) -> Status {
    all.push_back(receipt);
    return {};
  }));
  return all;
}

// Orders 1 (SP1 to SP2) with two receipts, 2 (SP2 to SP3) with one, 3 (CDN, SP3 to SP1) with none.
struct Books {
  sample::OrderPlan first, second, third;
  explicit Books(Store& store) {
    second.number = 2;
    second.sender = "bob";
    second.receiver = "carol";
    second.source_isp = sample::kSp2;
    second.destination_isp = sample::kSp3;
    second.agreement = {2};
    second.not_before = kNoon + minutes(10);
    third.number = 3;
    third.sender = "cdn";
    third.title = "Song";
    third.agreement = {0};
    third.source_isp = sample::kSp3;
    third.destination_isp = sample::kSp1;
    third.not_before = kNoon + minutes(20);
    REQUIRE(store.evidence().add_orders({sample::issue(first), sample::issue(second), sample::issue(third)}));
    sample::ReceiptPlan one, two, other;
    one.measured = true;
    two.sequence = 2;
    two.start = kNoon + seconds(10);
    two.end = kNoon + minutes(5);
    other.start = other.end = kNoon + minutes(20);
    REQUIRE(store.evidence().add_receipts(
        {new_receipt(first, one, 1'000'000), new_receipt(first, two, 500), new_receipt(second, other, 7)},
        {state_of(first, 2, 1'000'500), state_of(second, 1, 7)}));
  }
};

}  // namespace

TEST_CASE_TEMPLATE("orders are kept with what was known of them", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  sample::OrderPlan plan;
  const auto issued = sample::issue(plan);
  plan.number = 2;
  const auto cdn = [&] {
    auto other = plan;
    other.agreement = {0};
    return sample::issue(other);
  }();
  REQUIRE(store->evidence().add_orders({issued, cdn}));
  const auto found = store->evidence().find_orders({sample::order_id(2), sample::order_id(9), sample::order_id(1)});
  REQUIRE(found);
  CHECK(*found == std::vector{facts_of(cdn), facts_of(issued)});
  CHECK(found->at(0).cdn_node);
  CHECK(found->at(1).pieces == 100);
  CHECK(**store->evidence().order_envelope(sample::order_id(1)) == issued.order.envelope);
  CHECK_FALSE(store->evidence().order_envelope(sample::order_id(9))->has_value());

  const auto before = engine.dump();
  plan.number = 3;
  const auto twice = store->evidence().add_orders({sample::issue(plan), issued});
  REQUIRE_FALSE(twice);
  CHECK(twice.error().kind == ErrorKind::refused);
  CHECK(engine.dump() == before);
}

TEST_CASE_TEMPLATE("receipts are found by order, ISP, agreement, content and period", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  const Books books(*store);
  CHECK(receipts(*store, {}).size() == 3);
  ReceiptQuery query;
  query.order = sample::order_id(1);
  const auto of_first = receipts(*store, query);
  REQUIRE(of_first.size() == 2);
  CHECK(of_first[0].id.sequence == 1);
  CHECK(of_first[1].acked == AckedBytes{500});
  CHECK(of_first[1].envelope == **store->evidence().receipt_envelope(of_first[1].id));
  CHECK(of_first[1].facts == facts_of(sample::issue(books.first)));
  CHECK(protocol::open_order(of_first[1].order_envelope, sample::key_of("tracker").public_key()));
  CHECK_FALSE(store->evidence().receipt_envelope({sample::order_id(1), 3})->has_value());
  const auto several =
      *store->evidence().receipt_envelopes({of_first[1].id, {sample::order_id(1), 3}, of_first[0].id, of_first[1].id});
  REQUIRE(several.size() == 4);
  CHECK(several[0] == of_first[1].envelope);
  CHECK_FALSE(several[1]);
  CHECK(several[2] == of_first[0].envelope);
  CHECK(several[3] == of_first[1].envelope);

  const auto count = [&](auto&& change) {
    ReceiptQuery by;
    change(by);
    return receipts(*store, by).size();
  };
  CHECK(count([](auto& by) { by.source_isp = sample::kSp2; }) == 1);
  CHECK(count([](auto& by) { by.agreement = AgreementId{1}; }) == 2);
  CHECK(count([](auto& by) { by.content = sample::content_of("Song"); }) == 0);
  CHECK(count([](auto& by) { by.since = kNoon + minutes(5); }) == 2);  // at or after
  CHECK(count([](auto& by) { by.until = kNoon + minutes(5); }) == 1);  // before
  CHECK(count([](auto& by) {
          by.source_isp = sample::kSp1;
          by.since = kNoon;
          by.until = kNoon + minutes(6);
        }) == 2);
}

TEST_CASE_TEMPLATE("a visit ends with the visitor's error", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  const Books books(*store);
  int seen = 0;
  const auto status = store->evidence().each_receipt(
      {}, [&](const StoredReceipt&) -> Status { return ++seen == 2 ? Status(fail("enough")) : Status{}; });
  REQUIRE_FALSE(status);
  CHECK(status.error().message == "enough");
  CHECK(seen == 2);
}

TEST_CASE_TEMPLATE("the states of orders", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  const Books books(*store);
  const auto states = *store->evidence().order_states({sample::order_id(3), sample::order_id(1)});
  CHECK(states == std::vector{state_of(books.third, 0, 0), state_of(books.first, 2, 1'000'500)});
  std::size_t seen = 0;
  REQUIRE(store->evidence().each_order_state([&](const OrderState&) -> Status {
    ++seen;
    return {};
  }));
  CHECK(seen == 2);
}

TEST_CASE_TEMPLATE("who served whom, by which path", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  const Books books(*store);
  const auto served = *store->evidence().transfers({});
  REQUIRE(served.size() == 2);
  CHECK(served[0].facts.id == sample::order_id(1));
  CHECK(served[0].state.acked_total == AckedBytes{1'000'500});
  CHECK(served[0].first_start == kNoon);
  CHECK(served[0].last_end == kNoon + minutes(5));
  CHECK(*store->evidence().path(served[0].path) == path_of(books.first)->path);
  CHECK_FALSE(store->evidence().path(99));
  TransferQuery all;
  all.with_receipts_only = false;
  CHECK(store->evidence().transfers(all)->size() == 3);
  all.receiver = sample::key_of("bob").public_key();
  CHECK(store->evidence().transfers(all)->size() == 2);
  all.since = kNoon + minutes(20);
  CHECK(store->evidence().transfers(all)->size() == 1);

  SUBCASE("why an order was of no use: the first word stands; orders without receipts are shown then, too") {
    all = {};
    all.failed_only = true;
    CHECK(store->evidence().transfers(all)->empty());
    REQUIRE(store->evidence().add_failure({sample::order_id(3), kNoon, "not reached"}));
    REQUIRE(store->evidence().add_failure({sample::order_id(3), kNoon + minutes(1), "something else"}));
    REQUIRE(store->evidence().add_failure({sample::order_id(77), kNoon, "no such order"}));
    const auto failed = *store->evidence().transfers(all);
    REQUIRE(failed.size() == 1);
    CHECK(failed[0].facts.id == sample::order_id(3));
    CHECK(failed[0].failure == "not reached");
    CHECK(store->evidence().transfers({})->size() == 2);
  }
}

TEST_CASE_TEMPLATE("the same path is stored once, another version of the tables gives another one", Engine,
                   WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  const Books books(*store);
  const auto path_at = [&](std::size_t index) { return receipts(*store, {.order = sample::order_id(1)})[index].path; };
  CHECK(path_at(0) == path_at(1));
  auto later = path_of(books.first)->path;
  ++later.table_version;
  sample::ReceiptPlan third;
  third.sequence = 3;
  auto receipt = new_receipt(books.first, third, 1);
  receipt.path = path_to_record(later);
  REQUIRE(store->evidence().add_receipts({receipt}, {state_of(books.first, 3, 1'000'501)}));
  CHECK(path_at(2) != path_at(0));
  CHECK(store->evidence().path(path_at(2))->table_version == later.table_version);
}

TEST_CASE_TEMPLATE("a path that was interned in a transaction that failed is interned again", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  sample::OrderPlan plan;
  REQUIRE(store->evidence().add_orders({sample::issue(plan)}));
  const auto add = [&] { return store->evidence().add_receipts({new_receipt(plan, {}, 5)}, {state_of(plan, 1, 5)}); };
  REQUIRE_FALSE(store->transact([&]() -> Status {
    REQUIRE(add());
    return fail("undo");
  }));
  REQUIRE(add());
  const auto stored = receipts(*store, {});
  REQUIRE(stored.size() == 1);
  CHECK(*store->evidence().path(stored[0].path) == path_of(plan)->path);
}

TEST_CASE_TEMPLATE("refusals are counted, with the first example of a day", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  auto& evidence = store->evidence();
  const auto before = engine.dump();
  const ByteString large(protocol::kMaxReceiptBytes + 5, 'x');
  REQUIRE(evidence.count_refusals({{ReceiptStatus::totals_fall, {1}, kNoon, "first"},
                                   {ReceiptStatus::totals_fall, {1}, kNoon + minutes(1), "second"},
                                   {ReceiptStatus::too_large, {}, kNoon, large}}));
  REQUIRE(evidence.count_refusals({{ReceiptStatus::totals_fall, {1}, kNoon + hours(24), "next day"}}));
  CHECK(engine.dump() == before);
  const auto counts = *evidence.refusals({});
  REQUIRE(counts.size() == 2);
  CHECK(counts[0].status == ReceiptStatus::too_large);
  CHECK(counts[1].count == 3);
  CHECK(evidence.refusals({.until = kNoon + hours(1)})->at(1).count == 2);
  CHECK(evidence.refusals({.since = kNoon + hours(1)})->size() == 1);
  CHECK(evidence.refusals({.source_isp = IspId{2}})->empty());
  const auto examples = *evidence.refusal_examples({});
  REQUIRE(examples.size() == 3);
  CHECK(examples[0].envelope.size() == protocol::kMaxReceiptBytes);
  CHECK(examples[1].envelope == "first");
  CHECK(examples[2].envelope == "next day");
}

TEST_CASE_TEMPLATE("a delivery counts once", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  auto& evidence = store->evidence();
  StoredDelivery delivery;
  delivery.content = sample::content_of("Film");
  delivery.receiver = sample::key_of("bob").public_key();
  delivery.owner = "MovieStudio";
  delivery.receiver_isp = sample::kSp2;
  delivery.size = {100};
  delivery.started = kNoon;
  delivery.completed = kNoon + minutes(1);
  delivery.envelope = "signed";
  CHECK(*evidence.add_delivery(delivery));
  const auto before = engine.dump();
  CHECK_FALSE(*evidence.add_delivery(delivery));
  CHECK(engine.dump() == before);
  auto again = delivery;
  again.started = kNoon + hours(1);
  again.completed = kNoon + hours(2);
  CHECK(*evidence.add_delivery(again));
  CHECK(evidence.deliveries({})->size() == 2);
  const auto by = [&](auto&& change) {
    DeliveryQuery query;
    change(query);
    return evidence.deliveries(query)->size();
  };
  CHECK(by([](auto& query) { query.owner = "MovieStudio"; }) == 2);
  CHECK(by([](auto& query) { query.owner = "Nobody"; }) == 0);
  CHECK(by([](auto& query) { query.since = kNoon + hours(2); }) == 1);
  CHECK(by([](auto& query) { query.until = kNoon + hours(2); }) == 1);
  CHECK(by([](auto& query) { query.receiver_isp = sample::kSp3; }) == 0);
}

TEST_CASE_TEMPLATE("a delivery that a stock client announced is known as such", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  auto& evidence = store->evidence();
  StoredDelivery announced;
  announced.content = sample::content_of("Film");
  announced.receiver = sample::key_of("stock").public_key();
  announced.owner = "MovieStudio";
  announced.size = {100};
  announced.started = kNoon;
  announced.completed = kNoon + minutes(1);
  announced.witness = DeliveryWitness::stock_client;
  announced.address = *IpAddress::parse("2001:db8::7");
  CHECK(*evidence.add_delivery(announced));
  CHECK_FALSE(*evidence.add_delivery(announced));
  const auto all = evidence.deliveries({});
  REQUIRE(all);
  REQUIRE(all->size() == 1);
  CHECK(all->front().witness == DeliveryWitness::stock_client);
  CHECK(all->front().address == announced.address);
  CHECK(all->front().envelope.empty());
  DeliveryQuery query;
  query.witness = DeliveryWitness::receiver;
  CHECK(evidence.deliveries(query)->empty());
  query.witness = DeliveryWitness::stock_client;
  CHECK(evidence.deliveries(query)->size() == 1);
}
