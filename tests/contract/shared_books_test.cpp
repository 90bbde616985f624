// Several trackers on one database: what each promises alone, all of them promise together.
#include <atomic>
#include <map>
#include <thread>

#include <doctest/doctest.h>

#include "tests/unit/tracker_ingest/ingest_harness.h"

using namespace waybill;
using namespace waybill::tracker;
using contract::PostgresEngine;
using protocol::ReceiptStatus;

namespace {

constexpr int kOrders = 40;
constexpr int kSequences = 12;  // receipts of each order
constexpr std::int64_t kBytes = 1'000'000;

std::vector<sample::OrderPlan> plan_orders() {
  std::vector<sample::OrderPlan> plans(kOrders);
  for (int number = 0; number < kOrders; ++number) {
    auto& plan = plans[static_cast<std::size_t>(number)];
    plan.number = number;
    plan.sender = "sender " + std::to_string(number % 5);
    plan.receiver = "receiver " + std::to_string(number % 7);
    plan.title = "Film " + std::to_string(number % 3);
    plan.source_isp = {1 + number % 3};
    plan.agreement = {plan.source_isp.value};
  }
  return plans;
}

ByteString receipt_of(const sample::OrderPlan& order, int sequence) {
  sample::ReceiptPlan plan;
  plan.sequence = sequence;
  plan.sent = kBytes;
  plan.sent_total = kBytes * sequence;
  plan.acked_total = plan.sent_total;
  plan.acked_pieces = sequence;
  plan.end = sample::kNoon + seconds(10 * sequence);
  return sample::receipt_of(order, plan);
}

// The receipts of one sequence of every order.
std::vector<ByteString> batch_of(const std::vector<sample::OrderPlan>& orders, int sequence) {
  std::vector<ByteString> batch;
  for (const auto& order : orders) batch.push_back(receipt_of(order, sequence));
  return batch;
}

// As an agent does: until each receipt has a final answer. The answers, try_later left out.
std::vector<ReceiptStatus> submit_until_final(test::IngestUnderTest& tracker, const std::vector<ByteString>& batch) {
  auto statuses = tracker.submit(batch);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    while (protocol::is_transient(statuses[i])) statuses[i] = tracker.submit_one(batch[i]);
  }
  return statuses;
}

// `work` on two threads at once.
template <typename Work>
void at_once(const Work& work) {
  std::atomic<int> ready{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      ++ready;
      while (ready < 2) std::this_thread::yield();
      work(i);
    });
  }
  for (auto& thread : threads) thread.join();
}

std::int64_t acknowledged_bytes(const test::IngestUnderTest& tracker) {
  std::int64_t bytes = 0;
  for (const auto& each : tracker.acknowledged()) bytes += each.acked.value;
  return bytes;
}

void check_no_failure(const test::IngestUnderTest& tracker) {
  for (const auto& failure : tracker.failures()) FAIL_CHECK(failure.message);
}

Isp isp_named(const std::string& name) {
  Isp isp;
  isp.name = name;
  return isp;
}

}  // namespace

TEST_CASE("two trackers fed the same batches at the same time record each receipt once") {
  const PostgresEngine engine;
  test::IngestUnderTest first(engine.where()), second(engine.where());
  test::IngestUnderTest* const trackers[] = {&first, &second};
  const auto orders = plan_orders();
  first.issue(orders);
  std::vector<std::vector<ByteString>> batches;
  for (int sequence = 1; sequence <= kSequences; ++sequence) batches.push_back(batch_of(orders, sequence));
  int recorded[2] = {0, 0};
  at_once([&](int tracker) {
    for (const auto& batch : batches) {
      for (const auto status : submit_until_final(*trackers[tracker], batch)) {
        if (status == ReceiptStatus::recorded) ++recorded[tracker];
        if (!protocol::is_durable(status)) FAIL_CHECK(name_of(status));
      }
    }
  });
  CHECK(recorded[0] + recorded[1] == kOrders * kSequences);
  CHECK(acknowledged_bytes(first) + acknowledged_bytes(second) == kOrders * kSequences * kBytes);
  check_no_failure(first);
  check_no_failure(second);
  for (auto* tracker : trackers) {
    const auto report = tracker->audited();
    CHECK(report.sound());
    CHECK(report.receipts == kOrders * kSequences);
    CHECK(report.acked.value == kOrders * kSequences * kBytes);
  }
}

TEST_CASE("two trackers that share the receipts of one order keep its totals") {
  const PostgresEngine engine;
  test::IngestUnderTest first(engine.where()), second(engine.where());
  test::IngestUnderTest* const trackers[] = {&first, &second};
  const auto orders = plan_orders();
  first.issue(orders);
  int recorded[2] = {0, 0};
  for (int sequence = 1; sequence < kSequences; sequence += 2) {
    const std::vector<ByteString> batches[] = {batch_of(orders, sequence), batch_of(orders, sequence + 1)};
    at_once([&](int tracker) {
      for (const auto status : submit_until_final(*trackers[tracker], batches[tracker])) {
        // The earlier of the two may come second; then its bytes are counted with the later one.
        if (status == ReceiptStatus::recorded) ++recorded[tracker];
        if (status != ReceiptStatus::recorded && status != ReceiptStatus::sequence_superseded) {
          FAIL_CHECK(name_of(status));
        }
      }
    });
  }
  CHECK(recorded[1] == kOrders * kSequences / 2);
  check_no_failure(first);
  check_no_failure(second);
  const auto report = second.audited();
  for (const auto& fault : report.faults) FAIL_CHECK(fault);
  CHECK(report.receipts == recorded[0] + recorded[1]);
  CHECK(report.acked.value == kOrders * kSequences * kBytes);
}

// Nothing in the schema itself keeps agreements from overlapping.
TEST_CASE_TEMPLATE("of two writers that look first and then insert, one sees the other", Engine, WAYBILL_ENGINES) {
  constexpr int kRounds = 40;
  const Engine engine;
  std::vector<Agreement> agreements(kRounds);
  {
    const auto store = open(engine);
    for (int round = 0; round < kRounds; ++round) {
      auto& agreement = agreements[static_cast<std::size_t>(round)];
      agreement.isp = store->registry().add_isp(isp_named("SP" + std::to_string(round)))->id;
      agreement.grant.kind = GrantKind::always;
    }
  }
  std::atomic<int> added{0}, refused{0}, arrived{0};
  at_once([&](int) {
    const auto store = open_store(engine.where(), StoreAccess::read_write);
    for (int round = 0; round < kRounds; ++round) {
      ++arrived;
      while (arrived < 2 * (round + 1)) std::this_thread::yield();  // both begin together
      const auto answer = store.value()->registry().add_agreement(agreements[static_cast<std::size_t>(round)]);
      if (answer) {
        ++added;
      } else if (answer.error().kind == ErrorKind::refused) {
        ++refused;
      }
    }
  });
  CHECK(added == kRounds);
  CHECK(refused == kRounds);
}

TEST_CASE("trackers that start at the same time on an empty database make the books once") {
  const PostgresEngine engine;
  std::atomic<int> opened{0};
  at_once([&](int number) {
    const auto store = open_store(engine.where(), StoreAccess::create);
    if (!store) return;
    if (store.value()->registry().add_isp(isp_named("SP" + std::to_string(number)))) ++opened;
  });
  CHECK(opened == 2);
  CHECK(open(engine)->registry().isps()->size() == 2);
}

TEST_CASE_TEMPLATE("another process's changes to the registry are seen by their version", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  const auto mine = open(engine), theirs = open(engine, StoreAccess::read_write);
  auto before = mine->registry().registry_version().value();
  const auto changed = [&] { return std::exchange(before, mine->registry().registry_version().value()) < before; };
  CHECK_FALSE(changed());
  const auto isp = theirs->registry().add_isp(isp_named("SP1"));
  REQUIRE(isp);
  CHECK(changed());
  Agreement agreement;
  agreement.isp = isp->id;
  agreement.grant.kind = GrantKind::always;
  agreement = theirs->registry().add_agreement(agreement).value();
  CHECK(changed());
  CHECK(mine->registry().agreements()->size() == 1);
  REQUIRE(theirs->registry().end_agreement(agreement.id, sample::kNoon));
  CHECK(changed());
  REQUIRE(theirs->registry().enroll_agent({sample::key_of("alice").public_key(), {}, "alice", sample::kNoon}));
  CHECK(changed());
  CHECK_FALSE(changed());
}
