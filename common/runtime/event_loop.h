#pragma once
// One owner thread: an Asio io_context behind a small face, so that Boost stays out of our headers. State that belongs
// to a loop is touched only on its thread (assert_owner); everybody else posts.
#include <functional>
#include <memory>
#include <string>

#include "common/types/units.h"

namespace waybill::runtime {

// A pending call; destroying or cancel()ing it on the loop's thread makes sure that the call will not run.
class Timer {
 public:
  Timer() = default;
  Timer(Timer&&) noexcept;
  Timer& operator=(Timer&&) noexcept;
  ~Timer();
  void cancel();

  struct Impl;
  explicit Timer(std::shared_ptr<Impl> impl);

 private:
  std::shared_ptr<Impl> impl_;
};

class EventLoop {
 public:
  explicit EventLoop(std::string name);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void run();  // runs on the calling thread, which becomes the owner, until stop()
  void
  stop();  // from any thread; run() returns soon after. What was posted waits for the next run() or dies with the loop
  void post(std::function<void()> task);                                    // from any thread
  [[nodiscard]] Timer after(DurationMs delay, std::function<void()> task);  // owner thread only
  // SIGINT and SIGTERM call `task` once on the loop; a second signal ends the process at once.
  void on_shutdown_signal(std::function<void()> task);

  bool is_owner() const;  // true on the thread inside run(), and on every thread while none is
  void assert_owner() const;
  const std::string& name() const;

  struct Impl;  // event_loop_asio.h shows the io_context to the .cpp files that need it
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace waybill::runtime
