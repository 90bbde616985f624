#pragma once
// Alerts inside the serving tracker: a timer on the loop, the engine on the store's thread.
#include <atomic>
#include <memory>

#include "common/runtime/clock.h"
#include "common/runtime/event_loop.h"
#include "tracker/alerts/alert_engine.h"
#include "tracker/alerts/store_measure_source.h"
#include "tracker/api/store_bridge.h"

namespace waybill::tracker {

class AlertService {
 public:
  // After the store is open, on the loop's thread or before the loop runs.
  AlertService(runtime::EventLoop& loop, StoreBridge& bridge, const runtime::Clock& clock);
  // Ends the delivery under way within a second. When the loop no longer runs, before the store's thread ends.
  ~AlertService();

 private:
  void tick_later();

  runtime::EventLoop& loop_;
  StoreBridge& bridge_;
  std::atomic<bool> ticking_ = false;  // a tick waits or runs on the store's thread: one at a time
  std::unique_ptr<StoreMeasureSource> measures_;
  std::unique_ptr<AlertEngine> engine_;  // the store's thread only
  runtime::Timer timer_;
};

}  // namespace waybill::tracker
