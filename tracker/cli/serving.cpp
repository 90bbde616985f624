#include <cstdio>
#include <thread>

#include <fmt/format.h>

#include "tracker/api/store_readers.h"
#include "tracker/api/tracker_app.h"
#include "tracker/cli/administration.h"
#include "tracker/cli/answer_text_json.h"
#include "tracker/cli/command_execution_json.h"
#include "tracker/cli/settings.h"
#include "tracker/reports/text_table.h"
#include "tracker/store/patient_reader.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

namespace {

// A command that another process runs on the books is done within this; a second tracker never is.
constexpr std::chrono::seconds kLockPatience{15};
constexpr std::chrono::milliseconds kLockPause{50};

Result<DataLock> take_lock(const DataDirectory& directory) {
  const auto deadline = std::chrono::steady_clock::now() + kLockPatience;
  while (true) {
    auto lock = DataLock::try_take(directory);
    if (!lock) return pass_on(lock);
    if (*lock) return std::move(**lock);
    if (std::chrono::steady_clock::now() >= deadline) {
      return refuse(fmt::format("another process works on {}: is a tracker running there?", directory.path.string()));
    }
    std::this_thread::sleep_for(kLockPause);
  }
}

Result<Settings> choose_settings(const DataDirectory& directory, const nlohmann::json& arguments) {
  auto settings = read_settings(directory);
  if (!settings) return pass_on(settings);
  if (arguments.contains("listen")) {
    const auto listen = Endpoint::parse(arguments.at("listen").get<std::string>());
    if (!listen) return pass_on(listen.error(), "--listen");
    if (settings->public_port == settings->listen.port) settings->public_port = listen->port;
    settings->listen = *listen;
  }
  if (arguments.contains("log_level")) {
    const auto level = runtime::parse_log_level(arguments.at("log_level").get<std::string>());
    if (!level) return pass_on(level.error(), "--log-level");
    settings->log_level = *level;
  }
  return settings;
}

// --store: made where it holds nothing; goes into tracker.conf once it is known to open.
Status use_named_store(const DataDirectory& directory, const std::string& store) {
  if (store.empty()) return {};
  if (auto opened = open_store(directory.store(store), StoreAccess::create); !opened) return pass_on(opened);
  return keep_store(directory, store);
}

Result<std::string> answer_as_csv(const std::string& command, const std::string& answer) {
  Invocation invocation;
  invocation.command = command;
  invocation.format = OutputFormat::csv;
  return answer_text(invocation, nlohmann::json::parse(answer));
}

Result<int> serve(const Invocation& invocation) {
  auto directory = find_data_directory(invocation.data);
  if (!directory) return pass_on(directory);
  auto key = crypto::KeyPair::load(directory->key());
  if (!key) return pass_on(key);
  const auto lock = take_lock(*directory);
  if (!lock) return tl::make_unexpected(lock.error());
  if (auto used = use_named_store(*directory, invocation.arguments.value("store", "")); !used) return pass_on(used);
  const auto settings = choose_settings(*directory, invocation.arguments);
  if (!settings) return tl::make_unexpected(settings.error());
  runtime::start_logging(settings->log_level);
  ServeOptions options;
  options.data = directory->path;
  options.listen = settings->listen;
  options.key = *key;
  options.cdn_price = settings->cdn_price;
  options.announce_listen = settings->announce_listen;
  options.announce_url = settings->announce_url;
  options.open_store = [where = settings->store] { return open_store(where, StoreAccess::read_write); };
  options.open_reader = [where = settings->store] { return open_patient_reader(where, kReaderPatience); };
  options.csv = answer_as_csv;
  options.administer = [key = *key, settings = *settings, data = directory->path](
                           Store& store, const std::string& request, const ServeOptions::Tell& tell) {
    static const runtime::SystemClock clock;
    AdministrationContext context{store, clock, key, settings.public_host, settings.public_port, settings.announce_url};
    context.data = data;
    if (tell) context.tell_progress = [&tell](const WorkDone& work) { tell(progress_json(work)); };
    return execute_text(context, request);
  };
  options.open_report_reader = [where = settings->store] { return open_store(where, StoreAccess::read_only); };
  options.ask_as_of = [key = *key, settings = *settings, data = directory->path](
                          Store& store, const std::string& request, TimeMs at) {
    const runtime::ManualClock clock(at);
    AdministrationContext context{store, clock, key, settings.public_host, settings.public_port, settings.announce_url};
    context.data = data;
    return execute_text(context, request);
  };
  return serve_tracker(std::move(options));
}

}  // namespace

int run_server(const Invocation& invocation) {
  const auto status = serve(invocation);
  if (status) return *status;
  std::fprintf(stderr, "waybill-tracker: %s\n", printable(status.error().message).c_str());
  return refusal_status(status.error().message);
}

}  // namespace waybill::tracker
