#include "common/runtime/worker_thread.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include <fmt/core.h>
#include <pthread.h>

#include "common/types/check.h"

namespace waybill::runtime {

struct WorkerThread::Impl {
  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      arrived.wait(lock, [this] { return finishing || !tasks.empty(); });
      if (tasks.empty()) return;
      {
        const auto task = std::move(tasks.front());
        tasks.pop_front();
        running = true;
        lock.unlock();
        room.notify_one();
        task();
      }  // what the task holds is released before the lock is taken again
      lock.lock();
      running = false;
    }
  }

  std::string name;
  std::size_t limit = 0;
  mutable std::mutex mutex;
  std::condition_variable arrived, room;
  std::deque<std::function<void()>> tasks;
  bool running = false, finishing = false;
  std::thread thread;
};

WorkerThread::WorkerThread(std::string name, std::size_t queue_limit) : impl_(std::make_unique<Impl>()) {
  WAYBILL_ASSERT(queue_limit > 0, "a worker needs room for one task");
  impl_->name = std::move(name);
  impl_->limit = queue_limit;
  impl_->thread = std::thread([impl = impl_.get()] { impl->work(); });
  // Linux keeps 15 characters of a thread's name.
  pthread_setname_np(impl_->thread.native_handle(), impl_->name.substr(0, 15).c_str());
}

WorkerThread::~WorkerThread() {
  WAYBILL_ASSERT(!is_owner(), "a worker cannot wait for its own end");
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->finishing = true;
  }
  impl_->arrived.notify_all();
  impl_->thread.join();
}

Status WorkerThread::post(std::function<void()> task) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->tasks.size() >= impl_->limit) {
      auto text = fmt::format("{} is busy: {} tasks wait already; try again", impl_->name, impl_->limit);
      return tl::make_unexpected(Error{ErrorKind::refused, true, std::move(text)});
    }
    impl_->tasks.push_back(std::move(task));
  }
  impl_->arrived.notify_one();
  return {};
}

void WorkerThread::run_and_wait(std::function<void()> task) {
  WAYBILL_ASSERT(!is_owner(), "a worker cannot wait for itself");
  std::mutex mutex;
  std::condition_variable finished;
  bool done = false;
  std::exception_ptr thrown;
  auto wrapped = [&] {
    try {
      task();
    } catch (...) {
      thrown = std::current_exception();  // belongs to the caller, which waits for it
    }
    const std::lock_guard lock(mutex);
    done = true;
    finished.notify_one();
  };
  {
    std::unique_lock lock(impl_->mutex);
    impl_->room.wait(lock, [this] { return impl_->tasks.size() < impl_->limit; });
    impl_->tasks.emplace_back(std::move(wrapped));
  }
  impl_->arrived.notify_one();
  std::unique_lock lock(mutex);
  finished.wait(lock, [&] { return done; });
  if (thrown) std::rethrow_exception(thrown);
}

std::size_t WorkerThread::unfinished() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->tasks.size() + (impl_->running ? 1 : 0);
}

bool WorkerThread::is_owner() const { return std::this_thread::get_id() == impl_->thread.get_id(); }

void WorkerThread::assert_owner() const {
  WAYBILL_ASSERT(is_owner(), "state of a worker thread is touched from another thread");
}

}  // namespace waybill::runtime
