#include "tracker/api/store_readers.h"

#include <algorithm>

#include "common/runtime/log.h"

namespace waybill::tracker {

struct StoreReaders::Reader {
  explicit Reader(OpenStore open_store) : open(std::move(open_store)) {}

  Result<Store*> ready() {
    if (!store) {
      auto opened = open();
      if (!opened) {
        WAYBILL_ERROR("api", "the books cannot be read: {}", opened.error().message);
        return fail_transient("the books cannot be read now");
      }
      store = std::move(*opened);
    }
    return store.get();
  }

  OpenStore open;
  std::unique_ptr<Store> store;
  runtime::WorkerThread thread{"reader", kReaderQueue};  // the last member: its end comes before the store's
};

StoreReaders::StoreReaders(OpenStore open, const runtime::Clock& clock) : clock_(clock) {
  for (int i = 0; i < kReaderThreads; ++i) readers_.push_back(std::make_unique<Reader>(open));
}

StoreReaders::~StoreReaders() = default;

Status StoreReaders::post(Work work) {
  const auto least = std::min_element(readers_.begin(), readers_.end(), [](const auto& a, const auto& b) {
    return a->thread.unfinished() < b->thread.unfinished();
  });
  auto& reader = **least;
  return reader.thread.post([&reader, work = std::move(work), &clock = clock_, asked = clock_.monotonic()] {
    if (clock.monotonic().value - asked.value > kReaderPatience.value) {
      return work(fail_transient("too much is asked at once"));
    }
    work(reader.ready());
  });
}

}  // namespace waybill::tracker
