#include "tracker/ingest/verification_pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include <pthread.h>

#include "common/types/check.h"

namespace waybill::tracker {

struct VerificationPool::Impl {
  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      arrived.wait(lock, [this] { return ending || !to_finish.empty() || !to_begin.empty(); });
      auto& queue = to_finish.empty() ? to_begin : to_finish;
      if (queue.empty()) return;
      {
        const auto task = std::move(queue.front());
        queue.pop_front();
        lock.unlock();
        task();
      }  // what the task holds is released before the lock is taken again
      lock.lock();
    }
  }
  void add(std::deque<std::function<void()>>& queue, std::function<void()> task) {
    {
      const std::lock_guard lock(mutex);
      queue.push_back(std::move(task));
    }
    arrived.notify_one();
  }

  std::mutex mutex;
  std::condition_variable arrived;
  std::deque<std::function<void()>> to_begin, to_finish;
  bool ending = false;
  std::vector<std::thread> threads;
};

VerificationPool::VerificationPool(unsigned threads) : impl_(std::make_unique<Impl>()) {
  WAYBILL_ASSERT(threads > 0, "nobody would verify");
  for (unsigned i = 0; i < threads; ++i) {
    impl_->threads.emplace_back([impl = impl_.get()] { impl->work(); });
    pthread_setname_np(impl_->threads.back().native_handle(), ("verify-" + std::to_string(i)).c_str());
  }
}

VerificationPool::~VerificationPool() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->ending = true;
  }
  impl_->arrived.notify_all();
  for (auto& thread : impl_->threads) thread.join();
}

void VerificationPool::begin(std::function<void()> task) { impl_->add(impl_->to_begin, std::move(task)); }
void VerificationPool::finish(std::function<void()> task) { impl_->add(impl_->to_finish, std::move(task)); }
unsigned VerificationPool::threads() const { return static_cast<unsigned>(impl_->threads.size()); }

}  // namespace waybill::tracker
