#pragma once
// The thread on which the agent's SQLite stores are used, and the way back to the app's loop.
#include <functional>
#include <memory>

#include "common/runtime/event_loop.h"
#include "common/runtime/worker_thread.h"

namespace waybill::storage {

inline constexpr std::size_t kMaxWaitingCalls = 4096;

class StorageThread {
 public:
  explicit StorageThread(runtime::EventLoop& loop) : loop_(loop), worker_("storage", kMaxWaitingCalls) {}

  // Runs `work` on the thread, then `done(result)` on the app's loop. When the queue is full, `done` gets a transient
  // error at once. `Value` is a Result or Status.
  template <typename Value>
  void call(std::function<Value()> work, std::function<void(Value)> done) {
    auto task = [&loop = loop_, work = std::move(work), done]() mutable {
      auto value = std::make_shared<Value>(work());
      loop.post([value, done = std::move(done)] { done(std::move(*value)); });
    };
    if (auto posted = worker_.post(std::move(task)); !posted) {
      loop_.post([done, error = posted.error()] { done(tl::make_unexpected(error)); });
    }
  }

  // For start and shutdown, where there is nothing else to do meanwhile.
  template <typename Value>
  Value call_and_wait(const std::function<Value()>& work) {
    Value value;
    worker_.run_and_wait([&] { value = work(); });
    return value;
  }

 private:
  runtime::EventLoop& loop_;
  runtime::WorkerThread worker_;
};

}  // namespace waybill::storage
