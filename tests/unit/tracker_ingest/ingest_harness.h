#pragma once
// A store on its thread with ingest before it, as the tracker runs them.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/runtime/clock.h"
#include "common/runtime/worker_thread.h"
#include "tests/contract/engines.h"
#include "tests/contract/sample_books.h"
#include "tracker/accounting/audit.h"
#include "tracker/ingest/ingest.h"

namespace waybill::test {

class IngestUnderTest {
 public:
  explicit IngestUnderTest(const std::string& where, tracker::IngestOptions options = {});
  ~IngestUnderTest();

  // Waits for the answer; nothing here waits for longer than the ingest takes.
  tracker::BatchAnswer submit_body(ByteString body);
  std::vector<protocol::ReceiptStatus> submit(const std::vector<ByteString>& envelopes);
  protocol::ReceiptStatus submit_one(const ByteString& envelope) { return submit({envelope}).at(0); }

  void issue(const std::vector<sample::OrderPlan>& plans);
  void on_store(const std::function<void(tracker::Store&)>& work);
  tracker::AuditReport audited();  // with every signature
  std::vector<tracker::NewlyAcknowledged> acknowledged() const { return acknowledged_; }
  std::vector<Error> failures() const { return failures_; }
  tracker::Ingest& ingest() { return *ingest_; }
  runtime::WorkerThread& thread() { return thread_; }

 private:
  runtime::ManualClock clock_{sample::kNoon + hours(2)};
  runtime::WorkerThread thread_{"store", 64};
  std::unique_ptr<tracker::Store> store_;
  // Filled on the store's thread before a batch is answered, read after the answer.
  std::vector<tracker::NewlyAcknowledged> acknowledged_;
  std::vector<Error> failures_;
  std::unique_ptr<tracker::Ingest> ingest_;
};

}  // namespace waybill::test
