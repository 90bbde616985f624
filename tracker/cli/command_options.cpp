#include <fstream>

#include "tracker/cli/command_options_cli11.h"

namespace waybill::tracker {

CommandOptions::CommandOptions(CLI::App& parent, const std::string& name, const std::string& description,
                               std::string command, Invocation& invocation)
    : app_(parent.add_subcommand(name, description)), invocation_(invocation) {
  // Those of the commands below it run first.
  app_->callback([&invocation, app = app_, command = std::move(command)] {
    if (app->get_subcommands().empty()) invocation.command = command;
  });
}

CLI::Option* CommandOptions::add_text(const std::string& flag, const std::string& key, const std::string& description,
                                      const std::string& value_name) {
  const auto store = [this_ = &invocation_, key](const std::string& value) { this_->arguments[key] = value; };
  return app_->add_option_function<std::string>(flag, store, description)->type_name(value_name);
}

CommandOptions& CommandOptions::text(const std::string& flag, const std::string& key, const std::string& description,
                                     const std::string& value_name) {
  add_text(flag, key, description, value_name);
  return *this;
}

CommandOptions& CommandOptions::needed_text(const std::string& flag, const std::string& key,
                                            const std::string& description, const std::string& value_name) {
  add_text(flag, key, description, value_name)->required();
  return *this;
}

CommandOptions& CommandOptions::list(const std::string& flag, const std::string& key, const std::string& description,
                                     const std::string& value_name) {
  const auto store = [this_ = &invocation_, key](const std::vector<std::string>& values) {
    this_->arguments[key] = values;
  };
  app_->add_option_function<std::vector<std::string>>(flag, store, description)
      ->type_name(value_name)
      ->delimiter(',')
      ->expected(1)
      ->take_all();
  return *this;
}

CommandOptions& CommandOptions::flag(const std::string& flag, const std::string& key, const std::string& description) {
  app_->add_flag_callback(
      flag, [this_ = &invocation_, key] { this_->arguments[key] = true; }, description);
  return *this;
}

CommandOptions& CommandOptions::positional(const std::string& name, const std::string& key,
                                           const std::string& description) {
  add_text(name, key, description, "")->required();
  return *this;
}

CommandOptions& CommandOptions::words(const std::string& name, const std::string& description,
                                      std::function<void(const std::vector<std::string>&)> take) {
  app_->add_option_function<std::vector<std::string>>(name, take, description)->type_name("")->required();
  return *this;
}

CommandOptions& CommandOptions::file(const std::string& name, const std::string& key, const std::string& description) {
  const auto store = [this_ = &invocation_, key](const std::string& path) {
    std::ifstream input(path, std::ios::binary);
    std::string text(kMaxFileBytes + 1, '\0');
    input.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (input.bad() || (input.fail() && !input.eof())) throw CLI::ValidationError(path, "it cannot be read");
    text.resize(static_cast<std::size_t>(input.gcount()));
    if (text.empty()) throw CLI::ValidationError(path, "it is empty");
    if (text.size() > kMaxFileBytes) {
      throw CLI::ValidationError(path,
                                 "it has more than " + std::to_string(kMaxFileBytes) + " bytes: import it in parts");
    }
    this_->arguments[key] = std::move(text);
  };
  app_->add_option_function<std::string>(name, store, description)->type_name("")->required();
  return *this;
}

CommandOptions& CommandOptions::window() {
  return text("--since", "since", "from this time on: 2026-11-23, 2026-11-23T18:00Z, -7d, -12h, last-month", "TIME")
      .text("--until", "until", "up to, not including, this time", "TIME");
}

CommandOptions& CommandOptions::recipient() {
  app_->add_option("--for", invocation_.recipient,
                   "who reads it: 'isp NAME' or 'owner NAME' sees its own pseudonyms for clients and no addresses; "
                   "file: nobody named (default with --out); operator: everything (default otherwise)")
      ->type_name("WHO");
  app_->preparse_callback([&invocation = invocation_](std::size_t) { invocation.names_clients = true; });
  return *this;
}

CommandOptions& CommandOptions::data() {
  app_->add_option("--data", invocation_.data,
                   "the tracker's data directory (else $WAYBILL_TRACKER_DATA, else /var/lib/waybill-tracker)")
      ->type_name("DIR");
  return *this;
}

CommandOptions& CommandOptions::output() {
  const auto set_format = [this_ = &invocation_](const std::string& text) {
    if (text == "table") {
      this_->format = OutputFormat::table;
    } else if (text == "csv") {
      this_->format = OutputFormat::csv;
    } else if (text == "json") {
      this_->format = OutputFormat::json;
    } else {
      throw CLI::ValidationError("--format", "'" + text + "' is not table, csv or json");
    }
  };
  auto* format =
      app_->add_option_function<std::string>("--format", set_format, "table, csv or json")->type_name("FORMAT");
  app_->add_flag_callback(
          "--json", [this_ = &invocation_] { this_->format = OutputFormat::json; }, "the same as --format json")
      ->excludes(format);
  app_->add_option("--out", invocation_.out, "write to this file, whole or not at all")->type_name("FILE");
  return *this;
}

}  // namespace waybill::tracker
