#include <atomic>
#include <future>

#include <doctest/doctest.h>

#include "common/protocol/limits.h"
#include "tests/unit/tracker_ingest/ingest_harness.h"

using namespace waybill;
using namespace waybill::tracker;
using protocol::ReceiptStatus;
using test::IngestUnderTest;
using Statuses = std::vector<ReceiptStatus>;

namespace {

constexpr std::int64_t kMega = 1'000'000;

// The n-th receipt of an order that goes on at a megabyte a receipt.
sample::ReceiptPlan nth(std::int64_t n) {
  sample::ReceiptPlan plan;
  plan.sequence = n;
  plan.sent_total = n * kMega;
  plan.acked_total = n * kMega;
  plan.acked_pieces = n;
  plan.start = sample::kNoon + seconds(10 * n);
  plan.end = sample::kNoon + seconds(10 * n + 10);
  return plan;
}

std::int64_t acked_of(IngestUnderTest& books, int order) {
  std::int64_t total = 0;
  books.on_store(
      [&](Store& store) { total = store.evidence().order_states({sample::order_id(order)})->at(0).acked_total.value; });
  return total;
}

}  // namespace

TEST_CASE("good receipts are recorded, counted, and reported to the quotas") {
  const contract::SqliteEngine engine;
  IngestUnderTest books(engine.where());
  const sample::OrderPlan plan;
  books.issue({plan});
  CHECK(books.submit({sample::receipt_of(plan, nth(1)), sample::receipt_of(plan, nth(2))}) ==
        Statuses(2, ReceiptStatus::recorded));
  CHECK(books.submit_one(sample::receipt_of(plan, nth(3))) == ReceiptStatus::recorded);
  CHECK(acked_of(books, 1) == 3 * kMega);
  const auto report = books.audited();
  CHECK(report.sound());
  CHECK(report.receipts == 3);
  CHECK(report.acked == AckedBytes{3 * kMega});
  const auto added = books.acknowledged();
  REQUIRE(added.size() == 3);
  CHECK(added[2].agreement == AgreementId{1});
  CHECK(added[2].order == sample::order_id(1));
  CHECK(added[2].acked == AckedBytes{kMega});
  CHECK(added[2].end == nth(3).end);
  books.on_store([](Store& store) {
    AccountQuery query;
    query.client = sample::key_of("bob").public_key();
    CHECK(store.accounts().query(query)->at(0).counters == Counters{{3 * kMega}, {3 * kMega}, 3});
    CHECK(store.accounts().component_sums({.key = "inter-isp-link:SP1>SP2"})->at(0).counters.acked ==
          AckedBytes{3 * kMega});
  });
}

TEST_CASE("an identical retry exists and changes nothing") {
  const contract::SqliteEngine engine;
  IngestUnderTest books(engine.where());
  const sample::OrderPlan plan;
  books.issue({plan});
  const auto first = sample::receipt_of(plan, nth(1));
  const auto second = sample::receipt_of(plan, nth(2));
  CHECK(books.submit({first, first, second}) ==
        Statuses{ReceiptStatus::recorded, ReceiptStatus::exists, ReceiptStatus::recorded});
  const auto before = engine.dump();
  CHECK(books.submit({second, first}) == Statuses(2, ReceiptStatus::exists));
  CHECK(engine.dump() == before);
  CHECK(books.acknowledged().size() == 2);
  books.on_store([](Store& store) { CHECK(store.evidence().refusals({})->empty()); });
}

TEST_CASE("a receipt without an acknowledgement is recorded and counts nothing, until a later one covers it") {
  const contract::SqliteEngine engine;
  IngestUnderTest books(engine.where());
  const sample::OrderPlan plan;
  books.issue({plan});
  auto silent = nth(1);
  silent.acked_total.reset();
  silent.measured = false;
  CHECK(books.submit_one(sample::receipt_of(plan, silent)) == ReceiptStatus::recorded);
  CHECK(books.acknowledged().empty());
  books.on_store([](Store& store) { CHECK(store.accounts().query({})->at(0).counters == Counters{{0}, {kMega}, 1}); });
  CHECK(books.submit_one(sample::receipt_of(plan, nth(2))) == ReceiptStatus::recorded);
  CHECK(books.acknowledged().at(0).acked == AckedBytes{2 * kMega});
  silent = nth(3);  // a silent one after it takes nothing back
  silent.acked_total.reset();
  CHECK(books.submit_one(sample::receipt_of(plan, silent)) == ReceiptStatus::recorded);
  CHECK(acked_of(books, 1) == 2 * kMega);
  CHECK(books.audited().sound());
}

TEST_CASE("what was acknowledged was sent, even where the sender's count fell behind in a crash") {
  const contract::SqliteEngine engine;
  IngestUnderTest books(engine.where());
  const sample::OrderPlan plan;
  books.issue({plan});
  auto behind = nth(1);
  behind.sent = behind.sent_total = kMega / 4;
  CHECK(books.submit_one(sample::receipt_of(plan, behind)) == ReceiptStatus::recorded);
  auto next = nth(2);
  next.sent = kMega / 4;
  next.sent_total = kMega / 2;
  next.acked_total = kMega + 10;
  CHECK(books.submit_one(sample::receipt_of(plan, next)) == ReceiptStatus::recorded);
  books.on_store([](Store& store) {
    const auto counters = store.accounts().query({})->at(0).counters;
    CHECK(counters.acked == AckedBytes{kMega + 10});
    CHECK(counters.unacknowledged() == SentBytes{0});
  });
  CHECK(books.audited().sound());
}

TEST_CASE("many batches at once: each receipt counts once, and the books equal the evidence") {
  const contract::SqliteEngine engine;
  IngestOptions options;
  options.max_group_receipts = 40;  // several groups
  IngestUnderTest books(engine.where(), options);
  constexpr int kOrders = 12, kReceipts = 40;
  std::vector<sample::OrderPlan> plans;
  for (int order = 1; order <= kOrders; ++order) {
    sample::OrderPlan plan;
    plan.number = order;
    plan.sender = "sender " + std::to_string(order % 3);
    plan.source_isp = {1 + order % 3};
    plan.agreement = {order % 4};
    plans.push_back(plan);
  }
  books.issue(plans);
  std::atomic<int> recorded{0}, existing{0}, others{0};
  std::vector<std::future<void>> answered;
  for (int copy = 0; copy < 2; ++copy) {  // two of the same: one of them is told that it exists
    for (const auto& plan : plans) {
      std::vector<ByteString> envelopes;
      for (int n = 1; n <= kReceipts; ++n) envelopes.push_back(sample::receipt_of(plan, nth(n)));
      auto done = std::make_shared<std::promise<void>>();
      answered.push_back(done->get_future());
      books.ingest().submit(protocol::encode_receipt_batch(envelopes), [&, done](BatchAnswer answer) {
        const auto statuses = protocol::decode_receipt_answer(answer.body, kReceipts).value();
        for (const int status : statuses) {
          ++(status == 0 ? recorded : status == 1 ? existing : others);
        }
        done->set_value();
      });
    }
  }
  for (auto& answer : answered) answer.get();
  CHECK(recorded == kOrders * kReceipts);
  CHECK(existing == kOrders * kReceipts);
  CHECK(others == 0);
  const auto report = books.audited();
  CHECK(report.sound());
  CHECK(report.receipts == kOrders * kReceipts);
  CHECK(report.acked == AckedBytes{kOrders * kReceipts * kMega});
}

TEST_CASE("a full queue is told to come back, and what was taken in is still answered") {
  const contract::SqliteEngine engine;
  IngestOptions options;
  options.max_waiting_batches = 1;
  IngestUnderTest books(engine.where(), options);
  const sample::OrderPlan plan;
  books.issue({plan});
  // The store's thread is held until the second batch was refused.
  std::promise<void> hold;
  REQUIRE(books.thread().post([future = hold.get_future().share()] { future.wait(); }));
  std::promise<BatchAnswer> first;
  const auto body = protocol::encode_receipt_batch({sample::receipt_of(plan, nth(1))});
  books.ingest().submit(body, [&](BatchAnswer answer) { first.set_value(std::move(answer)); });
  const auto refused = books.submit_body(body);
  CHECK(refused.outcome == BatchOutcome::busy);
  CHECK_FALSE(refused.body.empty());
  hold.set_value();
  CHECK(first.get_future().get().outcome == BatchOutcome::answered);
  CHECK(books.submit_one(sample::receipt_of(plan, nth(1))) == ReceiptStatus::exists);
}

TEST_CASE("where the store's thread has no room, receipts are to be tried later") {
  const contract::SqliteEngine engine;
  IngestUnderTest books(engine.where());
  const sample::OrderPlan plan;
  books.issue({plan});
  const auto before = engine.dump();
  std::promise<void> hold;
  const auto held = hold.get_future().share();
  // Once it runs it takes nothing more off the queue, so that what is full stays full.
  std::promise<void> running;
  REQUIRE(books.thread().post([&running, held] {
    running.set_value();
    held.wait();
  }));
  running.get_future().wait();
  while (books.thread().post([held] { held.wait(); })) {
  }
  CHECK(books.submit_one(sample::receipt_of(plan, nth(1))) == ReceiptStatus::try_later);
  CHECK(engine.dump() == before);
  hold.set_value();
  books.on_store([](Store&) {});
  CHECK(books.submit_one(sample::receipt_of(plan, nth(1))) == ReceiptStatus::recorded);
}

TEST_CASE("an empty batch is answered") {
  const contract::SqliteEngine engine;
  IngestUnderTest books(engine.where());
  CHECK(books.submit({}).empty());
}
