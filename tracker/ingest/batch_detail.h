#pragma once
// A batch on its way through ingest. It is touched by one stage at a time; in the verifying stage, each receipt by one
// thread.
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "tracker/ingest/ingest.h"
#include "tracker/ingest/receipt_checks.h"

namespace waybill::tracker {

struct ReceiptInFlight {
  ByteString envelope;
  std::optional<protocol::OpenedReceipt> opened;  // absent: malformed or too large
  std::shared_ptr<const OrderFacts> order;        // null: unknown
  OrderCheck check;
  std::shared_ptr<const PathToRecord> path;  // where check.status is recorded
};

struct Batch {
  ByteString body;
  std::size_t body_bytes = 0;
  std::vector<ReceiptInFlight> receipts;
  std::atomic<std::size_t> chunks_left{0};
  bool verified = false;  // it waits to be recorded, or is
  std::function<void(BatchAnswer)> done;
};

// Reads each receipt of the batch, without looking at signatures. False: the batch itself is malformed; `refusal` says
// how.
bool open_batch(Batch& batch, std::string& refusal);

}  // namespace waybill::tracker
