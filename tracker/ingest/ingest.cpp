#include "tracker/ingest/ingest.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "common/protocol/limits.h"
#include "common/types/check.h"
#include "tracker/ingest/batch_detail.h"
#include "tracker/ingest/ingest_caches_detail.h"
#include "tracker/ingest/recorder_detail.h"
#include "tracker/ingest/verification_pool.h"

namespace waybill::tracker {

using protocol::ReceiptStatus;

namespace {

// Small enough that one batch occupies every core, large enough that handing it over costs nothing beside the
// verifications (about 0.2 ms a receipt).
constexpr std::size_t kChunkReceipts = 32;

unsigned thread_count(unsigned wanted) {
  if (wanted > 0) return wanted;
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

struct Ingest::Impl {
  Impl(Store& the_store, runtime::WorkerThread& the_thread, const runtime::Clock& the_clock, IngestCallbacks calls,
       IngestOptions wanted)
      : store(the_store),
        store_thread(the_thread),
        clock(the_clock),
        callbacks(std::move(calls)),
        options(wanted),
        pool(std::make_unique<VerificationPool>(thread_count(wanted.threads))) {}

  bool take_in(std::size_t bytes);
  void open(const std::shared_ptr<Batch>& batch);
  void load_orders(const std::shared_ptr<Batch>& batch, std::vector<OrderId> missing);
  void verify(const std::shared_ptr<Batch>& batch);
  void verify_chunk(Batch& batch, std::size_t first);
  void ready(const std::shared_ptr<Batch>& batch);
  bool group_is_due();
  void schedule_recording();
  void record();
  void try_all_later(const std::vector<std::shared_ptr<Batch>>& batches);
  void answer(Batch& batch, BatchAnswer answer);

  Store& store;
  runtime::WorkerThread& store_thread;
  const runtime::Clock& clock;
  const IngestCallbacks callbacks;
  const IngestOptions options;
  OrderFactsCache orders;
  PathCache paths;
  ObjectIndexCache objects;  // on the store's thread

  std::mutex mutex;
  std::condition_variable all_answered;
  std::deque<std::shared_ptr<Batch>> verified;  // to be recorded
  std::size_t verified_receipts = 0;            // in them
  std::size_t verifying = 0;                    // batches that were taken in and are neither verified nor answered
  bool recording = false;                       // a task on the store's thread takes from `verified`
  std::size_t waiting_batches = 0, waiting_bytes = 0;
  std::size_t unanswered = 0;  // whose `done` has not returned

  std::unique_ptr<VerificationPool> pool;  // last: its threads end before what they use
};

Ingest::Ingest(Store& store, runtime::WorkerThread& store_thread, const runtime::Clock& clock,
               IngestCallbacks callbacks, IngestOptions options)
    : impl_(std::make_unique<Impl>(store, store_thread, clock, std::move(callbacks), options)) {
  WAYBILL_ASSERT(impl_->callbacks.tables, "ingest needs tables to resolve paths by");
}

Ingest::~Ingest() {
  WAYBILL_ASSERT(!impl_->store_thread.is_owner(), "ingest cannot wait for the thread that it ends on");
  std::unique_lock lock(impl_->mutex);
  impl_->all_answered.wait(lock, [this] { return impl_->unanswered == 0 && !impl_->recording; });
}

void Ingest::submit(ByteString body, std::function<void(BatchAnswer)> done) {
  if (body.size() > protocol::kMaxBatchBytes) {
    return done({BatchOutcome::too_large,
                 "a batch of receipts may have " + std::to_string(protocol::kMaxBatchBytes) + " bytes"});
  }
  if (!impl_->take_in(body.size())) return done({BatchOutcome::busy, "too many receipts wait already; try again"});
  auto batch = std::make_shared<Batch>();
  batch->body_bytes = body.size();
  batch->body = std::move(body);
  batch->done = std::move(done);
  impl_->pool->begin([impl = impl_.get(), batch] { impl->open(batch); });
}

bool Ingest::Impl::take_in(std::size_t bytes) {
  const std::lock_guard lock(mutex);
  if (waiting_batches >= options.max_waiting_batches || waiting_bytes + bytes > options.max_waiting_bytes) return false;
  ++waiting_batches;
  ++unanswered;
  ++verifying;
  waiting_bytes += bytes;
  return true;
}

void Ingest::Impl::open(const std::shared_ptr<Batch>& batch) {
  std::string refusal;
  if (!open_batch(*batch, refusal)) return answer(*batch, {BatchOutcome::malformed, refusal});
  std::vector<OrderId> missing;
  std::unordered_set<OrderId> asked;
  for (auto& receipt : batch->receipts) {
    if (!receipt.opened) continue;
    const auto& id = receipt.opened->receipt.id.order;
    receipt.order = orders.find(id);
    if (!receipt.order && asked.insert(id).second) missing.push_back(id);
  }
  if (missing.empty()) return verify(batch);
  load_orders(batch, std::move(missing));
}

void Ingest::Impl::load_orders(const std::shared_ptr<Batch>& batch, std::vector<OrderId> missing) {
  const auto posted = store_thread.post([this, batch, missing = std::move(missing)] {
    auto found = store.evidence().find_orders(missing);
    if (!found) {
      if (callbacks.on_failure) callbacks.on_failure(found.error());
      return try_all_later({batch});
    }
    std::unordered_map<OrderId, std::shared_ptr<const OrderFacts>> loaded;
    for (auto& facts : *found) {
      auto shared = std::make_shared<const OrderFacts>(std::move(facts));
      loaded.emplace(shared->id, shared);
      orders.put(shared);
    }
    for (auto& receipt : batch->receipts) {
      if (!receipt.opened || receipt.order) continue;
      const auto known = loaded.find(receipt.opened->receipt.id.order);
      if (known != loaded.end()) receipt.order = known->second;
    }
    verify(batch);
  });
  if (!posted) try_all_later({batch});
}

void Ingest::Impl::verify(const std::shared_ptr<Batch>& batch) {
  const auto count = batch->receipts.size();
  const auto chunks = (count + kChunkReceipts - 1) / kChunkReceipts;
  if (chunks == 0) return answer(*batch, {BatchOutcome::answered, protocol::encode_receipt_answer({})});
  batch->chunks_left = chunks;
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    pool->finish([this, batch, chunk] {
      verify_chunk(*batch, chunk * kChunkReceipts);
      if (batch->chunks_left.fetch_sub(1) == 1) ready(batch);
    });
  }
}

void Ingest::Impl::verify_chunk(Batch& batch, std::size_t first) {
  const auto tables = callbacks.tables();
  const auto end = std::min(first + kChunkReceipts, batch.receipts.size());
  for (auto i = first; i < end; ++i) {
    auto& receipt = batch.receipts[i];
    if (!receipt.opened) continue;
    if (!receipt.order) {
      receipt.check.status = ReceiptStatus::unknown_order;
      continue;
    }
    receipt.check = check_against_order(*receipt.opened, *receipt.order);
    if (receipt.check.status == ReceiptStatus::recorded) {
      receipt.path = paths.resolve(receipt.opened->receipt.path, *receipt.order, *tables);
    }
  }
}

void Ingest::Impl::ready(const std::shared_ptr<Batch>& batch) {
  {
    const std::lock_guard lock(mutex);
    batch->verified = true;
    --verifying;
    verified.push_back(batch);
    verified_receipts += batch->receipts.size();
    if (!group_is_due()) return;
  }
  schedule_recording();
}

// Under the lock. True: the caller schedules the recording. Nothing waits for long: each batch that is being verified
// comes here, or to answer(), in the end.
bool Ingest::Impl::group_is_due() {
  if (recording || verified.empty()) return false;
  if (verifying > 0 && verified_receipts < options.min_group_receipts) return false;
  recording = true;
  return true;
}

// One task at a time, posted anew for each group, so that the store's other users get their turn in between.
void Ingest::Impl::schedule_recording() {
  if (store_thread.post([this] { record(); })) return;
  std::vector<std::shared_ptr<Batch>> left;
  {
    const std::lock_guard lock(mutex);
    left.assign(verified.begin(), verified.end());
    verified.clear();
    verified_receipts = 0;
    recording = false;
    all_answered.notify_all();
  }
  try_all_later(left);
}

void Ingest::Impl::record() {
  std::vector<std::shared_ptr<Batch>> group;
  {
    const std::lock_guard lock(mutex);
    for (std::size_t receipts = 0; !verified.empty() && receipts < options.max_group_receipts;) {
      receipts += verified.front()->receipts.size();
      verified_receipts -= verified.front()->receipts.size();
      group.push_back(std::move(verified.front()));
      verified.pop_front();
    }
  }
  auto outcome = record_group(store, objects, group, clock.now());
  if (!outcome) {
    if (callbacks.on_failure) callbacks.on_failure(outcome.error());
    try_all_later(group);
  } else {
    if (callbacks.on_acknowledged && !outcome->acknowledged.empty()) callbacks.on_acknowledged(outcome->acknowledged);
    for (std::size_t i = 0; i < group.size(); ++i) {
      std::vector<int> statuses;
      for (const auto status : outcome->statuses[i]) statuses.push_back(static_cast<int>(status));
      answer(*group[i], {BatchOutcome::answered, protocol::encode_receipt_answer(statuses)});
    }
  }
  {
    const std::lock_guard lock(mutex);
    recording = false;
    if (!group_is_due()) return all_answered.notify_all();
  }
  schedule_recording();
}

void Ingest::Impl::try_all_later(const std::vector<std::shared_ptr<Batch>>& batches) {
  for (const auto& batch : batches) {
    const std::vector<int> statuses(batch->receipts.size(), static_cast<int>(ReceiptStatus::try_later));
    answer(*batch, {BatchOutcome::answered, protocol::encode_receipt_answer(statuses)});
  }
}

void Ingest::Impl::answer(Batch& batch, BatchAnswer answer) {
  bool group_due = false;
  {  // the room first: whoever is answered may submit the next one at once
    const std::lock_guard lock(mutex);
    --waiting_batches;
    waiting_bytes -= batch.body_bytes;
    if (!batch.verified) --verifying;
    group_due = group_is_due();
  }
  if (group_due) schedule_recording();
  batch.done(std::move(answer));
  batch.done = nullptr;
  const std::lock_guard lock(mutex);
  --unanswered;
  all_answered.notify_all();
}

}  // namespace waybill::tracker
