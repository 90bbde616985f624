#include "tracker/api/alert_service.h"

namespace waybill::tracker {

AlertService::AlertService(runtime::EventLoop& loop, StoreBridge& bridge, const runtime::Clock& clock)
    : loop_(loop), bridge_(bridge) {
  bridge_.thread().run_and_wait([&] {
    measures_ = std::make_unique<StoreMeasureSource>(bridge_.store());
    const auto post = [&thread = bridge_.thread()](std::function<void()> task) { return thread.post(std::move(task)); };
    engine_ = std::make_unique<AlertEngine>(bridge_.store(), *measures_, clock, make_curl_transport(), post);
  });
  tick_later();
}

AlertService::~AlertService() {
  timer_.cancel();
  bridge_.thread().run_and_wait([&] { engine_.reset(); });  // behind a tick that waits there
}

void AlertService::tick_later() {
  timer_ = loop_.after(seconds(1), [this] {
    if (!ticking_.exchange(true)) {
      const auto posted = bridge_.thread().post([this] {
        engine_->tick();
        ticking_ = false;
      });
      if (!posted) ticking_ = false;  // the store has too much to do: the next second will do
    }
    tick_later();
  });
}

}  // namespace waybill::tracker
