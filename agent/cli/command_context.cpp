#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "agent/cli/commands.h"
#include "agent/cli/download_json.h"
#include "agent/cli/progress_bar.h"
#include "common/protocol/utf8.h"

namespace waybill::cli {

namespace {

constexpr std::size_t kLongestComplaint = 4096;  // bytes; a path and what is wrong with it

}  // namespace

Result<Context> open_context(const CommonOptions& options) {
  Context context;
  context.directory.root =
      options.data.empty() ? StateDirectory::default_root() : std::filesystem::absolute(options.data);
  std::error_code ignored_because_absent_means_defaults;
  const bool has_own = std::filesystem::exists(context.directory.config(), ignored_because_absent_means_defaults);
  const std::filesystem::path config = !options.config.empty()
                                           ? std::filesystem::path(options.config)
                                           : (has_own ? context.directory.config() : std::filesystem::path());
  if (!config.empty()) {
    auto settings = read_settings(config);
    if (!settings) return pass_on(settings);
    context.settings = std::move(*settings);
  }
  for (const auto& [key, value] : options.settings) {
    if (auto set = set_setting(context.settings, key, value); !set) return pass_on(set.error(), key);
  }
  if (options.data.empty() && context.settings.data) context.directory.root = *context.settings.data;
  return context;
}

void complain(const std::string& command, const std::string& message) {
  const auto line = protocol::printable_text(message, kLongestComplaint);
  std::fputs(fmt::format("waybill-agent {}: {}\n", command, line).c_str(), stderr);
}

int report(const std::string& command, const Error& error, bool json) {
  using Json = nlohmann::ordered_json;
  if (json) {
    const auto line = error_line(error).dump(-1, ' ', false, Json::error_handler_t::replace);
    std::fputs((line + "\n").c_str(), stdout);
  }
  complain(command, error.message);
  return 1;
}

}  // namespace waybill::cli
