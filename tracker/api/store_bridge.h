#pragma once
// The bridge between the loop and the thread that owns the store: work goes there, its result comes back to the loop.
#include <functional>
#include <memory>
#include <utility>

#include "common/runtime/event_loop.h"
#include "common/runtime/worker_thread.h"
#include "common/types/check.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

class StoreBridge {
 public:
  StoreBridge(runtime::EventLoop& loop, runtime::WorkerThread& thread) : loop_(loop), thread_(thread) {}

  // On the store's thread.
  void set_store(std::unique_ptr<Store> store) { store_ = std::move(store); }
  Store& store() {
    WAYBILL_ASSERT(store_ != nullptr, "the store is open before anybody uses it");
    return *store_;
  }
  runtime::WorkerThread& thread() { return thread_; }

  // `work` runs on the store's thread; `then` gets its result on the loop. Refused (transient) when the store's queue
  // is full; then neither runs.
  template <typename Work, typename Then>
  Status ask(Work work, Then then) {
    return thread_.post([this, work = std::move(work), then = std::move(then)]() mutable {
      auto result = std::make_shared<decltype(work(store()))>(work(store()));
      loop_.post([result, then = std::move(then)]() mutable { then(std::move(*result)); });
    });
  }

 private:
  runtime::EventLoop& loop_;
  runtime::WorkerThread& thread_;
  std::unique_ptr<Store> store_;
};

}  // namespace waybill::tracker
