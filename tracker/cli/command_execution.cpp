#include <thread>

#include <fmt/format.h>

#include "common/net/local_socket.h"
#include "tracker/cli/administration.h"
#include "tracker/cli/command_execution_json.h"
#include "tracker/cli/commands/network_files_json.h"
#include "tracker/cli/log_file_import.h"
#include "tracker/cli/progress_line.h"
#include "tracker/cli/settings.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

// How long a command waits for another one, or for a tracker that is starting, to let go of the books.
constexpr std::chrono::seconds kLockPatience{15};
constexpr std::chrono::milliseconds kLockPause{50};

json failure(const std::string& error, int exit_status = 1) {
  return {{"ok", false}, {"error", error}, {"exit", exit_status}};
}

Result<json> ask_running(const DataDirectory& directory, const json& request) {
  json answer;
  ProgressLine progress;
  const auto asked = net::local_request(directory.socket(), request.dump(), [&](const std::string& line) {
    auto parsed = json::parse(line, nullptr, false);
    if (const auto work = work_done_in(parsed)) progress.show(*work);
    if (!parsed.is_object() || !parsed.contains("ok")) return true;
    answer = std::move(parsed);
    return false;
  });
  if (!asked) return tl::make_unexpected(asked.error());
  if (answer.is_null()) return fail("the running tracker ended before it answered: ask again");
  return answer;
}

Result<json> run_here(const DataDirectory& directory, const json& request, StoreAccess access) {
  auto settings = read_settings(directory);
  if (!settings) return pass_on(settings);
  auto key = crypto::KeyPair::load(directory.key());
  if (!key) return pass_on(key);
  auto store = open_store(settings->store, access);
  if (!store) return pass_on(store);
  const runtime::SystemClock clock;
  AdministrationContext context{
      **store, clock, *key, settings->public_host, settings->public_port, settings->announce_url};
  context.data = directory.path;
  ProgressLine progress;
  context.tell_progress = [&](const WorkDone& work) { progress.show(work); };
  return execute(context, request);
}

Result<json> change(const DataDirectory& directory, const json& request) {
  const auto deadline = std::chrono::steady_clock::now() + kLockPatience;
  while (true) {
    auto answer = ask_running(directory, request);
    if (answer || !answer.error().transient) return answer;
    auto lock = DataLock::try_take(directory);
    if (!lock) return pass_on(lock);
    if (*lock) return run_here(directory, request, StoreAccess::read_write);
    if (std::chrono::steady_clock::now() >= deadline) {
      return fail(fmt::format("another process holds {} and does not answer: try again when it is done",
                              directory.lock().string()));
    }
    std::this_thread::sleep_for(kLockPause);
  }
}

// Live commands know contents by id; people know them by title, too.
Result<std::string> content_id(const DataDirectory& directory, const std::string& text) {
  const json request = {{"command", "content show"}, {"arguments", {{"content", text}}}};
  const auto answer = run_here(directory, request, StoreAccess::read_only);
  if (!answer) return tl::make_unexpected(answer.error());
  if (!answer->at("ok")) return refuse(answer->at("error").get<std::string>());
  return answer->at("result").at("contents").at(0).at("id").get<std::string>();
}

// What is written to a file is taken to be for somebody else.
std::string recipient_of(const Invocation& invocation) {
  if (!invocation.recipient.empty()) return invocation.recipient;
  return invocation.names_clients && !invocation.out.empty() ? "file" : "";
}

// Commands that only read cannot make the secret of pseudonyms: it is made before them, once for these books.
Status prepare_pseudonyms(const DataDirectory& directory) {
  const json request = {{"command", "pseudonyms"}};
  const auto known = run_here(directory, request, StoreAccess::read_only);
  if (known && known->at("ok") == true) return {};
  const auto made = change(directory, request);
  if (!made) return tl::make_unexpected(made.error());
  return made->at("ok") == true ? Status{} : refuse(made->at("error").get<std::string>());
}

// What is loaded is read, checked and kept where the command is typed; the books then say that it is in use, all of it
// or nothing.
Result<json> load_networks(const DataDirectory& directory, const json& arguments) {
  const runtime::SystemClock clock;
  const auto files = keep_network_files(directory.path, arguments, clock.now());
  if (!files) return tl::make_unexpected(files.error());
  json texts = json::array();
  for (const auto& file : *files) texts.push_back(network_file_json(file).dump());
  auto answer = change(directory, {{"command", "routing load"}, {"arguments", {{"files", std::move(texts)}}}});
  if (answer && answer->at("ok") == true) {
    for (const auto& file : *files) sweep_network_files(directory.path, file.kind, file.sha256);
  }
  return answer;
}

Result<json> drop_networks(const DataDirectory& directory, const json& request) {
  auto answer = change(directory, request);
  if (answer && answer->at("ok") == true) {
    const auto kind = parse_network_file_kind(answer->at("result").value("dropped", ""));
    if (kind) sweep_network_files(directory.path, *kind, "");
  }
  return answer;
}

Result<json> run(const Invocation& invocation) {
  auto directory = find_data_directory(invocation.data);
  if (!directory) return pass_on(directory);
  json request = {{"command", invocation.command}, {"arguments", invocation.arguments}};
  const auto recipient = recipient_of(invocation);
  if (!recipient.empty()) request["for"] = recipient;
  const bool itemised = invocation.command == "settle" && invocation.arguments.contains("itemised");
  if (itemised || (!recipient.empty() && recipient != "operator")) {
    if (auto ready = prepare_pseudonyms(*directory); !ready) return pass_on(ready);
  }
  if (invocation.command == "records import-log") {
    return import_log_files(invocation.arguments.at("files").get<std::vector<std::string>>(),
                            [&](const json& part) { return change(*directory, part); });
  }
  if (invocation.command == "routing load") return load_networks(*directory, invocation.arguments);
  if (invocation.command == "routing drop") return drop_networks(*directory, request);
  if (reads_only(invocation.command)) return run_here(*directory, request, StoreAccess::read_only);
  if (!needs_running_tracker(invocation.command)) return change(*directory, request);
  if (request.at("arguments").contains("content")) {
    auto content = content_id(*directory, request.at("arguments").value("content", ""));
    if (!content) return pass_on(content);
    request["arguments"]["content"] = *content;
  }
  auto answer = ask_running(*directory, request);
  if (!answer && answer.error().transient) {
    return refuse(fmt::format("no tracker runs on {}, and only a running one knows: `waybill-tracker serve --data {}`",
                              directory->path.string(), directory->path.string()));
  }
  return answer;
}

}  // namespace

json run_command(const Invocation& invocation) {
  auto answer = run(invocation);
  return answer ? *answer : failure(answer.error().message);
}

}  // namespace waybill::tracker
