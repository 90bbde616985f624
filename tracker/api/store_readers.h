#pragma once
// Threads that read the books for the HTTPS API, each with a read-only store of its own: a long report holds up neither
// the loop nor the thread that stores receipts. Created and asked on the loop; work and stores live on the threads.
#include <functional>
#include <memory>
#include <vector>

#include "common/runtime/clock.h"
#include "common/runtime/worker_thread.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

// Questions that may wait for a thread; more are refused.
inline constexpr std::size_t kReaderQueue = 32;
inline constexpr int kReaderThreads = 2;
// What has waited so long is not begun, and what runs so long is given up (store/patient_reader.h).
inline constexpr DurationMs kReaderPatience = seconds(20);

class StoreReaders {
 public:
  using OpenStore = std::function<Result<std::unique_ptr<Store>>()>;
  // With the store, or with why there is none now (always transient).
  using Work = std::function<void(Result<Store*>)>;

  StoreReaders(OpenStore open, const runtime::Clock& clock);
  ~StoreReaders();  // what is queued is done first
  // `work` runs on one of the threads. Refused (transient) when all are busy and their queues full; then it never runs.
  Status post(Work work);

 private:
  struct Reader;
  std::vector<std::unique_ptr<Reader>> readers_;
  const runtime::Clock& clock_;
};

}  // namespace waybill::tracker
