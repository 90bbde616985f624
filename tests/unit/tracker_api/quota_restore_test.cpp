// What a restarted tracker knows of quotas, from books that real ingest made.
#include "tracker/api/quota_restore.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "common/protocol/limits.h"
#include "tests/unit/tracker_ingest/ingest_harness.h"
#include "tracker/api/policy_view.h"
#include "tracker/coordinator/quota_ledger.h"
#include "tracker/store/store.h"

using namespace waybill;
using namespace waybill::tracker;
using sample::OrderPlan;
using sample::ReceiptPlan;

namespace {

// The day of SP1 that the tests are about: 2026-11-01, on the clocks of Berlin.
const TimeMs kMidnight = sample::kNoon - hours(13);
const TimeMs kNextMidnight = kMidnight + hours(24);

struct Books {
  Books() {
    harness.on_store([](Store& store) {
      const auto currency = Currency::parse("EUR").value();
      for (int number = 1; number <= 3; ++number) {
        Isp isp;
        isp.name = "SP" + std::to_string(number);
        isp.timezone = "Europe/Berlin";
        const auto added = store.registry().add_isp(isp).value();
        Agreement agreement;
        agreement.isp = added.id;
        agreement.valid_from = sample::kNoon - hours(24 * 30);
        agreement.grant.kind = GrantKind::always;
        // SP1: a quota a day; SP2: none; SP3: one that is over.
        agreement.grant.quota = {number == 2 ? 0 : 1'000'000'000};
        agreement.grant.quota_period = QuotaPeriod::day;
        if (number == 3) agreement.valid_until = sample::kNoon - hours(1);
        agreement.tariff = {parse_money("0.02", currency).value(), parse_money("0.02", currency).value()};
        CHECK(store.registry().add_agreement(agreement).value().id == AgreementId{number});
      }
    });
  }

  // An order of the minutes before `end`; with `acked` bytes acknowledged at `at` where that is not 0.
  // `stock`: sent to a stock client, which acknowledges nothing.
  void order(int number, TimeMs end, std::int64_t limit, std::int64_t acked = 0, std::optional<TimeMs> at = {},
             int agreement = 1, bool stock = false) {
    const OrderPlan plan{.number = number,
                         .source_isp = IspId{agreement},
                         .agreement = AgreementId{agreement},
                         .byte_limit = limit,
                         .stock = stock,
                         .not_before = end - minutes(10),
                         .not_after = end};
    harness.issue({plan});
    if (acked == 0) return;
    const auto when = at.value_or(end);
    ReceiptPlan receipt;
    receipt.sent = acked;
    receipt.sent_total = acked;
    receipt.acked_total = stock ? 0 : acked;
    receipt.start = when - seconds(1);
    receipt.end = when;
    const auto status = harness.submit_one(sample::receipt_of(plan, receipt));
    REQUIRE(status == protocol::ReceiptStatus::recorded);
  }

  QuotaRestore restore(TimeMs now) {
    QuotaRestore read;
    harness.on_store([&](Store& store) {
      auto result = read_quota_use(store, now);
      REQUIRE_MESSAGE(result, (result ? "" : result.error().message));
      read = *std::move(result);
    });
    return read;
  }

  contract::SqliteEngine engine;
  waybill::test::IngestUnderTest harness{engine.where()};
};

std::vector<OrderId> ids_of(const QuotaRestore& restore) {
  std::vector<OrderId> ids;
  for (const auto& order : restore.orders) ids.push_back(order.order);
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<OrderId> orders(std::initializer_list<int> numbers) {
  std::vector<OrderId> ids;
  for (const int number : numbers) ids.push_back(sample::order_id(number));
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

TEST_CASE("bytes count in the span in which their receipts end, to the byte") {
  Books books;
  books.order(1, kMidnight + seconds(30), 100, 10, kMidnight - DurationMs{1});  // yesterday
  books.order(2, kMidnight + seconds(30), 100, 20, kMidnight);                  // the first of today
  books.order(3, sample::kNoon, 100, 40);                                       // today
  books.order(4, kNextMidnight, 100, 80, kNextMidnight - DurationMs{1});        // the last of today
  books.order(5, kNextMidnight, 1000, 160, kNextMidnight);                      // a clock that is ahead: tomorrow
  books.order(6, sample::kNoon, 100, 77, {}, 2);                                // another ISP's
  const auto restored = books.restore(kNextMidnight - minutes(1));
  REQUIRE(restored.use.size() == 1);  // SP2 has no quota, SP3's agreement is over
  CHECK(restored.use[0].agreement == AgreementId{1});
  CHECK(restored.use[0].acked == ByteCount{20 + 40 + 80});
  CHECK(restored.use[0].acked_next == ByteCount{160});
  CHECK(restored.use[0].span_start == kMidnight);
  const auto tomorrow = books.restore(kNextMidnight);
  REQUIRE(tomorrow.use.size() == 1);
  CHECK(tomorrow.use[0].acked == ByteCount{160});
  CHECK(tomorrow.use[0].acked_next == ByteCount{0});
}

TEST_CASE("what was sent to stock clients counts, and what may still be sent to them is reserved") {
  Books books;
  books.order(1, sample::kNoon, 100, 40);
  books.order(2, sample::kNoon, 100, 30, {}, 1, true);
  books.order(3, sample::kNoon, 100, 100, {}, 1, true);           // all of it
  books.order(4, kNextMidnight, 100, 7, kNextMidnight, 1, true);  // a clock that is ahead
  books.order(5, sample::kNoon, 100, 5, {}, 2, true);             // another ISP's
  const auto restored = books.restore(sample::kNoon + minutes(1));
  REQUIRE(restored.use.size() == 1);
  CHECK(restored.use[0].acked == ByteCount{40 + 30 + 100});
  CHECK(restored.use[0].acked_next == ByteCount{7});
  CHECK(ids_of(restored) == orders({1, 2, 4}));
  for (const auto& order : restored.orders) {
    if (order.order == sample::order_id(2)) CHECK(order.acked == AckedBytes{30});
  }
}

TEST_CASE("every order of the span with bytes that may still be acknowledged is reserved, however long ago it ended") {
  Books books;
  const auto tolerance = protocol::kClockTolerance;
  books.order(1, kMidnight - tolerance - DurationMs{1}, 100, 10);  // no receipt of it can end today
  books.order(2, kMidnight - tolerance, 100, 10);                  // one can, in the day's first instant
  books.order(3, kMidnight + hours(1), 100);                       // its sender went away with all of its receipts
  books.order(4, kMidnight + hours(2), 100, 60);                   // and this one with its last ones
  books.order(5, kMidnight + hours(2), 100, 100);                  // acknowledged whole
  books.order(6, sample::kNoon + minutes(5), 100);                 // live
  books.order(7, sample::kNoon, 100, 0, {}, 2);                    // another ISP's
  const auto restored = books.restore(sample::kNoon);
  CHECK(ids_of(restored) == orders({2, 3, 4, 6}));
  for (const auto& order : restored.orders) {
    CHECK(order.agreement == AgreementId{1});
    CHECK(order.byte_limit == ByteCount{100});
    CHECK(order.sender == sample::key_of("alice").public_key());
    const bool part = order.order == sample::order_id(4) || order.order == sample::order_id(2);
    CHECK(order.acked.value == (order.order == sample::order_id(4) ? 60 : (part ? 10 : 0)));
  }
}

TEST_CASE("a ledger restored from the books reserves what the one before the restart did") {
  const QuotaSpan span{kMidnight, kNextMidnight};
  Books books;
  QuotaLedger before, after;
  before.begin_span(span);
  after.begin_span(span);
  const auto sender = sample::key_of("alice").public_key();
  std::int64_t total = 0;
  for (int number = 1; number <= 20; ++number) {
    const auto end = kMidnight + minutes(15 * number);
    const std::int64_t acked = number % 3 == 0 ? 0 : number * 10;
    before.reserve(sample::order_id(number), sender, {200}, end);
    books.order(number, end, 200, acked);
    before.record({sample::order_id(number), AgreementId{1}, {acked}, {acked}, end});
    total += acked;
  }
  const auto restored = books.restore(sample::kNoon);
  const auto& use = restored.use.at(0);
  after.restore(SpanUse{use.acked, use.acked_next, use.span_start});
  for (const auto& order : restored.orders) after.restore(order, sample::kNoon);
  CHECK(after.acked() == ByteCount{total});
  CHECK(after.acked() == before.acked());
  CHECK(after.used() == before.used());
}

TEST_CASE(
    "for byte policies every ISP's order that may still be acknowledged in the window comes back, with its path") {
  Books books;
  books.order(1, sample::kNoon - hours(3), 100, 10);          // long over: its sender would have told
  books.order(2, sample::kNoon - minutes(30), 100, 10);       // its last receipts may be on their way
  books.order(3, sample::kNoon + minutes(5), 100, 0, {}, 2);  // live, of an ISP without a quota
  books.order(4, sample::kNoon - minutes(10), 100, 100);      // acknowledged whole
  CapacityPolicy policy;
  policy.id = {1};
  policy.bytes = {1000};
  policy.valid_from = sample::kNoon - hours(24 * 30);
  policy.window = PolicyWindow::day;
  const auto read = [&](const CapacityPolicy& of) {
    std::vector<UnsettledTransfer> found;
    books.harness.on_store([&](Store& store) {
      auto result = read_unsettled_transfers(store, {of}, sample::kNoon);
      REQUIRE_MESSAGE(result, (result ? "" : result.error().message));
      found = *std::move(result);
    });
    return found;
  };
  const auto found = read(policy);
  std::vector<OrderId> ids;
  for (const auto& transfer : found) ids.push_back(transfer.facts.id);
  std::sort(ids.begin(), ids.end());
  CHECK(ids == orders({2, 3}));
  for (const auto& transfer : found) {
    const bool told = transfer.facts.id == sample::order_id(2);
    CHECK(transfer.acked.value == (told ? 10 : 0));
    CHECK((transfer.path != nullptr) == told);
  }
  // The window began after the order could be acknowledged.
  policy.valid_from = sample::kNoon - minutes(5);
  CHECK(read(policy).size() == 1);
  policy.bytes = {};
  policy.rate = {100'000};
  CHECK(read(policy).empty());
}

TEST_CASE("a byte policy on an ISP counts from its beginning on, to the receipt, also within a quarter of an hour") {
  Books books;
  const auto from = sample::kNoon + minutes(5);  // the quarter began at noon
  books.order(1, from, 1000, 100, from - DurationMs{1});
  books.order(2, from + minutes(1), 1000, 20, from);
  books.order(3, from + minutes(2), 1000, 3, from + minutes(2), 2);  // another ISP's
  books.order(4, sample::kNoon + minutes(20), 1000, 4, sample::kNoon + minutes(20));
  CapacityPolicy policy;
  policy.id = {1};
  policy.subject = PolicySubject::isp_out;
  policy.isp = {1};
  policy.bytes = {1000};
  policy.valid_from = from;
  policy.window = PolicyWindow::month;
  const auto acked = [&] {
    std::int64_t read = -1;
    books.harness.on_store([&](Store& store) {
      const auto use = read_policy_use(store, {policy}, sample::kNoon + minutes(30));
      REQUIRE_MESSAGE(use, (use ? "" : use.error().message));
      REQUIRE(use->size() == 1);
      read = use->front().acked.value;
    });
    return read;
  };
  CHECK(acked() == 24);
  policy.subject = PolicySubject::everything;
  CHECK(acked() == 27);
  policy.owner = "nobody";
  CHECK(acked() == 0);
  policy.owner.clear();
  policy.content_class = ContentClass::live;
  CHECK(acked() == 0);
}
