#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "agent/cli/commands.h"
#include "agent/cli/status_view.h"
#include "agent/control/enrollment.h"
#include "agent/sharing/consent.h"
#include "common/net/local_socket.h"

namespace waybill::cli {

namespace {

using Json = nlohmann::ordered_json;

// What the files tell where no agent runs.
int stopped_status(const Context& context, bool json) {
  auto enrollment = control::load_enrollment(context.directory.enrollment());
  if (!enrollment) return report("status", enrollment.error(), json);
  auto sharing_state = sharing::load_sharing(context.directory.sharing(), enrollment->role);
  if (!sharing_state) return report("status", sharing_state.error(), json);
  if (json) {
    const Json facts{{"running", false},
                     {"tracker", {{"url", enrollment->tracker_url}, {"role", protocol::name_of(enrollment->role)}}},
                     {"sharing", {{"share", sharing_state->consented}}}};
    fmt::print("{}\n", facts.dump());
    return 0;
  }
  fmt::print("no agent is running with {} (start: waybill-agent run)\n", context.directory.root.string());
  fmt::print("enrolled with {} as {}; sharing is {}\n", enrollment->tracker_url, protocol::name_of(enrollment->role),
             sharing_state->consented ? "on" : "off");
  return 0;
}

}  // namespace

int status_command(const CommonOptions& common) {
  auto context = open_context(common);
  if (!context) return report("status", context.error(), common.json);
  Json facts;
  const auto asked =
      net::local_request(context->directory.socket(), R"({"command":"status"})", [&](const std::string& line) {
        facts = Json::parse(line, nullptr, false);
        return false;
      });
  if (!asked && asked.error().transient) return stopped_status(*context, common.json);
  if (!asked) return report("status", asked.error(), common.json);
  if (!facts.is_object() || !facts.value("ok", false)) {
    return report("status", {ErrorKind::failed, false, "the running agent's answer cannot be understood"}, common.json);
  }
  facts.erase("done");
  facts.erase("ok");
  if (common.json) {
    facts["running"] = true;
    fmt::print("{}\n", facts.dump());
  } else {
    fmt::print("{}", status_text(facts));
  }
  return 0;
}

}  // namespace waybill::cli
