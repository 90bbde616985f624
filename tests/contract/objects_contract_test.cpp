// Accounting objects that a person makes: they count the same whether a receipt came before or after they were made.
#include <thread>

#include <doctest/doctest.h>

#include "tests/unit/tracker_ingest/ingest_harness.h"
#include "tracker/accounting/object_fill.h"

using namespace waybill;
using namespace waybill::tracker;
using sample::kNoon;
using test::IngestUnderTest;

namespace {

constexpr std::int64_t kMega = 1'000'000;

sample::OrderPlan order_of(int number, IspId from, IspId to, ContentClass content_class = ContentClass::file) {
  sample::OrderPlan plan;
  plan.number = number;
  plan.source_isp = from;
  plan.destination_isp = to;
  plan.agreement = {from.value};
  plan.receiver = "receiver " + std::to_string(number);
  plan.title = content_class == ContentClass::live ? "Match" : "Film";
  plan.content_class = content_class;
  if (content_class == ContentClass::live) plan.owner = "Sports";
  return plan;
}

std::vector<sample::OrderPlan> orders() {
  return {order_of(1, sample::kSp1, sample::kSp2), order_of(2, sample::kSp2, sample::kSp1, ContentClass::live),
          order_of(3, sample::kSp1, sample::kSp1), order_of(4, sample::kSp1, sample::kSp3)};
}

// One receipt of each order; the n-th ends n quarters after noon.
std::vector<ByteString> batch_of(int n) {
  std::vector<ByteString> batch;
  for (const auto& order : orders()) {
    sample::ReceiptPlan plan;
    plan.sequence = n;
    plan.sent_total = plan.sent * n;
    plan.acked_total = plan.sent_total;
    plan.acked_pieces = n;
    plan.start = kNoon + minutes(15 * (n - 1));
    plan.end = kNoon + minutes(15 * n);
    batch.push_back(sample::receipt_of(order, plan));
  }
  return batch;
}

MeasuringObject object_of(const std::string& name, std::vector<ObjectEntity> entities, ObjectFilter filter = {}) {
  MeasuringObject object;
  object.name = name;
  object.entities = std::move(entities);
  object.filter = filter;
  object.created = kNoon;
  object.since = quarter_of(kNoon);
  return object;
}

ObjectEntity pair_of(IspId first, IspId second) { return {EntityKind::isp_pair, {}, {}, first, second}; }

std::vector<MeasuringObject> all_objects() {
  ObjectFilter live;
  live.content_class = ContentClass::live;
  ObjectFilter on_net;
  on_net.on_net = true;
  ObjectFilter first_half;
  first_half.hours = {{12 * 60, 12 * 60 + 30}};
  ObjectFilter studio;
  studio.owner = "Sports";
  ObjectFilter film;
  film.content = sample::content_of("Film");
  const ObjectEntity sp1{EntityKind::component, "isp:SP1", {}, {}, {}};
  const ObjectEntity agreements{EntityKind::agreements_of, {}, {}, sample::kSp1, {}};
  return {
      object_of("pair", {pair_of(sample::kSp1, sample::kSp2)}),
      object_of("live", {pair_of(sample::kSp1, sample::kSp2)}, live),
      object_of("receiver", {{EntityKind::client, {}, AgentKey(sample::key_of("receiver 3").public_key()), {}, {}}}),
      object_of("on-net", {{EntityKind::clients_of, {}, {}, sample::kSp1, {}}}, on_net),
      object_of("agreements", {{EntityKind::agreements_of, {}, {}, sample::kSp1, {}}}),
      object_of("hours", {{EntityKind::agreements_of, {}, {}, sample::kSp1, {}}, sp1}, first_half),
      object_of("owner", {agreements, sp1}, studio),
      object_of("content", {agreements}, film)};
}

std::int64_t total(IngestUnderTest& books, const std::string& name) {
  std::int64_t bytes = 0;
  books.on_store([&](Store& store) {
    const auto object = object_named(store, name);
    REQUIRE(object);
    const auto counters = store.objects().counters(object->id);
    REQUIRE(counters);
    for (const auto& change : *counters) {
      if (change.member.empty()) bytes += change.added.acked.value;
    }
  });
  return bytes;
}

void make(IngestUnderTest& books, const MeasuringObject& object) {
  books.on_store([&](Store& store) {
    const auto made = make_object(store, object);
    if (!made) FAIL(made.error().message);
  });
}

void check_sound(IngestUnderTest& books) {
  const auto report = books.audited();
  for (const auto& fault : report.faults) FAIL_CHECK(fault);
}

}  // namespace

TEST_CASE_TEMPLATE("an object counts the same before, across and after its making", Engine, WAYBILL_ENGINES) {
  // Made before the first receipt, between two, and after the last.
  for (const int made_after : {0, 1, 3}) {
    CAPTURE(made_after);
    const Engine engine;
    IngestUnderTest books(engine.where());
    books.issue(orders());
    for (int n = 1; n <= 4; ++n) {
      if (n == made_after + 1) {
        for (const auto& object : all_objects()) make(books, object);
      }
      if (n <= 3) {
        for (const auto status : books.submit(batch_of(n))) CHECK(status == protocol::ReceiptStatus::recorded);
      }
    }
    CHECK(total(books, "pair") == 6 * kMega);
    CHECK(total(books, "live") == 3 * kMega);
    CHECK(total(books, "owner") == 3 * kMega);    // order 2 ends at SP1
    CHECK(total(books, "content") == 9 * kMega);  // orders 1, 3 and 4
    CHECK(total(books, "receiver") == 3 * kMega);
    CHECK(total(books, "on-net") == 3 * kMega);
    CHECK(total(books, "agreements") == 9 * kMega);
    CHECK(total(books, "hours") == 4 * kMega);  // all four orders at 12:15; 12:30 and 12:45 lie outside
    check_sound(books);
  }
}

TEST_CASE_TEMPLATE("association is kept both ways, and follows links that appear", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  IngestUnderTest books(engine.where());
  books.issue(orders());
  make(books, all_objects().front());
  books.on_store([](Store& store) { CHECK(store.objects().members(1)->empty()); });
  books.submit(batch_of(1));
  books.on_store([](Store& store) {
    const auto members = store.objects().members(1);
    REQUIRE(members);
    REQUIRE(members->size() == 2);
    CHECK((*members)[0].member == "inter-isp-link:SP1>SP2");
    CHECK((*members)[1].member == "inter-isp-link:SP2>SP1");
    CHECK((*members)[0].appeared == quarter_of(kNoon + minutes(15)));
    CHECK((*members)[0].last_seen == quarter_of(kNoon + minutes(15)));
    CHECK(*store.objects().measuring("inter-isp-link:SP2>SP1") == std::vector<std::int64_t>{1});
    CHECK(store.objects().measuring("inter-isp-link:SP1>SP3")->empty());
  });
  // What carries nothing any more is last seen when it did: order 1 goes on, order 2 does not.
  books.submit({batch_of(2).front()});
  books.on_store([](Store& store) {
    const auto members = store.objects().members(1);
    REQUIRE(members);
    REQUIRE(members->size() == 2);
    CHECK((*members)[0].appeared == quarter_of(kNoon + minutes(15)));
    CHECK((*members)[0].last_seen == quarter_of(kNoon + minutes(30)));
    CHECK((*members)[1].last_seen == quarter_of(kNoon + minutes(15)));
    const auto one = store.objects().total(1, quarter_of(kNoon + minutes(30)), quarter_of(kNoon + minutes(45)));
    CHECK(one->acked == AckedBytes{kMega});
    CHECK(store.objects().total(1, quarter_of(kNoon), quarter_of(kNoon + minutes(30)))->acked == AckedBytes{2 * kMega});
  });
}

TEST_CASE_TEMPLATE("an ended object keeps its past and counts no later quarter", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  IngestUnderTest books(engine.where());
  books.issue(orders());
  make(books, all_objects().front());
  books.submit(batch_of(1));
  books.submit(batch_of(2));
  books.on_store([](Store& store) {
    // In the quarter of the first receipts: the second ones were counted, and are taken back.
    REQUIRE(finish_object(store, "pair", kNoon + minutes(20)));
    const auto again = finish_object(store, "pair", kNoon + minutes(20));
    REQUIRE_FALSE(again);
    CHECK(again.error().kind == ErrorKind::refused);
  });
  CHECK(total(books, "pair") == 2 * kMega);
  books.submit(batch_of(3));
  CHECK(total(books, "pair") == 2 * kMega);
  check_sound(books);
}

TEST_CASE_TEMPLATE("the audit sees a wrong counter of an object", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  IngestUnderTest books(engine.where());
  books.issue(orders());
  make(books, all_objects().front());
  books.submit(batch_of(1));
  books.on_store([](Store& store) {
    REQUIRE(store.objects().add_changes({{}, {{1, "", quarter_of(kNoon + minutes(15)), {{1}, {1}, 0}}}}));
  });
  CHECK_FALSE(books.audited().sound());
}

TEST_CASE_TEMPLATE("what objects refuse changes nothing", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = contract::open(engine);
  const auto object = all_objects().front();
  REQUIRE(make_object(*store, object));
  const auto before = engine.dump();
  const auto refused = [&](const MeasuringObject& wrong, const char* part) {
    const auto made = make_object(*store, wrong);
    REQUIRE_FALSE(made);
    CHECK(made.error().kind == ErrorKind::refused);
    CHECK(made.error().message.find(part) != std::string::npos);
    CHECK(engine.dump() == before);
  };
  refused(object, "already");
  refused(object_of("empty", {}), "measures nothing");
  refused(object_of("", object.entities), "name");
  CHECK_FALSE(finish_object(*store, "unknown", kNoon));
  CHECK(engine.dump() == before);
}

TEST_CASE("two trackers on one database see each other's objects, and each receipt counts once") {
  const contract::PostgresEngine engine;
  IngestUnderTest first(engine.where()), second(engine.where());
  first.issue(orders());
  first.submit(batch_of(1));
  second.submit(batch_of(1));
  make(first, all_objects().front());
  second.submit(batch_of(2));
  first.submit(batch_of(2));
  CHECK(total(first, "pair") == 4 * kMega);
  check_sound(second);
}

TEST_CASE("an object made while two trackers take in receipts counts each of them once") {
  const contract::PostgresEngine engine;
  IngestUnderTest first(engine.where()), second(engine.where()), third(engine.where());
  first.issue(orders());
  const auto take_in = [](IngestUnderTest& books) {
    for (int n = 1; n <= 4; ++n) books.submit(batch_of(n));  // both the same batches, at the same time
  };
  std::thread one([&] { take_in(first); });
  std::thread other([&] { take_in(second); });
  for (const auto& object : all_objects()) make(third, object);
  one.join();
  other.join();
  CHECK(total(third, "pair") == 2 * 4 * kMega);
  CHECK(total(third, "content") == 3 * 4 * kMega);
  check_sound(third);
}
