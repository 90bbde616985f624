#include "agent/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "agent/cli/commands.h"
#include "agent/sharing/consent.h"
#include "agent/sharing/rate_text.h"
#include "common/command_line/usage_message.h"
#include "common/protocol/utf8.h"

namespace waybill::cli {

namespace {

constexpr std::size_t kLongestLine = 1000;  // bytes of what is said of a wrong command line

// Every command's options live here until its function runs.
struct Invocation {
  CommonOptions common;
  EnrollOptions enroll;
  GetOptions get;
  PublishOptions publish;
  ShareOptions share;
  std::string share_mode = "show";
};

void add_common(CLI::App& command, Invocation& call, bool json) {
  command.add_option(
      "--data", call.common.data,
      "Folder of keys, library and receipts [/var/lib/waybill-agent for root, else ~/.local/share/waybill]");
  command.add_option("--config", call.common.config,
                     "Settings file [agent.conf in the data folder, where there is one]");
  if (json) command.add_flag("--json", call.common.json, "Print facts as JSON, one object a line");
}

// A flag that stands for a line of the settings file.
void add_setting(CLI::App& command, Invocation& call, const std::string& flag, const std::string& key,
                 const std::string& help) {
  const auto take = [&call, flag, key](const std::string& value) {
    Settings trial;
    if (auto read = set_setting(trial, key, value); !read) throw CLI::ValidationError(flag, read.error().message);
    call.common.settings.emplace_back(key, value);
  };
  command.add_option_function<std::string>(flag, take, help);
}

void add_switch(CLI::App& command, Invocation& call, const std::string& flag, const std::string& key,
                const std::string& help) {
  command.add_flag_callback(
      flag, [&call, key] { call.common.settings.emplace_back(key, "true"); }, help);
}

void add_network_settings(CLI::App& command, Invocation& call) {
  add_setting(command, call, "--listen", "listen", "ADDRESS:PORT for other agents [0.0.0.0:0, a free port]");
  add_setting(command, call, "--bind", "bind", "Connect from this address");
  add_setting(command, call, "--ca-file", "ca_file", "Trust https pages by these authorities (PEM) [the system's]");
  add_switch(command, call, "--low-memory", "low_memory",
             "Small buffers; read and write files instead of mapping them");
  add_setting(command, call, "--log-level", "log_level", "debug, info, warning or error");
}

void add_enroll(CLI::App& app, Invocation& call) {
  auto* command = app.add_subcommand("enroll", "Join an operator's network with the link that the operator gave");
  command->add_option("LINK", call.enroll.link, "waybill://HOST:PORT/enroll?key=...&token=...")->required();
  command->add_option("--name", call.enroll.name, "What the operator sees in lists [the machine's name]");
  command->add_flag("--share", call.enroll.share, "Consent at once to sharing this machine's uplink");
  add_setting(*command, call, "--bind", "bind", "Connect from this address");
  add_common(*command, call, true);
}

void add_run(CLI::App& app, Invocation& call) {
  auto* command = app.add_subcommand("run", "Run the agent: hold content, serve it under orders, keep receipts");
  add_network_settings(*command, call);
  add_setting(*command, call, "--upload-cap", "upload_cap", "At most this rate for everything, e.g. 2MB/s");
  add_setting(*command, call, "--upload-slots", "upload_slots", "At most so many receivers at once");
  add_setting(*command, call, "--download-dir", "download_dir", "Where get without -o puts files");
  add_switch(*command, call, "--utp", "utp", "Use uTP beside TCP: yields to other traffic");
  add_switch(*command, call, "--map-port", "map_port", "Ask the home gateway to forward the port (UPnP, NAT-PMP)");
  add_common(*command, call, false);
}

void add_get(CLI::App& app, Invocation& call) {
  auto* command = app.add_subcommand("get", "Fetch a content; the file is verified before it is called complete");
  command->footer(
      "A running agent does the work, and then owns the file; without one, get is the agent while it lasts.\n"
      "Ctrl-C leaves a download that the same command resumes.");
  command
      ->add_option("URL", call.get.url,
                   "A page that redirects to the tracker, the tracker's content URL, or a content id")
      ->required();
  command->add_option("-o,--output", call.get.output, "File or folder [the content's own name, here]");
  command->add_flag("--sequential", call.get.sequential, "Fetch in order, to play while it arrives");
  command->add_flag("--force", call.get.force, "Replace an existing file");
  command->add_flag("-q,--quiet", call.get.quiet, "Print errors alone");
  add_network_settings(*command, call);
  add_common(*command, call, true);
}

void add_publish(CLI::App& app, Invocation& call) {
  auto* command = app.add_subcommand("publish", "Offer a file from this CDN node; prints its content URL");
  command->footer("The running agent serves the file where it is: do not change or move it.");
  command->add_option("FILE", call.publish.file, "The file")->required();
  command->add_option("--owner", call.publish.owner, "Content owner, as in the operator's agreements")->required();
  command->add_option("--title", call.publish.title, "What lists and reports call it")->required();
  command
      ->add_option("--class", call.publish.content_class,
                   "file, or live: a part of a transmission; agreements and policies may tell them apart")
      ->check(CLI::IsMember({"file", "live"}))
      ->capture_default_str();
  command->add_flag("-q,--quiet", call.publish.quiet, "Print the URL and errors alone");
  add_common(*command, call, true);
}

void add_status_and_share(CLI::App& app, Invocation& call) {
  auto* status = app.add_subcommand("status", "What the running agent holds, fetches, serves and waits for");
  add_common(*status, call, true);
  auto* share = app.add_subcommand("share", "Whether and how much this machine's uplink is shared");
  share->footer("off stops service at once.");
  share->add_option("on|off|show", call.share_mode, "[show]")->check([](const std::string& word) {
    const bool known = word == "on" || word == "off" || word == "show";
    return known ? std::string() : fmt::format("\"{}\" is none of on, off and show", word);
  });
  share->add_option("--cap", call.share.upload_cap, "At most this rate, e.g. 2MB/s, 10Mbit/s or none")
      ->check([](const std::string& rate) {
        const auto read = sharing::parse_rate(rate);
        return read ? std::string() : read.error().message;
      });
  share->add_option("--slots", call.share.upload_slots, "At most so many receivers at once")
      ->check(CLI::Range(1, sharing::kMaxUploadSlots));
  add_common(*share, call, true);
}

int dispatch(const CLI::App& app, Invocation& call) {
  if (app.got_subcommand("enroll")) return enroll_command(call.common, call.enroll);
  if (app.got_subcommand("run")) return run_command(call.common);
  if (app.got_subcommand("get")) return get_command(call.common, call.get);
  if (app.got_subcommand("publish")) return publish_command(call.common, call.publish);
  if (app.got_subcommand("status")) return status_command(call.common);
  if (call.share_mode != "show") call.share.consented = call.share_mode == "on";
  return share_command(call.common, call.share);
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app("Waybill's agent: gets content, and serves it where its owner and its ISP permit", "waybill-agent");
  app.set_version_flag("--version", "waybill-agent " WAYBILL_VERSION);
  app.require_subcommand(1);
  app.failure_message([](const CLI::App* program, const CLI::Error& error) {
    return fmt::format("waybill-agent: {}\n", protocol::printable_text(usage_message(*program, error), kLongestLine));
  });
  app.footer("Exit status: 0 done, 1 refused or failed, 2 wrong usage.");
  Invocation call;
  add_enroll(app, call);
  add_run(app, call);
  add_get(app, call);
  add_publish(app, call);
  add_status_and_share(app, call);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return dispatch(app, call);
}

}  // namespace waybill::cli
