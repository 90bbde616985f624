#include "agent/receipts/receipt_uploader.h"

#include <algorithm>

#include <fmt/core.h>

#include "common/protocol/limits.h"
#include "common/runtime/log.h"

namespace waybill::receipts {

namespace {

// Room in a batch for the bencoding around each envelope.
constexpr std::size_t kBatchEnvelopeBytes = protocol::kMaxBatchBytes - 16 * protocol::kMaxReceiptsPerBatch - 64;

}  // namespace

Result<UploadOutcome> judge_answer(const std::vector<OutgoingReceipt>& batch, const net::HttpResponse& response) {
  if (response.status != 200) {
    return fail_transient(fmt::format("the tracker answered {} to a batch of receipts", response.status));
  }
  auto statuses = protocol::decode_receipt_answer(response.body, batch.size());
  if (!statuses) return pass_on(statuses);
  UploadOutcome outcome;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const int number = (*statuses)[i];
    const auto status = protocol::is_known_receipt_status(number) ? static_cast<protocol::ReceiptStatus>(number)
                                                                  : protocol::ReceiptStatus::try_later;
    outcome.settled.push_back({batch[i].id, status});
    auto& count = protocol::is_durable(status)     ? outcome.durable
                  : protocol::is_transient(status) ? outcome.later
                                                   : outcome.refused;
    count += 1;
  }
  return outcome;
}

ReceiptUploader::ReceiptUploader(Needs needs) : needs_(std::move(needs)) {
  connection_ = net::HttpConnection::create(needs_.loop, needs_.tracker, needs_.connection);
}

ReceiptUploader::~ReceiptUploader() { *alive_ = false; }

void ReceiptUploader::wake() {
  needs_.loop.assert_owner();
  if (busy_) {
    more_ = true;
  } else if (failures_ == 0) {
    next_batch();
  }
}

void ReceiptUploader::retry_now() {
  retry_.cancel();
  failures_ = 0;
  wake();
}

void ReceiptUploader::next_batch() {
  busy_ = true;
  more_ = false;
  auto* store = &needs_.store;
  using Oldest = Result<std::vector<OutgoingReceipt>>;
  needs_.storage.call<Oldest>([store] { return store->oldest(protocol::kMaxReceiptsPerBatch, kBatchEnvelopeBytes); },
                              [this, alive = alive_](Oldest batch) {
                                if (!*alive) return;
                                if (!batch) return failed(batch.error().message);
                                if (batch->empty()) {
                                  busy_ = false;
                                  failures_ = 0;
                                  trouble_.clear();
                                  if (more_) next_batch();
                                  return;
                                }
                                upload(std::make_shared<const std::vector<OutgoingReceipt>>(std::move(*batch)));
                              });
}

void ReceiptUploader::upload(Batch batch) {
  std::vector<ByteString> envelopes;
  for (const auto& receipt : *batch) envelopes.push_back(receipt.envelope);
  net::HttpRequest request;
  request.method = "POST";
  request.target = protocol::kReceiptsPath;
  request.headers["content-type"] = "application/octet-stream";
  request.body = protocol::encode_receipt_batch(envelopes);
  connection_->exchange(std::move(request), [this, alive = alive_, batch](Result<net::HttpResponse> response) {
    if (*alive) answered(batch, std::move(response));
  });
}

void ReceiptUploader::answered(const Batch& batch, Result<net::HttpResponse> response) {
  if (!response) return failed(response.error().message);
  auto outcome = judge_answer(*batch, *response);
  if (!outcome) return failed(outcome.error().message);
  settle(std::move(*outcome));
}

void ReceiptUploader::settle(UploadOutcome outcome) {
  for (const auto& one : outcome.settled) {
    if (protocol::is_durable(one.status) || protocol::is_transient(one.status)) continue;
    WAYBILL_WARN("receipts",
                 "the tracker refused a receipt for good: {}; it is kept in the outbox. order={} sequence={}",
                 protocol::name_of(one.status), one.id.order.brief(), one.id.sequence);
  }
  auto* store = &needs_.store;
  auto facts = std::make_shared<const UploadOutcome>(std::move(outcome));
  needs_.storage.call<Status>([store, facts, now = needs_.clock.now()] { return store->settle(facts->settled, now); },
                              [this, alive = alive_, facts](Status settled) {
                                if (!*alive) return;
                                if (!settled) return failed(settled.error().message);
                                uploaded_ += facts->durable;
                                WAYBILL_INFO("receipts", "receipts uploaded: durable={} refused={} to_try_later={}",
                                             facts->durable, facts->refused, facts->later);
                                if (facts->later > 0) return failed("the tracker could not store some receipts yet");
                                failures_ = 0;
                                trouble_.clear();
                                next_batch();
                              });
}

void ReceiptUploader::failed(const std::string& why) {
  if (trouble_ != why) WAYBILL_WARN("receipts", "receipts wait in the outbox, uploading is tried again: {}", why);
  trouble_ = why;
  busy_ = false;
  const auto longest = std::min(kLongestUploadDelay.value, kFirstUploadDelay.value << std::min(failures_, 10));
  failures_ += 1;
  const auto delay = longest / 2 + static_cast<std::int64_t>(needs_.random.below(longest / 2 + 1));
  retry_ = needs_.loop.after({delay}, [this] { next_batch(); });
}

}  // namespace waybill::receipts
