#pragma once
// Carries receipts from the outbox to the tracker: oldest first, one batch at a time, until the tracker says that each
// is durable or refused for good. Lives on the app's loop.
#include <functional>
#include <memory>
#include <vector>

#include "agent/receipts/outbox_store.h"
#include "agent/storage/storage_thread.h"
#include "common/net/http_client.h"
#include "common/runtime/clock.h"
#include "common/runtime/event_loop.h"
#include "common/runtime/random.h"

namespace waybill::receipts {

inline constexpr DurationMs kFirstUploadDelay{500};  // after the first failure; doubles
inline constexpr DurationMs kLongestUploadDelay = seconds(30);

// What the tracker's answer to a batch comes to. A status that this version does not know counts as try_later: a
// receipt is given up only for a reason that can be named.
struct UploadOutcome {
  std::vector<SettledReceipt> settled;
  std::int64_t durable = 0, refused = 0, later = 0;
};
Result<UploadOutcome> judge_answer(const std::vector<OutgoingReceipt>& batch, const net::HttpResponse& response);

class ReceiptUploader {
 public:
  struct Needs {
    runtime::EventLoop& loop;
    const runtime::Clock& clock;
    runtime::Random& random;  // jitter
    storage::StorageThread& storage;
    OutboxStore& store;
    net::Url tracker;
    net::ClientOptions connection;  // with the pin
  };
  explicit ReceiptUploader(Needs needs);
  ~ReceiptUploader();

  void wake();       // something waits; after a failure the next attempt keeps its time
  void retry_now();  // the tracker is reachable again: do not sit out the delay
  bool idle() const { return !busy_ && failures_ == 0; }
  const std::string& trouble() const { return trouble_; }  // why the last attempt failed; empty after a success
  std::int64_t uploaded() const { return uploaded_; }      // durable at the tracker, in this life

 private:
  using Batch = std::shared_ptr<const std::vector<OutgoingReceipt>>;

  void next_batch();
  void upload(Batch batch);
  void answered(const Batch& batch, Result<net::HttpResponse> response);
  void settle(UploadOutcome outcome);
  void failed(const std::string& why);

  Needs needs_;
  std::unique_ptr<net::HttpConnection> connection_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for answers that arrive after the end
  bool busy_ = false;
  bool more_ = false;  // woken while busy
  int failures_ = 0;   // in a row
  std::int64_t uploaded_ = 0;
  std::string trouble_;
  runtime::Timer retry_;
};

}  // namespace waybill::receipts
