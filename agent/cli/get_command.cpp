#include <csignal>
#include <cstring>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "agent/cli/agent_app.h"
#include "agent/cli/commands.h"
#include "agent/cli/download_json.h"
#include "agent/cli/progress_bar.h"
#include "common/net/local_socket.h"
#include "common/protocol/utf8.h"
#include "common/runtime/log.h"

namespace waybill::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr DurationMs kRecordTimeout = seconds(10);  // for the tracker to record the delivery and the receipts
constexpr DurationMs kPoll{50};
constexpr std::size_t kLongestPath = 4096;

Result<control::GetRequest> make_request(const GetOptions& options, const Settings& settings) {
  control::GetRequest request;
  request.url = options.url;
  std::error_code error;
  request.folder = std::filesystem::current_path(error);
  if (error) return fail(fmt::format("the current folder cannot be used: {}", error.message()));
  if (!options.output.empty()) request.output = (request.folder / options.output).lexically_normal();
  request.ca_file = settings.ca_file;
  for (const auto& path : {request.folder.string(), request.output.string(), request.ca_file.string()}) {
    if (path.size() > kLongestPath || !protocol::is_printable_utf8(path)) {
      return refuse("file names must be printable UTF-8: name another place with -o");
    }
  }
  request.sequential = options.sequential;
  request.force = options.force;
  return request;
}

void leave_resumable(int) {
  static const char kLine[] = "\nwaybill-agent get: interrupted; the same command goes on where this one stopped\n";
  if (::write(STDERR_FILENO, kLine, sizeof kLine - 1) < 0) ::_exit(1);
  ::_exit(1);
}

// Through the running agent. Nothing where none runs.
std::optional<int> get_by_daemon(const Context& context, const control::GetRequest& request, ProgressPrinter& printer) {
  const Json line{{"command", "get"},
                  {"url", request.url},
                  {"folder", request.folder.string()},
                  {"output", request.output.string()},
                  {"ca_file", request.ca_file.string()},
                  {"sequential", request.sequential},
                  {"force", request.force}};
  int status = 1;
  bool answered = false;
  const auto asked = net::local_request(
      context.directory.socket(), line.dump(-1, ' ', false, Json::error_handler_t::replace),
      [&](const std::string& text) {
        if (!answered) std::signal(SIGINT, leave_resumable);
        answered = true;
        const auto answer = Json::parse(text, nullptr, false);
        if (!answer.is_object()) return true;
        if (!answer.value("done", false)) {
          printer.progressed(parse_download_facts(answer));
          return true;
        }
        status = answer.value("ok", false)
                     ? printer.ended(parse_download_facts(answer))
                     : printer.failed({ErrorKind::failed, false, answer.value("error", "the agent gave no reason")});
        return false;
      });
  if (asked) return status;
  if (asked.error().transient && !answered) return std::nullopt;
  return printer.failed({ErrorKind::failed, false,
                         fmt::format("the running agent went away ({}): the download goes on when it runs again",
                                     asked.error().message)});
}

// One agent for the time of one download.
class SingleDownload final : public control::DownloadWatcher {
 public:
  SingleDownload(ProgressPrinter& printer, runtime::EventLoop& loop) : printer_(printer), loop_(loop) {}

  bool gone() const override { return gone_; }
  void progressed(const control::DownloadView& view) override { printer_.progressed(view); }
  void ended(const Result<control::DownloadView>& result) override {
    status_ = printer_.ended(result);
    deadline_ = clock_.monotonic() + kRecordTimeout;
    ended_ = true;
    wait_until_settled();
  }

  void begin(AgentApp& app) { app_ = &app; }
  void refused(const std::string& line) {
    if (ended_) return;
    status_ = printer_.failed({ErrorKind::refused, false, line});
    leave();
  }
  void interrupted() {
    if (!ended_)
      status_ =
          printer_.failed({ErrorKind::failed, false, "interrupted; the same command goes on where this one stopped"});
    leave();
  }
  int status() const { return status_; }

 private:
  // What was delivered and served is told before the agent ends; what cannot be told is durable, and told next time.
  void wait_until_settled() {
    if (app_->settled() || clock_.monotonic() >= deadline_) return leave();
    poll_ = loop_.after(kPoll, [this] { wait_until_settled(); });
  }
  void leave() {
    if (gone_) return;
    gone_ = true;
    app_->shut_down([this](const Status&) { loop_.stop(); });
  }

  ProgressPrinter& printer_;
  runtime::EventLoop& loop_;
  runtime::SystemClock clock_;
  AgentApp* app_ = nullptr;
  int status_ = 1;
  bool gone_ = false, ended_ = false;
  DurationMs deadline_{};
  runtime::Timer poll_;
};

int get_by_itself(const Context& context, const control::GetRequest& request, ProgressPrinter& printer) {
  runtime::start_logging(context.settings.log_level.value_or(runtime::LogLevel::error));
  if (!std::filesystem::exists(context.directory.enrollment())) {
    return printer.failed(control::load_enrollment(context.directory.enrollment()).error());
  }
  auto lock = StateLock::take(context.directory);
  if (!lock) return printer.failed(lock.error());
  auto options = load_app_options(context.directory, context.settings);
  if (!options) return printer.failed(options.error());
  options->go_on = false;
  runtime::EventLoop loop("agent");
  auto download = std::make_shared<SingleDownload>(printer, loop);
  auto app = AgentApp::start(loop, std::move(*options), [&](const std::string& line) { download->refused(line); });
  if (!app) return printer.failed(app.error());
  download->begin(**app);
  const bool shares = (*app)->sharing_facts().value("in_force", false);
  printer.introduce(shares ? "no agent is running: this one shares only while the download lasts"
                           : "no agent is running: this one lasts as long as the download");
  loop.on_shutdown_signal([download] { download->interrupted(); });
  (*app)->get(request, download);
  loop.run();
  app->reset();
  return download->status();
}

}  // namespace

int get_command(const CommonOptions& common, const GetOptions& options) {
  ProgressPrinter printer(choose_style(common.json, options.quiet), "get");
  auto context = open_context(common);
  if (!context) return printer.failed(context.error());
  auto request = make_request(options, context->settings);
  if (!request) return printer.failed(request.error());
  if (const auto status = get_by_daemon(*context, *request, printer)) return *status;
  return get_by_itself(*context, *request, printer);
}

}  // namespace waybill::cli
