#include "tracker/cli/command_line.h"

#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "common/command_line/usage_message.h"
#include "tracker/cli/administration.h"
#include "tracker/cli/answer_text_json.h"
#include "tracker/cli/command_execution_json.h"
#include "tracker/cli/command_options_cli11.h"
#include "tracker/cli/data_directory.h"
#include "tracker/cli/file_output.h"
#include "tracker/cli/initialisation.h"
#include "tracker/cli/watching.h"
#include "tracker/reports/text_table.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

int complain(const std::string& message, int exit_status) {
  std::fprintf(stderr, "waybill-tracker: %s\n", printable(message).c_str());
  return exit_status;
}

int print(const Invocation& invocation, const std::string& text) {
  if (!invocation.out.empty()) {
    const auto written = write_whole_file(invocation.out, text, 0644);
    return written ? 0 : complain("--out: " + written.error().message, 1);
  }
  const bool good = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return good ? 0 : complain("cannot write to standard output", 1);
}

// The answer's torrent goes to a file of its reader's alone: it holds a key.
json write_torrent(Invocation& invocation) {
  const auto file = invocation.arguments.at("output").get<std::string>();
  invocation.arguments.erase("output");
  auto answer = run_command(invocation);
  if (!answer.value("ok", false)) return answer;
  const auto torrent = from_hex(answer.at("result").at("torrent").get<std::string>());
  const auto written = torrent ? write_whole_file(file, *torrent, 0600) : Status(tl::make_unexpected(torrent.error()));
  if (!written) return {{"ok", false}, {"error", "--output: " + written.error().message}, {"exit", 1}};
  answer.at("result").erase("torrent");
  answer.at("result")["file"] = file;
  answer["lines"] = json::array({fmt::format("{} is written; it holds the subscriber's key", file)});
  return answer;
}

json run(Invocation& invocation) {
  // A report that is written to a file is its reader's; what makes or changes the books is not.
  if (!reads_only(invocation.command) && invocation.command != "verify") keep_files_private();
  if (invocation.command == "init") return initialise(invocation.arguments);
  if (invocation.command == "verify") return run_verification(invocation.arguments);
  // `agents` with a content asks who would be chosen for it.
  if (invocation.command == "agents" && !invocation.arguments.empty()) invocation.command = "explain";
  // Without --yes nothing is to change.
  if (invocation.command == "records re-resolve" && !invocation.arguments.contains("yes")) {
    invocation.command = "records difference";
  }
  if (invocation.command == "subscriber torrent") return write_torrent(invocation);
  return run_command(invocation);
}

int run_and_print(Invocation& invocation) {
  if (invocation.command == "serve") {
    keep_files_private();
    return run_server(invocation);
  }
  if (invocation.command == "watch") return run_watch(invocation);
  for (const auto* form : {"evidence", "itemised"}) {
    const bool wanted = invocation.command == "settle" && invocation.arguments.contains(form);
    if (wanted && invocation.format != OutputFormat::json) {
      return complain(fmt::format("--{} needs --format json", form), 2);
    }
  }
  if (invocation.command == "agents" && invocation.arguments.contains("for") &&
      !invocation.arguments.contains("content")) {
    return complain("--for needs --content: it asks who would serve this agent that content", 2);
  }
  const auto answer = run(invocation);
  if (!answer.value("ok", false)) {
    return complain(answer.value("error", "the tracker gave no reason"), answer.value("exit", 1));
  }
  const auto text = answer_text(invocation, answer);
  if (!text) return complain(text.error().message, 2);
  if (const int status = print(invocation, *text); status != 0) return status;
  return answer.contains("failure") ? complain(answer.at("failure").get<std::string>(), 1) : 0;
}

}  // namespace

int run_command_line(int argc, char** argv) {
  Invocation invocation;
  CLI::App program("The tracker of Waybill: directs downloads, keeps the receipts, settles with the ISPs.",
                   "waybill-tracker");
  program.set_version_flag("--version", "waybill-tracker " WAYBILL_VERSION);
  program.footer("Exit status: 0 done, 1 refused or failed, 2 wrong usage.");
  program.require_subcommand(1);
  program.failure_message([](const CLI::App* app, const CLI::Error& error) {
    return "waybill-tracker: " + printable(usage_message(*app, error)) + "\n";
  });
  add_service_commands(program, invocation);
  add_registry_commands(program, invocation);
  add_agent_commands(program, invocation);
  add_object_commands(program, invocation);
  add_policy_commands(program, invocation);
  add_alert_commands(program, invocation);
  add_ledger_commands(program, invocation);
  add_network_commands(program, invocation);
  add_token_commands(program, invocation);
  add_subscriber_commands(program, invocation);
  add_report_commands(program, invocation);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : 2;
  }
  try {
    return run_and_print(invocation);
  } catch (const std::exception& error) {
    return complain(std::string("internal fault: ") + error.what(), 1);
  }
}

}  // namespace waybill::tracker
