#include "common/runtime/event_loop.h"

#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace waybill;
using namespace waybill::runtime;

TEST_CASE("posts run in order on the running thread, also from other threads") {
  EventLoop loop("test");
  std::vector<int> seen;
  for (int i = 0; i < 3; ++i) loop.post([&, i] { seen.push_back(i); });
  std::thread other([&] {
    CHECK(loop.is_owner());  // as nobody runs it yet
    loop.post([&] {
      seen.push_back(3);
      loop.stop();
    });
  });
  other.join();
  loop.run();
  CHECK(seen == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE("run() keeps running without work until stop(), and can run again") {
  EventLoop loop("test");
  std::atomic<bool> running{false}, ended{false};
  std::thread runner([&] {
    loop.post([&] { running = true; });
    loop.run();
    ended = true;
  });
  while (!running) std::this_thread::yield();
  CHECK_FALSE(loop.is_owner());
  CHECK_FALSE(ended);
  loop.stop();
  runner.join();
  CHECK(loop.is_owner());
  bool again = false;
  loop.post([&] {
    again = true;
    loop.stop();
  });
  loop.run();
  CHECK(again);
}

TEST_CASE("timers fire in the order of their delays, on the owner thread") {
  EventLoop loop("test");
  std::vector<int> seen;
  const auto later = loop.after(DurationMs{40}, [&] {
    seen.push_back(2);
    loop.stop();
  });
  const auto sooner = loop.after(DurationMs{1}, [&] {
    CHECK(loop.is_owner());
    seen.push_back(1);
  });
  loop.run();
  CHECK(seen == std::vector<int>{1, 2});
}

TEST_CASE("a cancelled, replaced or destroyed timer does not call, even when it has expired already") {
  EventLoop loop("test");
  int calls = 0;
  auto cancelled = loop.after(DurationMs{0}, [&] { ++calls; });
  auto replaced = loop.after(DurationMs{0}, [&] { ++calls; });
  {
    const auto destroyed = loop.after(DurationMs{0}, [&] { ++calls; });
  }
  // All are due; the loop runs this post first.
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  loop.post([&] {
    cancelled.cancel();
    replaced = loop.after(DurationMs{1}, [&] { loop.stop(); });
  });
  loop.run();
  CHECK(calls == 0);
}

TEST_CASE("a timer's task may replace its own timer") {
  EventLoop loop("test");
  Timer timer;
  int calls = 0;
  std::function<void()> again = [&] {
    if (++calls == 5) return loop.stop();
    timer = loop.after(DurationMs{0}, again);
  };
  timer = loop.after(DurationMs{0}, again);
  loop.run();
  CHECK(calls == 5);
}

TEST_CASE("what a pending task holds is released with the loop") {
  const auto held = std::make_shared<int>(1);
  {
    EventLoop loop("test");
    loop.post([held] {});
    auto timer = loop.after(hours(1), [held] {});
    loop.post([held, moved = std::make_shared<Timer>(std::move(timer))] {});
    CHECK(held.use_count() == 4);
  }
  CHECK(held.use_count() == 1);
}

namespace {

// Runs `act` in a child process and returns its wait status; a broken promise shows as a signal or an exit code.
int status_of_child(const std::function<void()>& act) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    // The assertion's line, and what doctest says of a signal, belong to the child's end and not to this report.
    ::close(STDERR_FILENO);
    for (const int number : {SIGABRT, SIGINT, SIGTERM}) ::signal(number, SIG_DFL);
    act();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace

TEST_CASE("a shutdown signal calls the task; a second one ends the process, even a hanging one") {
  const auto once = status_of_child([] {
    EventLoop loop("test");
    loop.on_shutdown_signal([&] { loop.stop(); });
    loop.post([] { ::raise(SIGTERM); });
    loop.run();
    ::_exit(7);
  });
  REQUIRE(WIFEXITED(once));
  CHECK(WEXITSTATUS(once) == 7);
  const auto twice = status_of_child([] {
    EventLoop loop("test");
    loop.on_shutdown_signal([] { ::raise(SIGINT); });
    loop.post([] { ::raise(SIGTERM); });
    loop.run();
  });
  REQUIRE(WIFSIGNALED(twice));
  CHECK(WTERMSIG(twice) == SIGINT);
}

TEST_CASE("state touched from another thread ends the process") {
  const auto status = status_of_child([] {
    EventLoop loop("test");
    loop.post([&] { std::thread([&] { loop.assert_owner(); }).join(); });
    loop.run();
  });
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
}
