#pragma once
// Options of the command line that fill in an Invocation. For the .cpp files of this folder.
#include <string>

#include <CLI/CLI.hpp>

#include "tracker/cli/invocation_json.h"

namespace waybill::tracker {

// One command that can be given, with its options. Values go as they are to the command's arguments: the command reads
// them, so that they mean the same on the command line and over the local socket.
class CommandOptions {
 public:
  CommandOptions(CLI::App& parent, const std::string& name, const std::string& description, std::string command,
                 Invocation& invocation);

  CommandOptions& text(const std::string& flag, const std::string& key, const std::string& description,
                       const std::string& value_name = "TEXT");
  CommandOptions& needed_text(const std::string& flag, const std::string& key, const std::string& description,
                              const std::string& value_name = "TEXT");
  CommandOptions& list(const std::string& flag, const std::string& key, const std::string& description,
                       const std::string& value_name = "TEXT");
  CommandOptions& flag(const std::string& flag, const std::string& key, const std::string& description);
  CommandOptions& positional(const std::string& name, const std::string& key, const std::string& description);
  // All further words, as they are, at least one: they stand behind `--`.
  CommandOptions& words(const std::string& name, const std::string& description,
                        std::function<void(const std::vector<std::string>&)> take);
  // A file that is needed: its text is the argument. One that cannot be read or is larger than kMaxFileBytes is
  // refused.
  static constexpr std::size_t kMaxFileBytes = 8 << 20;
  CommandOptions& file(const std::string& name, const std::string& key, const std::string& description);
  // A command of its own below this one, which can be given without any.
  CLI::App& app() { return *app_; }
  // --since, --until
  CommandOptions& window();
  // --for: of commands that name clients
  CommandOptions& recipient();
  // --data
  CommandOptions& data();
  // --format table|csv|json, --json, --out FILE
  CommandOptions& output();

 private:
  CLI::Option* add_text(const std::string& flag, const std::string& key, const std::string& description,
                        const std::string& value_name);
  CLI::App* app_;
  Invocation& invocation_;
};

// Each adds its commands to the program's.
void add_registry_commands(CLI::App& program, Invocation& invocation);
void add_agent_commands(CLI::App& program, Invocation& invocation);       // agent_options.cpp
void add_object_commands(CLI::App& program, Invocation& invocation);      // object_options.cpp
void add_policy_commands(CLI::App& program, Invocation& invocation);      // policy_options.cpp
void add_ledger_commands(CLI::App& program, Invocation& invocation);      // ledger_options.cpp
void add_alert_commands(CLI::App& program, Invocation& invocation);       // alert_options.cpp
void add_network_commands(CLI::App& program, Invocation& invocation);     // network_options.cpp
void add_token_commands(CLI::App& program, Invocation& invocation);       // token_options.cpp
void add_subscriber_commands(CLI::App& program, Invocation& invocation);  // subscriber_options.cpp
void add_report_commands(CLI::App& program, Invocation& invocation);
void add_saved_reports(CLI::App& report, Invocation& invocation);  // saved_report_options.cpp
void add_service_commands(CLI::App& program, Invocation& invocation);

}  // namespace waybill::tracker
