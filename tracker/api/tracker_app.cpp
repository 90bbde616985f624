#include "tracker/api/tracker_app.h"

#include <atomic>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "common/net/http_server.h"
#include "common/net/local_socket.h"
#include "common/protocol/limits.h"
#include "common/runtime/log.h"
#include "tracker/api/alert_service.h"
#include "tracker/api/announce_service.h"
#include "tracker/api/control_desk.h"
#include "tracker/api/http_routes.h"
#include "tracker/api/live_commands.h"
#include "tracker/api/openapi_text.h"
#include "tracker/api/policy_view.h"
#include "tracker/api/quota_restore.h"
#include "tracker/api/registry_watch.h"
#include "tracker/api/report_service.h"
#include "tracker/api/rest_service.h"
#include "tracker/ingest/ingest.h"

namespace waybill::tracker {

namespace {

// Tasks that may wait for the store. Beyond it, HTTP requests are answered 503 and orders are not issued.
constexpr std::size_t kStoreQueue = 4096;
constexpr std::size_t kMaxAnnounceConnections = 4096;

// Everything that was read on the store's thread before serving.
struct StartState {
  std::shared_ptr<const RegistryView> registry;
  std::vector<EnrolledAgent> agents;
  QuotaRestore quotas;
  std::vector<UnsettledTransfer> unsettled;
};

int http_status(BatchOutcome outcome) {
  switch (outcome) {
    case BatchOutcome::answered:
      return 200;
    case BatchOutcome::malformed:
      return 400;
    case BatchOutcome::too_large:
      return 413;
    case BatchOutcome::busy:
      return 503;
  }
  return 500;
}

Result<StartState> read_start_state(Store& store, TimeMs now, const std::filesystem::path& data) {
  StartState state;
  auto registry = read_registry_view(store, now, data);
  if (!registry) return tl::make_unexpected(registry.error());
  state.registry = std::move(*registry);
  auto agents = store.registry().agents();
  if (!agents) return tl::make_unexpected(agents.error());
  state.agents = std::move(*agents);
  auto quotas = read_quota_use(store, now);
  if (!quotas) return tl::make_unexpected(quotas.error());
  state.quotas = std::move(*quotas);
  auto unsettled = read_unsettled_transfers(store, state.registry->policies, now);
  if (!unsettled) return tl::make_unexpected(unsettled.error());
  state.unsettled = std::move(*unsettled);
  return state;
}

class TrackerApp {
 public:
  explicit TrackerApp(ServeOptions options)
      : options_(std::move(options)),
        loop_("tracker"),
        store_thread_(std::make_unique<runtime::WorkerThread>("store", kStoreQueue)),
        bridge_(loop_, *store_thread_) {}

  Status start();
  void run() { loop_.run(); }
  ~TrackerApp();

 private:
  Result<StartState> open_store();
  void start_ingest();
  void submit_receipts(ByteString batch, HttpRoutes::AnswerReceipts answer);
  void use_registry(std::shared_ptr<const RegistryView> registry);
  void start_rest();
  Status start_servers();
  Status start_announces();
  // `work` on the store's thread makes an answer (administration.h), `then` gets it here, when what it changed of the
  // registry is in use.
  Status change(std::function<std::string(Store&)> work, std::function<void(std::string answer)> then);
  void local_request(const std::string& request, std::shared_ptr<net::LocalReply> reply);

  ServeOptions options_;
  runtime::SystemClock clock_;
  runtime::EventLoop loop_;
  std::unique_ptr<runtime::WorkerThread> store_thread_;
  StoreBridge bridge_;
  std::atomic<std::shared_ptr<const PathTables>> tables_;
  std::unique_ptr<ControlDesk> desk_;
  std::unique_ptr<Ingest> ingest_;
  std::unique_ptr<AlertService> alerts_;
  std::unique_ptr<ReportService> reports_;
  std::shared_ptr<const RegistryView> registry_;  // the one in use
  std::unique_ptr<RegistryWatch> watch_;
  std::unique_ptr<HttpRoutes> routes_;
  std::unique_ptr<RestService> rest_;
  std::unique_ptr<AnnounceService> announces_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<net::HttpServer> announce_server_;  // null: stock clients are not served
  std::unique_ptr<net::LocalServer> local_server_;
};

Result<StartState> TrackerApp::open_store() {
  Result<StartState> state;
  store_thread_->run_and_wait([&] {
    auto store = options_.open_store();
    if (!store) {
      state = tl::make_unexpected(store.error());
      return;
    }
    bridge_.set_store(std::move(*store));
    state = read_start_state(bridge_.store(), clock_.now(), options_.data);
  });
  return state;
}

Status TrackerApp::start() {
  auto state = open_store();
  if (!state) return tl::make_unexpected(state.error());
  desk_ = std::make_unique<ControlDesk>(options_.key, clock_, loop_, bridge_, options_.cdn_price);
  use_registry(state->registry);
  desk_->restore(std::move(state->agents), state->quotas.use, state->quotas.orders, state->unsettled);
  start_ingest();
  alerts_ = std::make_unique<AlertService>(loop_, bridge_, clock_);
  reports_ = std::make_unique<ReportService>(loop_, bridge_, clock_,
                                             ReportService::Asking{options_.open_report_reader, options_.ask_as_of});
  watch_ = std::make_unique<RegistryWatch>(
      loop_, bridge_, clock_, options_.data, [this] { return registry_; },
      [this](std::shared_ptr<const RegistryView> registry) { use_registry(std::move(registry)); });
  return start_servers();
}

Status TrackerApp::start_servers() {
  routes_ = std::make_unique<HttpRoutes>(
      options_.key.public_key(), clock_, bridge_, *desk_,
      [this](ByteString batch, auto answer) { submit_receipts(std::move(batch), std::move(answer)); },
      [this](std::shared_ptr<const RegistryView> registry) { use_registry(std::move(registry)); }, options_.data);
  start_rest();
  net::HttpServerOptions http;
  http.listen = options_.listen;
  http.identity = net::TlsServerIdentity{options_.key};
  http.max_body_bytes = protocol::kMaxTorrentBytes;
  http.max_message_bytes = protocol::kMaxControlMessageBytes;
  net::HttpServer::Handlers handlers;
  handlers.on_request = [this](net::HttpRequest request, net::Respond respond) {
    if (RestService::is_api(request.path())) return rest_->handle(request, respond);
    if (announces_ && is_announce_path(request.path())) return announces_->handle(request, std::move(respond));
    routes_->handle(std::move(request), std::move(respond));
  };
  handlers.accepts_web_socket = [](const net::HttpRequest& request) {
    return request.path() == protocol::kControlPath;
  };
  handlers.on_web_socket = [this](std::shared_ptr<net::WebSocket> socket, const net::HttpRequest&) {
    desk_->accept(std::move(socket));
  };
  auto server = net::HttpServer::start(loop_, http, std::move(handlers));
  if (!server) return tl::make_unexpected(server.error());
  server_ = std::move(*server);
  if (auto announcing = start_announces(); !announcing) return announcing;
  auto local = net::LocalServer::start(loop_, options_.data / "tracker.sock",
                                       [this](std::string request, std::shared_ptr<net::LocalReply> reply) {
                                         local_request(request, std::move(reply));
                                       });
  if (!local) return tl::make_unexpected(local.error());
  local_server_ = std::move(*local);
  loop_.on_shutdown_signal([this] {
    WAYBILL_INFO("tracker", "ending: a signal asked for it");
    loop_.stop();
  });
  std::printf("ready: https://%s\n", server_->local().str().c_str());
  std::fflush(stdout);
  WAYBILL_INFO("tracker", "serving address={} isps={} contents={}", server_->local().str(),
               desk_->registry().isps.size(), desk_->registry().contents.size());
  return {};
}

Status TrackerApp::start_announces() {
  if (!options_.announce_listen) return {};
  announces_ = std::make_unique<AnnounceService>(loop_, clock_, bridge_, *desk_, options_.announce_url);
  net::HttpServerOptions http;
  http.listen = *options_.announce_listen;
  http.max_connections = kMaxAnnounceConnections;
  http.max_body_bytes = 0;
  net::HttpServer::Handlers handlers;
  handlers.on_request = [this](net::HttpRequest request, net::Respond respond) {
    announces_->handle(request, std::move(respond));
  };
  handlers.accepts_web_socket = [](const net::HttpRequest&) { return false; };
  auto server = net::HttpServer::start(loop_, http, std::move(handlers));
  if (!server) return pass_on(server.error(), "announce-listen");
  announce_server_ = std::move(*server);
  WAYBILL_INFO("tracker", "stock clients announce at {} as {}", announce_server_->local().str(), options_.announce_url);
  return {};
}

void TrackerApp::local_request(const std::string& request, std::shared_ptr<net::LocalReply> reply) {
  const auto send = [reply](std::string answer) {
    auto parsed = nlohmann::json::parse(answer, nullptr, false);
    parsed["done"] = true;  // the local socket's mark of the last line
    reply->send(parsed.dump());
  };
  if (auto live = answer_live_command(*desk_, request, clock_.now())) return send(std::move(*live));
  // The last reference must go on the loop, so the store's thread holds none.
  const auto tell = [this, weak = std::weak_ptr(reply)](std::string line) {
    loop_.post([weak, line = std::move(line)] {
      if (const auto waiting = weak.lock()) waiting->send(line);
    });
  };
  const auto asked =
      change([this, request, tell](Store& store) { return options_.administer(store, request, tell); }, send);
  if (!asked) send(nlohmann::json{{"ok", false}, {"error", asked.error().message}, {"exit", 1}}.dump());
}

Status TrackerApp::change(std::function<std::string(Store&)> work, std::function<void(std::string answer)> then) {
  struct Changed {
    std::string answer;
    std::shared_ptr<const RegistryView> registry;  // set where it changed
  };
  const auto on_store = [this, work = std::move(work)](Store& store) -> Changed {
    Changed done{work(store), nullptr};
    const auto answer = nlohmann::json::parse(done.answer, nullptr, false);
    if (!answer.is_object() || !answer.value("registry_changed", false)) return done;
    const auto added = [&](const char* what) { return answer.contains("result") && answer["result"].contains(what); };
    const bool ask_books = added("policy") || added("agreement");
    auto view = read_registry_view(store, ask_books ? std::optional(clock_.now()) : std::nullopt, options_.data);
    if (view) {
      done.registry = std::move(*view);
    } else {
      WAYBILL_ERROR("tracker", "the registry changed but could not be read again: {}", view.error().message);
    }
    return done;
  };
  return bridge_.ask(on_store, [this, then = std::move(then)](Changed done) {
    if (done.registry) use_registry(std::move(done.registry));
    then(std::move(done.answer));
  });
}

void TrackerApp::start_rest() {
  RestParts parts;
  parts.administer = [this](Store& store, const std::string& request) {
    return options_.administer(store, request, nullptr);
  };
  parts.csv = options_.csv;
  parts.open_reader = options_.open_reader;
  parts.change = [this](auto work, auto then) { return change(std::move(work), std::move(then)); };
  parts.live = [this](const std::string& request) { return answer_live_command(*desk_, request, clock_.now()); };
  parts.openapi = kOpenApiText;
  // Who only reads cannot make the secret of parties' pseudonyms: it is made before anybody asks, once for these books.
  store_thread_->run_and_wait(
      [this] { options_.administer(bridge_.store(), R"({"command": "pseudonyms"})", nullptr); });
  rest_ = std::make_unique<RestService>(loop_, clock_, std::move(parts));
}

void TrackerApp::start_ingest() {
  IngestCallbacks callbacks;
  callbacks.tables = [this] { return tables_.load(); };
  callbacks.on_acknowledged = [this](const std::vector<NewlyAcknowledged>& acknowledged) {
    std::vector<RecordedBytes> recorded;
    recorded.reserve(acknowledged.size());
    for (const auto& each : acknowledged) {
      recorded.push_back({each.order, each.agreement, each.total, each.acked, each.end, each.facts, each.path});
    }
    loop_.post([this, recorded = std::move(recorded)] { desk_->receipts_recorded(recorded); });
  };
  callbacks.on_failure = [](const Error& error) {
    WAYBILL_ERROR("ingest", "receipts not recorded, their senders will retry: {}", error.message);
  };
  store_thread_->run_and_wait(
      [&] { ingest_ = std::make_unique<Ingest>(bridge_.store(), *store_thread_, clock_, std::move(callbacks)); });
}

// From any thread.
void TrackerApp::submit_receipts(ByteString batch, HttpRoutes::AnswerReceipts answer) {
  ingest_->submit(std::move(batch), [this, answer = std::move(answer)](BatchAnswer done) {
    loop_.post([answer, done = std::move(done)]() mutable { answer(http_status(done.outcome), std::move(done.body)); });
  });
}

void TrackerApp::use_registry(std::shared_ptr<const RegistryView> registry) {
  for (const auto& problem : registry->networks->problems) WAYBILL_ERROR("tracker", "not in use: {}", problem);
  // The ingest reads the tables on its own threads: they live as long as somebody resolves with them.
  tables_.store(std::shared_ptr<const PathTables>(registry, &registry->paths));
  registry_ = registry;
  desk_->registry_changed(std::move(registry));
  if (announces_) announces_->registry_changed();
}

TrackerApp::~TrackerApp() {
  // Doors first; then the ingest finishes what it took in; then the store's thread ends, and with it the store.
  local_server_.reset();
  announce_server_.reset();
  server_.reset();
  announces_.reset();
  rest_.reset();
  ingest_.reset();
  watch_.reset();
  reports_.reset();
  alerts_.reset();
  store_thread_.reset();
}

}  // namespace

int serve_tracker(ServeOptions options) {
  TrackerApp app(std::move(options));
  if (const auto started = app.start(); !started) {
    std::fprintf(stderr, "waybill-tracker: %s\n", started.error().message.c_str());
    return 1;
  }
  app.run();
  return 0;
}

}  // namespace waybill::tracker
