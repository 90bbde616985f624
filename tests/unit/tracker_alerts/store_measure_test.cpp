// What alerts measure, from books that real ingest made.
#include <doctest/doctest.h>

#include "tests/unit/tracker_ingest/ingest_harness.h"
#include "tracker/accounting/object_fill.h"
#include "tracker/alerts/store_measure_source.h"

using namespace waybill;
using namespace waybill::tracker;
using sample::OrderPlan;
using sample::ReceiptPlan;

namespace {

constexpr DurationMs kHour = hours(1);

struct Books {
  Books() {
    harness.on_store([](Store& store) {
      for (int number = 1; number <= 3; ++number) {
        Isp isp;
        isp.name = "SP" + std::to_string(number);
        isp.timezone = "UTC";
        CHECK(store.registry().add_isp(isp).value().id == IspId{number});
      }
    });
    carry({.number = 1, .destination_isp = sample::kSp1}, 600);
    carry({.number = 2, .owner = "Sports", .title = "Match", .content_class = ContentClass::live}, 300);
    carry({.number = 3, .destination_isp = sample::kSp3}, 100);
  }

  void carry(const OrderPlan& plan, std::int64_t bytes) {
    harness.issue({plan});
    ReceiptPlan receipt;
    receipt.sent = receipt.sent_total = bytes;
    receipt.acked_total = bytes;
    REQUIRE(harness.submit_one(sample::receipt_of(plan, receipt)) == protocol::ReceiptStatus::recorded);
  }

  Result<std::int64_t> value(const TrafficFilter& filter, Measured measured = Measured::acknowledged_bytes) {
    return value(Measure::of_traffic(filter, measured).value());
  }
  Result<std::int64_t> value(const Measure& measure) {
    Result<std::int64_t> read = 0;
    harness.on_store([&](Store& store) {
      StoreMeasureSource source(store);
      read = source.value(measure, sample::kNoon, sample::kNoon + kHour);
    });
    return read;
  }

  contract::SqliteEngine engine;
  waybill::test::IngestUnderTest harness{engine.where()};
};

}  // namespace

TEST_CASE("every question of the accounts can be watched: ISPs, owner, content, class, client, component, on-net") {
  Books books;
  CHECK(books.value({}).value() == 1000);
  CHECK(books.value({.from = "SP1"}).value() == 1000);
  CHECK(books.value({.from = "SP1", .to = "SP2"}).value() == 300);
  CHECK(books.value({.owner = "Sports"}).value() == 300);
  CHECK(books.value({.content = sample::content_of("Match").hex()}).value() == 300);
  CHECK(books.value({.client = sample::key_of("bob").public_key().hex()}).value() == 1000);
  CHECK(books.value({.on_net = true}).value() == 600);
  CHECK(books.value({.on_net = false}).value() == 400);
  CHECK(books.value({.traffic_class = "live"}).value() == 300);
  CHECK(books.value({.traffic_class = "file"}).value() == 700);
  CHECK(books.value({.component = "inter-isp-link:SP1>SP2"}).value() == 300);
  CHECK(books.value({.component = "inter-isp-link:SP1>SP2", .traffic_class = "file"}).value() == 0);
  CHECK(books.value({}, Measured::receipts).value() == 3);
}

TEST_CASE("a rate is the average over the window, a share is of what was carried") {
  Books books;
  books.carry({.number = 4, .destination_isp = sample::kSp3}, 71'000);
  CHECK(books.value({}, Measured::bytes_per_second).value() == 20);  // 72,000 bytes in an hour
  CHECK(books.value({.component = "inter-isp-link:SP1>SP3"}, Measured::bytes_per_second).value() == 19);
  CHECK(books.value({}, Measured::on_net_share).value() == 83);  // 600 of 72,000: 0.83 %
  CHECK(books.value({.owner = "Sports"}, Measured::on_net_share).value() == 0);
  CHECK(books.value({.from = "SP2"}, Measured::on_net_share).value() == 10'000);  // nothing: nothing left the net
}

TEST_CASE("names that are not known are refused") {
  Books books;
  CHECK_FALSE(books.value({.from = "SP9"}));
  const auto unknown = books.value(Measure::of_object("peering").value());
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().kind == ErrorKind::refused);
}

TEST_CASE("an accounting object is watched by its name until it has ended") {
  Books books;
  MeasuringObject object;
  object.name = "peering";
  object.entities = {{EntityKind::isp_pair, {}, {}, sample::kSp1, sample::kSp2}};
  object.created = sample::kNoon;
  object.since = quarter_of(sample::kNoon);
  books.harness.on_store([&](Store& store) { REQUIRE(make_object(store, object)); });
  const auto watched = Measure::of_object("peering").value();
  CHECK(books.value(watched).value() == 300);  // filled from the past
  books.carry({.number = 5}, 50);
  CHECK(books.value(watched).value() == 350);
  CHECK(books.value(Measure::of_object("peering", Measured::receipts).value()).value() == 2);
  books.harness.on_store([&](Store& store) {
    REQUIRE(finish_object(store, "peering", sample::kNoon + kHour));
    StoreMeasureSource source(store);
    const auto later = sample::kNoon + kHour + kHour;
    const auto ended = source.value(watched, later, later + kHour);
    REQUIRE_FALSE(ended);
    CHECK(ended.error().message == "object peering has ended");
  });
}
