#include <boost/asio/steady_timer.hpp>

#include "common/runtime/event_loop_asio.h"
#include "common/types/check.h"

namespace waybill::runtime {

struct Timer::Impl {
  Impl(EventLoop::Impl& owning_loop, std::function<void()> call)
      : loop(owning_loop), timer(owning_loop.context), task(std::move(call)) {}

  EventLoop::Impl& loop;
  boost::asio::steady_timer timer;
  std::function<void()> task;  // empty once it ran or was cancelled
};

Timer::Timer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Timer::Timer(Timer&& other) noexcept = default;

Timer& Timer::operator=(Timer&& other) noexcept {
  if (this == &other) return *this;
  cancel();
  impl_ = std::move(other.impl_);
  return *this;
}

Timer::~Timer() { cancel(); }

void Timer::cancel() {
  const auto impl = std::move(impl_);
  if (!impl || !impl->task) return;
  WAYBILL_ASSERT(impl->loop.is_owner(), "a timer is cancelled from another thread");
  // The expiry may be queued already, which Asio's cancel cannot undo; the empty task makes it harmless.
  const auto dropped = std::exchange(impl->task, nullptr);
  impl->timer.cancel();
}

Timer EventLoop::after(DurationMs delay, std::function<void()> task) {
  assert_owner();
  WAYBILL_ASSERT(task, "a timer needs something to call");
  auto impl = std::make_shared<Timer::Impl>(*impl_, std::move(task));
  impl->timer.expires_after(std::chrono::milliseconds(delay.value));
  impl->timer.async_wait([impl](const boost::system::error_code& error) {
    if (error) return;
    // Moved out first: the task may replace or destroy its own Timer.
    const auto call = std::exchange(impl->task, nullptr);
    if (call) call();
  });
  return Timer(std::move(impl));
}

}  // namespace waybill::runtime
