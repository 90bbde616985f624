#include <fmt/core.h>

#include "agent/cli/agent_app.h"
#include "agent/cli/commands.h"
#include "agent/cli/daemon_requests.h"
#include "agent/control/enrollment.h"
#include "common/runtime/log.h"

namespace waybill::cli {

namespace {

// Owns what one run of the daemon needs, and its exit status.
class Daemon {
 public:
  Status start(const Context& context) {
    if (auto enrolled = control::load_enrollment(context.directory.enrollment()); !enrolled) return pass_on(enrolled);
    auto taken = StateLock::take(context.directory);
    if (!taken) return pass_on(taken);
    lock_ = std::move(*taken);
    auto options = load_app_options(context.directory, context.settings);
    if (!options) return pass_on(options);
    const auto who = options->key.public_key().brief();
    auto app = AgentApp::start(loop_, std::move(*options), [this](const std::string& line) { refused(line); });
    if (!app) return pass_on(app);
    app_ = std::move(*app);
    auto server =
        net::LocalServer::start(loop_, context.directory.socket(),
                                [this](const std::string& line, const std::shared_ptr<net::LocalReply>& reply) {
                                  answer_request(*app_, line, reply);
                                });
    if (!server) return pass_on(server);
    server_ = std::move(*server);
    loop_.on_shutdown_signal([this] {
      WAYBILL_INFO("app", "stopping: service ends, the last receipts are kept");
      end();
    });
    WAYBILL_INFO("app", "agent runs agent={} data={}", who, context.directory.root.string());
    return {};
  }

  // The line of a final refusal, or empty.
  std::string run() {
    loop_.run();
    server_.reset();
    app_.reset();
    return final_;
  }

 private:
  void refused(const std::string& line) {
    final_ = line;
    end();
  }
  void end() {
    app_->shut_down([this](const Status& books) {
      if (!books && final_.empty()) final_ = books.error().message;
      loop_.stop();
    });
  }

  std::unique_ptr<StateLock> lock_;
  runtime::EventLoop loop_{"agent"};
  std::unique_ptr<AgentApp> app_;
  std::unique_ptr<net::LocalServer> server_;
  std::string final_;
};

}  // namespace

int run_command(const CommonOptions& common) {
  auto context = open_context(common);
  if (!context) return report("run", context.error(), false);
  runtime::start_logging(context->settings.log_level.value_or(runtime::LogLevel::info));
  Daemon daemon;
  if (auto started = daemon.start(*context); !started) return report("run", started.error(), false);
  if (const auto line = daemon.run(); !line.empty()) return report("run", {ErrorKind::refused, false, line}, false);
  return 0;
}

}  // namespace waybill::cli
