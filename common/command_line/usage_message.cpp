#include "common/command_line/usage_message.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace waybill {

namespace {

struct GivenCommand {
  const CLI::App* app;
  std::string words;  // "isp ", or "" for the program itself
};

GivenCommand deepest_command(const CLI::App& program) {
  GivenCommand given{&program, ""};
  for (auto inner = program.get_subcommands(); !inner.empty(); inner = given.app->get_subcommands()) {
    given.app = inner.front();
    given.words += given.app->get_name() + " ";
  }
  return given;
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

}  // namespace

std::string usage_message(const CLI::App& program, const CLI::Error& error) {
  const auto given = deepest_command(program);
  auto unknown = program.remaining(true);
  std::erase(unknown, "--");  // it only says that words follow
  const bool incomplete = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError) ||
                          error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  if (!incomplete) return fmt::format("{} (--help shows the usage)", error.what());
  if (!unknown.empty() && unknown.front().starts_with('-')) {
    return fmt::format("there is no option '{}' (--help shows those that there are)", unknown.front());
  }
  if (const auto commands = commands_of(*given.app); !commands.empty()) {
    const auto list = fmt::format("{}", fmt::join(commands, ", "));
    if (unknown.empty()) return fmt::format("a command is needed, one of: {} (--help explains them)", list);
    return fmt::format("there is no command '{}{}'; there are: {}", given.words, unknown.front(), list);
  }
  if (!unknown.empty()) return fmt::format("'{}' is one argument too many (--help shows the usage)", unknown.front());
  return fmt::format("{} (--help shows the usage)", error.what());
}

}  // namespace waybill
