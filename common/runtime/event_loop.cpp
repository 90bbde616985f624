#include <csignal>

#include <boost/asio/post.hpp>

#include "common/runtime/event_loop_asio.h"
#include "common/types/check.h"

namespace waybill::runtime {

namespace {

// Marks the calling thread as the loop's owner for as long as it runs the loop, also when a task throws.
class Ownership {
 public:
  explicit Ownership(std::atomic<std::thread::id>& owner) : owner_(owner) {
    auto nobody = std::thread::id{};
    WAYBILL_ASSERT(owner_.compare_exchange_strong(nobody, std::this_thread::get_id()),
                   "two threads run the same event loop");
  }
  ~Ownership() { owner_.store(std::thread::id{}, std::memory_order_release); }
  Ownership(const Ownership&) = delete;
  Ownership& operator=(const Ownership&) = delete;

 private:
  std::atomic<std::thread::id>& owner_;
};

}  // namespace

EventLoop::EventLoop(std::string name) : impl_(std::make_unique<Impl>(std::move(name))) {}

EventLoop::~EventLoop() { assert_owner(); }

void EventLoop::run() {
  const Ownership ownership(impl_->owner);
  impl_->context.run();
  impl_->context.restart();
}

void EventLoop::stop() { impl_->context.stop(); }

void EventLoop::post(std::function<void()> task) { boost::asio::post(impl_->context, std::move(task)); }

void EventLoop::on_shutdown_signal(std::function<void()> task) {
  assert_owner();
  WAYBILL_ASSERT(!impl_->signals, "on_shutdown_signal is called once a loop");
  impl_->signals.emplace(impl_->context, SIGINT, SIGTERM);
  impl_->signals->async_wait([this, task = std::move(task)](const boost::system::error_code& error, int) {
    if (error) return;
    // Gives the signals their default action back, so that the second one ends even a process that hangs.
    boost::system::error_code ignored_because_the_default_is_wanted;
    impl_->signals->clear(ignored_because_the_default_is_wanted);
    task();
  });
}

bool EventLoop::is_owner() const { return impl_->is_owner(); }

void EventLoop::assert_owner() const {
  WAYBILL_ASSERT(is_owner(), "state of an event loop is touched from another thread");
}

const std::string& EventLoop::name() const { return impl_->name; }

}  // namespace waybill::runtime
