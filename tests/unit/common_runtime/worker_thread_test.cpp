#include "common/runtime/worker_thread.h"

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace waybill;
using namespace waybill::runtime;

TEST_CASE("tasks run in order on the worker's thread, all of them before it ends") {
  std::vector<int> seen;
  {
    WorkerThread worker("test", 1000);
    CHECK_FALSE(worker.is_owner());
    for (int i = 0; i < 500; ++i) {
      REQUIRE(worker.post([&, i] {
        if (worker.is_owner()) seen.push_back(i);
      }));
    }
  }
  REQUIRE(seen.size() == 500);
  for (int i = 0; i < 500; ++i) CHECK(seen[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("a full queue refuses, transiently, and takes tasks again when there is room") {
  WorkerThread worker("disk", 2);
  std::promise<void> gate;
  std::promise<void> started;
  REQUIRE(worker.post([&] {
    started.set_value();
    gate.get_future().wait();
  }));
  started.get_future().wait();  // so that it does not wait in the queue
  CHECK(worker.unfinished() == 1);
  std::atomic<int> done{0};
  REQUIRE(worker.post([&] { ++done; }));
  REQUIRE(worker.post([&] { ++done; }));
  CHECK(worker.unfinished() == 3);
  const auto refused = worker.post([&] { ++done; });
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::refused);
  CHECK(refused.error().transient);
  CHECK(refused.error().message.find("disk") != std::string::npos);
  gate.set_value();
  worker.run_and_wait([&] { CHECK(done == 2); });
  CHECK(worker.post([&] { ++done; }));
  worker.run_and_wait([] {});
  CHECK(done == 3);
}

TEST_CASE("run_and_wait waits for room, for the end, and hands on what the task throws") {
  WorkerThread worker("test", 1);
  std::atomic<int> done{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int round = 0; round < 100; ++round) worker.run_and_wait([&] { ++done; });
    });
  }
  for (auto& caller : callers) caller.join();
  CHECK(done == 400);
  CHECK_THROWS_AS(worker.run_and_wait([] { throw std::runtime_error("full disk"); }), std::runtime_error);
  worker.run_and_wait([&] { ++done; });
  CHECK(done == 401);
}

TEST_CASE("what a task holds is released before the next one runs") {
  WorkerThread worker("test", 10);
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  REQUIRE(worker.post([held = std::move(held)] {}));
  worker.run_and_wait([&] { CHECK(watched.expired()); });
}
