// The threads that read for the HTTPS API: full queues and stale questions are refused, a failing store is opened
// again.
#include "tracker/api/store_readers.h"

#include <atomic>
#include <condition_variable>
#include <mutex>

#include <doctest/doctest.h>

using namespace waybill;
using namespace waybill::tracker;

namespace {

class Gate {
 public:
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

Result<std::unique_ptr<Store>> no_store() { return fail("the disk is gone"); }

}  // namespace

TEST_CASE("what does not fit into the queues is refused, and what waited too long is not begun") {
  Gate gate;
  std::atomic<int> refused_stale = 0, refused_store = 0;
  int taken = 0;
  {
    runtime::ManualClock clock(TimeMs{1'000'000});
    StoreReaders readers(no_store, clock);
    const auto hold = [&gate](const Result<Store*>&) { gate.wait(); };
    // One for each: whoever runs a question is busy, and the next goes to one that is not.
    for (int i = 0; i < kReaderThreads; ++i) REQUIRE(readers.post(hold));
    const auto count = [&](const Result<Store*>& store) {
      REQUIRE_FALSE(store);
      CHECK(store.error().transient);
      ++(store.error().message.find("at once") != std::string::npos ? refused_stale : refused_store);
    };
    // One more may be taken while the first are being taken up.
    const int most = kReaderThreads * (static_cast<int>(kReaderQueue) + 1);
    while (taken <= most) {
      const auto posted = readers.post(count);
      if (!posted) {
        CHECK(posted.error().transient);
        break;
      }
      ++taken;
    }
    CHECK(taken >= kReaderThreads * (static_cast<int>(kReaderQueue) - 1));
    CHECK(taken <= most);
    clock.advance(kReaderPatience + DurationMs{1});
    gate.open();
  }
  CHECK(refused_stale == taken);
  CHECK(refused_store == 0);
}

TEST_CASE("a store that cannot be opened is an answer, and is opened again with the next question") {
  std::atomic<int> opened = 0, answered = 0;
  {
    const runtime::ManualClock clock(TimeMs{1'000'000});
    StoreReaders readers(
        [&]() -> Result<std::unique_ptr<Store>> {
          ++opened;
          return no_store();
        },
        clock);
    for (int i = 0; i < 6; ++i) {
      REQUIRE(readers.post([&](const Result<Store*>& store) {
        CHECK_FALSE(store);
        CHECK(store.error().message.find("disk") == std::string::npos);  // why is the operator's to read
        ++answered;
      }));
    }
  }
  CHECK(answered == 6);
  CHECK(opened == 6);
}
