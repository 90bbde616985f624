// How an AgentApp ends (agent_app.h): service first, then the books, then the engine.
#include "agent/cli/agent_app_detail.h"
#include "common/runtime/log.h"

namespace waybill::cli {

namespace {

constexpr DurationMs kServiceEndTimeout{transfer::kFarewellTimeout.value + 1000};
constexpr DurationMs kUploadTimeout = seconds(3);
constexpr DurationMs kPoll{50};

}  // namespace

void AgentApp::shut_down(std::function<void(Status)> done) {
  auto& app = *impl_;
  app.loop.assert_owner();
  if (app.shutting_down) return;
  app.shutting_down = true;
  app.shut_down_done = std::move(done);
  app.downloads->sweep();
  app.apply_sharing();  // ends every order: each receiver is refused by name and the tracker directs it elsewhere
  app.wait_for_service_end(app.clock.now() + kServiceEndTimeout);
}

void AgentApp::Impl::wait_for_service_end(TimeMs deadline) {
  if (!serving->serving().empty() && clock.now() < deadline) {
    shutdown_timer = loop.after(kPoll, [this, deadline] { wait_for_service_end(deadline); });
    return;
  }
  auto closed = book->close();
  if (!closed) {
    WAYBILL_ERROR("receipts", "the last receipts could not be kept: {}", closed.error().message);
    return finish(closed);
  }
  uploader->wake();
  wait_for_upload(clock.now() + kUploadTimeout);
}

void AgentApp::Impl::wait_for_upload(TimeMs deadline) {
  const bool tracker_answers = session->ready() || session->refused();
  if (tracker_answers && !uploader->idle() && clock.now() < deadline) {
    shutdown_timer = loop.after(kPoll, [this, deadline] { wait_for_upload(deadline); });
    return;
  }
  finish({});
}

void AgentApp::Impl::finish(Status books) {
  tick_timer.cancel();
  session->stop();
  engine->stop();
  shut_down_done(std::move(books));
}

}  // namespace waybill::cli
