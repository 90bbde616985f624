#include "agent/transfer/transfer_engine.h"

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <thread>

#include "agent/transfer/torrent_file_libtorrent.h"
#include "agent/transfer/transfer_core_libtorrent.h"
#include "common/runtime/event_loop_asio.h"
#include "common/runtime/log.h"

namespace waybill::transfer {

namespace {

// Carries events to the app's loop, until the app has stopped the engine.
struct EventPipe {
  std::function<void(TransferEvent)> sink;
  runtime::EventLoop& main;
  std::atomic<bool> open{true};
};

constexpr auto kListenTimeout = std::chrono::seconds(10);

}  // namespace

struct TransferEngine::Impl {
  Impl(TransferOptions options, const runtime::Clock& clock, std::shared_ptr<EventPipe> events)
      : pipe(std::move(events)),
        core(std::make_unique<TransferCore>(std::move(options), clock, loop, [pipe = pipe](TransferEvent event) {
          pipe->main.post([pipe, event = std::move(event)]() mutable {
            if (pipe->open) pipe->sink(std::move(event));
          });
        })) {}

  void run();
  void stop();
  // Runs `task` on the owner thread, unless the engine is stopping.
  void command(std::function<void(TransferCore&)> task) {
    loop.post([this, task = std::move(task)] {
      if (!core->closed() && !core->stopping()) task(*core);
    });
  }

  std::shared_ptr<EventPipe> pipe;
  runtime::EventLoop loop{"transfer"};
  std::unique_ptr<TransferCore> core;
  std::uint16_t port = 0;
  std::thread thread;
  std::mutex stopping;
};

void TransferEngine::Impl::run() {
  loop.run();
  // What libtorrent has begun it must finish: its disk threads, its sockets. Out of work, the context returns at once.
  loop.impl().keep_running.reset();
  loop.impl().context.run_for(std::chrono::milliseconds(kStopTimeout.value - 2000));
  core->finish();
  core.reset();
}

void TransferEngine::Impl::stop() {
  const std::lock_guard once(stopping);
  if (!thread.joinable()) return;
  loop.post([this] {
    if (core->closed()) return loop.stop();
    core->close([this] { loop.stop(); });
  });
  thread.join();
  pipe->open = false;
}

TransferEngine::TransferEngine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

TransferEngine::~TransferEngine() { stop(); }

Result<std::unique_ptr<TransferEngine>> TransferEngine::start(TransferOptions options, const runtime::Clock& clock,
                                                              std::function<void(TransferEvent)> sink,
                                                              runtime::EventLoop& main) {
  std::error_code error;
  std::filesystem::create_directories(options.state_dir, error);
  if (error) return fail("cannot create " + options.state_dir.string() + ": " + error.message());
  std::filesystem::permissions(options.state_dir, std::filesystem::perms::owner_all, error);
  if (error) return fail("cannot use " + options.state_dir.string() + ": " + error.message());

  auto pipe = std::make_shared<EventPipe>(std::move(sink), main);
  auto impl = std::make_unique<Impl>(std::move(options), clock, pipe);
  auto opened = std::make_shared<std::promise<Result<std::uint16_t>>>();
  auto port = opened->get_future();
  impl->loop.post([raw = impl.get(), opened] {
    raw->core->open([opened](Result<std::uint16_t> result) { opened->set_value(std::move(result)); });
  });
  impl->thread = std::thread([raw = impl.get()] { raw->run(); });
  std::unique_ptr<TransferEngine> engine(new TransferEngine(std::move(impl)));
  if (port.wait_for(kListenTimeout) != std::future_status::ready) {
    return fail("libtorrent did not begin to listen within ten seconds");
  }
  auto listening = port.get();
  if (!listening) return pass_on(listening);
  engine->impl_->port = *listening;
  return engine;
}

std::uint16_t TransferEngine::port() const { return impl_->port; }

Result<ContentId> TransferEngine::add_content(ByteString torrent, std::filesystem::path path, ContentMode mode) {
  auto info = parse_torrent(torrent);
  if (!info) return pass_on(info);
  if (path.filename().empty()) return refuse("a content needs a file name: " + path.string());
  auto facts = facts_of(**info);
  const auto id = facts.content;
  auto content = std::make_shared<Content>(std::move(facts), std::move(*info), std::filesystem::absolute(path), mode);
  impl_->command([content](TransferCore& core) { core.shelf().add(content); });
  return id;
}

void TransferEngine::add_twin(ContentId content, ByteString twin) {
  impl_->command([content, twin = std::move(twin)](TransferCore& core) { core.shelf().add_twin(content, twin); });
}

void TransferEngine::remove_content(ContentId content, bool delete_data) {
  impl_->command([=](TransferCore& core) { core.shelf().remove(content, delete_data); });
}

void TransferEngine::set_sequential(ContentId content, bool sequential) {
  impl_->command([=](TransferCore& core) { core.shelf().set_sequential(content, sequential); });
}

void TransferEngine::add_serve_order(protocol::SignedOrder order, IpAddress receiver, std::optional<Call> call) {
  impl_->command([=](TransferCore& core) { core.serving().push(order, receiver, call); });
}

void TransferEngine::restore_order(protocol::SignedOrder order, IpAddress receiver, SentBytes sent,
                                   ByteString acknowledgement) {
  impl_->command([=](TransferCore& core) { core.serving().restore(order, receiver, sent, acknowledgement); });
}

void TransferEngine::add_source(protocol::SignedOrder order, Endpoint source, protocol::Dial dial) {
  impl_->command([=](TransferCore& core) { core.fetching().add_source(order, source, dial); });
}

void TransferEngine::revoke(OrderId order, protocol::Refusal why) {
  impl_->command([=](TransferCore& core) {
    core.fetching().revoke(order, why);
    core.serving().revoke(order, why);
  });
}

void TransferEngine::set_sharing(protocol::SharingState sharing) {
  impl_->command([=](TransferCore& core) { core.set_sharing(sharing); });
}

void TransferEngine::read_counters(std::function<void(TransferCounters)> callback) {
  impl_->command([pipe = impl_->pipe, callback = std::move(callback)](TransferCore& core) {
    pipe->main.post([pipe, callback, counters = core.counters()] {
      if (pipe->open) callback(counters);
    });
  });
}

void TransferEngine::stop() {
  if (impl_) impl_->stop();
}

}  // namespace waybill::transfer
