#include "agent/cli/agent_app.h"

#include <cstdlib>

#include <fmt/core.h>

#include "agent/cli/agent_app_detail.h"
#include "common/runtime/log.h"

namespace waybill::cli {

namespace {

constexpr DurationMs kTick = seconds(1);
constexpr std::int64_t kNotableClockError = 30'000;  // ms; receipts are refused beyond protocol::kClockTolerance
constexpr std::size_t kMaxFileJobs = 64;

}  // namespace

Result<AppOptions> load_app_options(const StateDirectory& directory, const Settings& settings) {
  AppOptions options;
  options.directory = directory;
  options.settings = settings;
  auto enrollment = control::load_enrollment(directory.enrollment());
  if (!enrollment) return pass_on(enrollment);
  options.enrollment = std::move(*enrollment);
  auto key = crypto::KeyPair::load(directory.key());
  if (!key) return pass_on(key);
  options.key = std::move(*key);
  return options;
}

AgentApp::Impl::Impl(runtime::EventLoop& event_loop, AppOptions app_options, std::function<void(std::string)> on_ended)
    : loop(event_loop), options(std::move(app_options)), ended(std::move(on_ended)), started(clock.now()) {}

AgentApp::Impl::~Impl() {
  // Whoever may still call is stopped before what it calls.
  if (session) session->stop();
  publications.reset();
  files.reset();
  if (engine) engine->stop();
}

Status AgentApp::Impl::open() {
  auto sharing_state = sharing::load_sharing(options.directory.sharing(), options.enrollment.role);
  if (!sharing_state) return pass_on(sharing_state);
  owner_sharing = *sharing_state;
  auto opened_outbox = receipts::OutboxStore::open(options.directory.outbox());
  if (!opened_outbox) return pass_on(opened_outbox);
  outbox = std::move(*opened_outbox);
  auto opened_library = library::LibraryStore::open(options.directory.library());
  if (!opened_library) return pass_on(opened_library);
  library_store = std::move(*opened_library);
  storage = std::make_unique<storage::StorageThread>(loop);

  transfer::TransferOptions transfer_options;
  transfer_options.own_key = options.key;
  transfer_options.tracker_key = options.enrollment.tracker_key;
  transfer_options.listen = options.settings.listen_or_default();
  transfer_options.state_dir = options.directory.transfer();
  transfer_options.low_memory = options.settings.low_memory;
  transfer_options.upload_cap = options.settings.upload_cap;
  transfer_options.utp = options.settings.utp;
  transfer_options.map_port = options.settings.map_port;
  auto started_engine = transfer::TransferEngine::start(
      transfer_options, clock, [this](const transfer::TransferEvent& event) { take(event); }, loop);
  if (!started_engine) return pass_on(started_engine);
  engine = std::move(*started_engine);

  auto accounts =
      storage->call_and_wait<Result<std::vector<receipts::OrderAccount>>>([this] { return outbox->load_accounts(); });
  if (!accounts) return pass_on(accounts);
  auto entries =
      storage->call_and_wait<Result<std::vector<library::LibraryEntry>>>([this] { return library_store->load(); });
  if (!entries) return pass_on(entries);
  assemble();
  // The engine learns of earlier service before the content: a receiver may come back at once.
  for (auto& account : book->begin(std::move(*accounts))) {
    engine->restore_order(account.order, account.receiver, account.sent, account.acknowledgement);
  }
  apply_sharing();
  shelf->begin(std::move(*entries));
  if (options.go_on) downloads->begin();
  uploader->wake();
  session->start();
  tick();
  return {};
}

void AgentApp::Impl::assemble() {
  const auto tell = [this](const protocol::ControlMessage& message) { return tell_tracker(message); };
  const auto background = [this](std::function<void()> work) { in_background(std::move(work)); };
  const auto listen = options.settings.listen_or_default().address;
  const auto source = options.settings.bind.value_or(listen);
  shelf.reset(new library::Shelf({clock, *storage, *library_store, *engine, tell}));
  serving.reset(new ServingDesk({loop, clock, options.key, options.enrollment.tracker_key, source, *engine, tell}));
  book.reset(new receipts::ReceiptBook(
      {loop, clock, options.key, *storage, *outbox, [this](const IpAddress& to) { return serving->path_to(to); },
       [this](const IpAddress& to) { return serving->path_pending(to); }, [this] { uploader->wake(); },
       [this](const std::string&) { apply_sharing(); }}));
  serving->set_book(*book);
  const auto connection = control::tracker_options(options.enrollment, options.settings.bind);
  uploader.reset(new receipts::ReceiptUploader(
      {loop, clock, random, *storage, *outbox, *net::Url::parse(options.enrollment.tracker_url), connection}));
  downloads.reset(new control::DownloadDesk({loop, clock, options.enrollment, options.key, options.settings.bind,
                                             options.settings.ca_file, *shelf, *engine, tell,
                                             [this] { return session->trouble(); }, background}));
  publications.reset(new control::PublishDesk(
      {loop, clock, [this] { return options.enrollment; }, options.key, options.settings.bind, *shelf, background}));
  session.reset(new control::ControlSession(
      {loop, random, options.enrollment, options.key, options.settings.bind, [this] { return hello(); },
       [this](const protocol::ControlMessage& message) { take(message); },
       [](const std::string& reason) { WAYBILL_INFO("control", "disconnected from the tracker: {}", reason); },
       [this](const std::string& line) { ended(line); }}));
}

void AgentApp::Impl::in_background(std::function<void()> work) {
  if (!files) files = std::make_unique<runtime::WorkerThread>("files", kMaxFileJobs);
  if (auto posted = files->post(std::move(work)); !posted) WAYBILL_ERROR("app", "{}", posted.error().message);
}

protocol::SharingState AgentApp::Impl::effective() const {
  return effective_sharing(owner_sharing, options.settings, book->trouble().empty() && !shutting_down);
}

void AgentApp::Impl::apply_sharing() {
  engine->set_sharing(effective());
  tell_tracker(protocol::SharingUpdate{effective()});
}

protocol::Hello AgentApp::Impl::hello() {
  protocol::Hello hello;
  hello.transfer_port = engine->port();
  hello.mapped_port = mapped_port;
  hello.sharing = effective();
  hello.library = shelf->held();
  hello.live_orders = book->live_orders();
  shelf->announced_by_hello();
  return hello;
}

void AgentApp::Impl::welcomed(const protocol::Welcome& message) {
  welcome = message;
  const auto ahead = (clock.now() - message.time).value;
  WAYBILL_INFO("control", "connected to the tracker {} role={} address={} isp={}", options.enrollment.tracker_url,
               protocol::name_of(message.role), message.observed.str(), message.isp.empty() ? "-" : message.isp);
  if (std::abs(ahead) > kNotableClockError) {
    WAYBILL_WARN("control", "this machine's clock is {} s {} the tracker's: set it, or receipts will be refused",
                 std::abs(ahead) / 1000, ahead > 0 ? "ahead of" : "behind");
  }
  if (message.role != options.enrollment.role) {
    options.enrollment.role = message.role;
    if (auto saved = control::save_enrollment(options.directory.enrollment(), options.enrollment); !saved) {
      WAYBILL_WARN("control", "{}", saved.error().message);
    }
    // A CDN node's owner consented by enrolling it.
    if (message.role == protocol::AgentRole::cdn_node && !owner_sharing.consented) {
      owner_sharing = sharing::default_sharing(message.role);
      apply_sharing();
    }
  }
  uploader->retry_now();
  downloads->connected();
}

void AgentApp::Impl::take(const protocol::ControlMessage& message) {
  if (shutting_down) return;
  if (const auto* greeting = std::get_if<protocol::Welcome>(&message)) return welcomed(*greeting);
  if (const auto* serve = std::get_if<protocol::Serve>(&message)) return serving->take(*serve);
  if (const auto* sources = std::get_if<protocol::Sources>(&message)) return downloads->take(*sources);
  if (const auto* refused = std::get_if<protocol::Refused>(&message)) return downloads->take(*refused);
  if (const auto* recorded = std::get_if<protocol::DoneRecorded>(&message)) return downloads->take(*recorded);
  if (const auto* tried = std::get_if<protocol::Reach>(&message)) return take(*tried);
  if (const auto* revoke = std::get_if<protocol::Revoke>(&message)) {
    WAYBILL_INFO("control", "order revoked by the tracker order={} reason={}", revoke->order.brief(),
                 protocol::name_of(revoke->reason));
    engine->revoke(revoke->order, revoke->reason);
    downloads->take_revoked(revoke->order);
  }
}

void AgentApp::Impl::take(const protocol::Reach& tried) {
  reach = tried;
  if (tried.open) return WAYBILL_INFO("control", "port {} is reached from outside", tried.port);
  WAYBILL_WARN("control",
               "port {} is not reached from outside: others are called from here, which fails where both ends are so. "
               "Forward the port at the home gateway, or set map_port = true",
               tried.port);
}

void AgentApp::Impl::take(const transfer::PortForwarded& forwarded) {
  if (forwarded.port == mapped_port) return;
  mapped_port = forwarded.port;
  WAYBILL_INFO("control", "the home gateway forwards its port {} to this agent", mapped_port);
  tell_tracker(protocol::PortMapped{mapped_port});
}

void AgentApp::Impl::take(const transfer::TransferEvent& event) {
  if (const auto* state = std::get_if<transfer::ContentState>(&event)) {
    if (shelf->state_changed(*state) == nullptr) return;
    // Whatever is checked anew may have come to the engine anew, without its twin.
    if (state->phase == transfer::ContentState::Phase::checking) twins.erase(state->content);
    if (state->phase == transfer::ContentState::Phase::complete) ask_for_twin(state->content);
    downloads->take(*state);
    publications->take(*state);
  } else if (const auto* accepted = std::get_if<transfer::OrderAccepted>(&event)) {
    if (accepted->order.order.stock_address) ask_for_twin(accepted->order.order.content);
    serving->take(*accepted);
  } else if (const auto* progress = std::get_if<transfer::ServeProgress>(&event)) {
    serving->take(*progress);
  } else if (const auto* over = std::get_if<transfer::ServeEnded>(&event)) {
    serving->take(*over);
  } else if (const auto* fetched = std::get_if<transfer::FetchProgress>(&event)) {
    downloads->take(*fetched);
  } else if (const auto* failed = std::get_if<transfer::SourceFailed>(&event)) {
    downloads->take(*failed);
  } else if (const auto* fetch_ended = std::get_if<transfer::FetchEnded>(&event)) {
    downloads->take(*fetch_ended);
  } else if (const auto* forwarded = std::get_if<transfer::PortForwarded>(&event)) {
    take(*forwarded);
  }
}

void AgentApp::Impl::tick() {
  serving->tick();
  downloads->tick();
  shelf->announce_changes();
  tick_timer = loop.after(kTick, [this] { tick(); });
}

AgentApp::AgentApp(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AgentApp::~AgentApp() = default;

Result<std::unique_ptr<AgentApp>> AgentApp::start(runtime::EventLoop& loop, AppOptions options,
                                                  std::function<void(std::string)> ended) {
  auto impl = std::make_unique<Impl>(loop, std::move(options), std::move(ended));
  if (auto opened = impl->open(); !opened) return pass_on(opened);
  return std::unique_ptr<AgentApp>(new AgentApp(std::move(impl)));
}

void AgentApp::get(control::GetRequest request, std::shared_ptr<control::DownloadWatcher> watcher) {
  if (request.output.empty() && impl_->options.settings.download_dir) {
    request.folder = *impl_->options.settings.download_dir;
  }
  impl_->downloads->get(std::move(request), std::move(watcher));
}

void AgentApp::publish(control::PublishRequest request, std::shared_ptr<control::PublishWatcher> watcher) {
  impl_->publications->publish(std::move(request), std::move(watcher));
}

Result<protocol::SharingState> AgentApp::share(const sharing::SharingChange& change) {
  auto state = sharing::apply(impl_->owner_sharing, change, impl_->options.enrollment.role);
  if (!state) return state;
  if (auto saved = sharing::save_sharing(impl_->options.directory.sharing(), *state); !saved) return pass_on(saved);
  impl_->owner_sharing = *state;
  impl_->apply_sharing();
  WAYBILL_INFO("sharing", "sharing is {} upload_cap={} upload_slots={}", state->consented ? "on" : "off",
               state->upload_cap.value, state->upload_slots);
  return state;
}

bool AgentApp::settled() const {
  if (!impl_->session->ready()) return true;
  return impl_->downloads->all_recorded() && impl_->uploader->idle();
}

const Settings& AgentApp::settings() const { return impl_->options.settings; }

}  // namespace waybill::cli
