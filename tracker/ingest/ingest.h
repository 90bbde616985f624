#pragma once
// Takes batches of receipts in, verifies them on all cores, and records the good ones: exactly once, durable before
// they are answered. While one group of batches commits, the next ones are verified.
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "common/protocol/receipt.h"
#include "common/protocol/receipt_status.h"
#include "common/runtime/clock.h"
#include "common/runtime/worker_thread.h"
#include "tracker/paths/path_tables.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

// What a receipt that was recorded for the first time adds to what is billed; for quotas and capacity policies. Of an
// order to a stock client, which nobody acknowledges (facts->unacknowledged): what it adds to the bytes sent.
struct NewlyAcknowledged {
  AgreementId agreement;  // 0: a CDN node served
  OrderId order;
  AckedBytes acked;                          // more than 0
  AckedBytes total;                          // under the order so far, this receipt included
  TimeMs end{};                              // when they count
  std::shared_ptr<const OrderFacts> facts;   // of the order; never null
  std::shared_ptr<const PathToRecord> path;  // as this receipt measured it; never null
};

enum class BatchOutcome {
  answered,   // HTTP 200; body: encode_receipt_answer, one status for each receipt, in order
  malformed,  // HTTP 400; torn, not canonical, or more than kMaxReceiptsPerBatch. Nothing of it was looked at.
  too_large,  // HTTP 413; over kMaxBatchBytes
  busy,       // HTTP 503; the queue is full: the same batch later
};
struct BatchAnswer {
  BatchOutcome outcome = BatchOutcome::answered;
  ByteString body;  // where not answered: one line of text
};

struct IngestOptions {
  unsigned threads = 0;  // that verify; 0: one for each core
  // Batches taken in and not answered yet, by number and by body bytes; in memory they take about four times that.
  std::size_t max_waiting_batches = 256;
  std::size_t max_waiting_bytes = 64 << 20;
  // Recorded in one transaction: more of them share its sync and the index pages that they change, and the other users
  // of the store wait longer. While further batches are being verified, a group waits for the lower number.
  std::size_t min_group_receipts = 2000;
  std::size_t max_group_receipts = 8000;
};

struct IngestCallbacks {
  // The tables that resolve paths, never null. Called on the verifying threads.
  std::function<std::shared_ptr<const PathTables>()> tables;
  // After each commit, on the store's thread. May be empty.
  std::function<void(const std::vector<NewlyAcknowledged>&)> on_acknowledged;
  // The store failed; the receipts concerned were answered try_later. On the store's thread. May be empty.
  std::function<void(const Error&)> on_failure;
};

class Ingest {
 public:
  // `store` was opened on `store_thread`, which must outlive this.
  Ingest(Store& store, runtime::WorkerThread& store_thread, const runtime::Clock& clock, IngestCallbacks callbacks,
         IngestOptions options = {});
  ~Ingest();  // answers what was submitted first. Not on the store's thread.
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;

  // From any thread. `done` is called exactly once, on any thread, possibly before this returns: post from it.
  void submit(ByteString body, std::function<void(BatchAnswer)> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace waybill::tracker
