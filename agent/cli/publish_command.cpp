#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "agent/cli/commands.h"
#include "agent/cli/progress_bar.h"
#include "agent/sharing/rate_text.h"
#include "common/net/local_socket.h"
#include "common/protocol/utf8.h"

namespace waybill::cli {

using Json = nlohmann::ordered_json;

int publish_command(const CommonOptions& common, const PublishOptions& options) {
  ProgressPrinter printer(choose_style(common.json, options.quiet), "publish");
  auto context = open_context(common);
  if (!context) return printer.failed(context.error());
  std::error_code error;
  const auto file = std::filesystem::canonical(options.file, error);
  if (error) return printer.failed({ErrorKind::refused, false, fmt::format("{}: {}", options.file, error.message())});
  if (!protocol::is_printable_utf8(file.string())) {
    return printer.failed({ErrorKind::refused, false, "the file's name must be printable UTF-8: rename it"});
  }
  const Json line{{"command", "publish"},
                  {"file", file.string()},
                  {"owner", options.owner},
                  {"title", options.title},
                  {"class", options.content_class}};
  int status = 1;
  const auto asked = net::local_request(
      context->directory.socket(), line.dump(-1, ' ', false, Json::error_handler_t::replace),
      [&](const std::string& text) {
        const auto answer = Json::parse(text, nullptr, false);
        if (!answer.is_object()) return true;
        if (!answer.value("done", false)) {
          printer.hashed(answer.value("bytes", std::int64_t{0}), answer.value("size", std::int64_t{0}));
          return true;
        }
        if (!answer.value("ok", false)) {
          status = printer.failed({ErrorKind::failed, false, answer.value("error", "the agent gave no reason")});
          return false;
        }
        if (common.json) {
          fmt::print("{}\n", text);
        } else {
          printer.note(fmt::format("published, and served from {}", file.string()));
          fmt::print("{}\n", answer.value("url", ""));
        }
        status = 0;
        return false;
      });
  if (asked) return status;
  if (asked.error().transient) {
    return printer.failed({ErrorKind::refused, false,
                           fmt::format("no agent is running with {}: start waybill-agent run, then publish",
                                       context->directory.root.string())});
  }
  return printer.failed(asked.error());
}

}  // namespace waybill::cli
