// The PostgreSQL server is killed (kill -9) again and again while receipts come in. What was answered as durable is
// there after it, and each receipt counts once.
#include <atomic>
#include <chrono>
#include <thread>

#include <doctest/doctest.h>

#include "common/runtime/random.h"
#include "tests/unit/tracker_ingest/ingest_harness.h"

using namespace waybill;
using namespace waybill::tracker;
using protocol::ReceiptStatus;

namespace {

constexpr int kOrders = 20;
constexpr int kKills = 6;
constexpr int kMostSequences = 2000;  // far more than the kills last
constexpr std::uint64_t kSeed = 20261123;

std::vector<ByteString> batch_of(int sequence) {
  std::vector<ByteString> batch;
  for (int order = 0; order < kOrders; ++order) {
    sample::ReceiptPlan plan;
    plan.sequence = sequence;
    plan.sent = 1000;
    plan.sent_total = 1000 * sequence;
    plan.acked_total = plan.sent_total;
    batch.push_back(sample::receipt_of({.number = order}, plan));
  }
  return batch;
}

// Counts those to be tried later. A final refusal of one fails the test.
bool all_durable(const std::vector<ReceiptStatus>& statuses, int& later) {
  bool all = true;
  for (const auto status : statuses) {
    if (protocol::is_transient(status)) {
      ++later;
      all = false;
    } else if (!protocol::is_durable(status)) {
      FAIL_CHECK(name_of(status));
    }
  }
  return all;
}

}  // namespace

TEST_CASE("a server killed at any moment loses no receipt that was recorded, and counts none twice") {
  contract::PostgresServer server;
  test::IngestUnderTest tracker(server.url());
  std::vector<sample::OrderPlan> orders(kOrders);
  for (int order = 0; order < kOrders; ++order) orders[static_cast<std::size_t>(order)].number = order;
  tracker.issue(orders);
  std::atomic<bool> killing{true};
  int sequence = 0, later = 0;
  std::thread agent([&] {
    while (killing && sequence < kMostSequences) {
      const auto batch = batch_of(++sequence);
      while (!all_durable(tracker.submit(batch), later)) {  // as an agent does: again, until all of them are
      }
    }
  });
  runtime::Random random(kSeed);
  for (int kill = 0; kill < kKills; ++kill) {
    std::this_thread::sleep_for(std::chrono::milliseconds(random.below(400)));
    server.kill();
    server.start();
  }
  killing = false;
  agent.join();
  for (const auto& failure : tracker.failures()) CHECK_MESSAGE(failure.transient, failure.message);
  const auto report = tracker.audited();
  for (const auto& fault : report.faults) FAIL_CHECK(fault);
  CHECK(report.receipts == kOrders * sequence);
  CHECK(report.acked.value == 1000 * kOrders * sequence);
  MESSAGE(kKills << " kills, " << report.receipts << " receipts, " << later << " answered try_later on the way");
}
