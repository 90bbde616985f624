#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "agent/cli/commands.h"
#include "agent/control/enrollment.h"
#include "agent/sharing/consent.h"
#include "agent/sharing/rate_text.h"
#include "common/net/local_socket.h"

namespace waybill::cli {

namespace {

using Json = nlohmann::ordered_json;

Result<sharing::SharingChange> change_of(const ShareOptions& options) {
  sharing::SharingChange change;
  change.consented = options.consented;
  if (!options.upload_cap.empty()) {
    auto cap = sharing::parse_rate(options.upload_cap);
    if (!cap) return pass_on(cap);
    change.upload_cap = *cap;
  }
  if (options.upload_slots != 0) change.upload_slots = options.upload_slots;
  return change;
}

// Through the running agent, which obeys at once. Nothing where none runs.
std::optional<Result<Json>> by_daemon(const StateDirectory& directory, const sharing::SharingChange& change) {
  Json request{{"command", "share"}};
  if (change.consented) request["share"] = *change.consented;
  if (change.upload_cap) request["upload_cap"] = change.upload_cap->value;
  if (change.upload_slots) request["upload_slots"] = *change.upload_slots;
  Json answer;
  const auto asked = net::local_request(directory.socket(), request.dump(), [&](const std::string& line) {
    answer = Json::parse(line, nullptr, false);
    return false;
  });
  if (!asked && asked.error().transient) return std::nullopt;
  if (!asked) return Result<Json>(tl::make_unexpected(asked.error()));
  if (!answer.is_object()) return Result<Json>(fail("the running agent's answer cannot be understood"));
  if (!answer.value("ok", false)) {
    return Result<Json>(refuse(answer.value("error", "the running agent gave no reason")));
  }
  answer.erase("done");
  answer.erase("ok");
  return Result<Json>(answer);
}

// In the file, for the next run.
Result<Json> by_file(const Context& context, const sharing::SharingChange& change) {
  auto enrollment = control::load_enrollment(context.directory.enrollment());
  if (!enrollment) return pass_on(enrollment);
  auto lock = StateLock::take(context.directory);
  if (!lock) return pass_on(lock);
  auto state = sharing::load_sharing(context.directory.sharing(), enrollment->role);
  if (!state) return pass_on(state);
  const bool changes = change.consented || change.upload_cap || change.upload_slots;
  if (changes) {
    state = sharing::apply(*state, change, enrollment->role);
    if (!state) return pass_on(state);
    if (auto saved = sharing::save_sharing(context.directory.sharing(), *state); !saved) return pass_on(saved);
  }
  const auto bounded = effective_sharing(*state, context.settings, true);
  return Json{{"share", state->consented},
              {"in_force", false},
              {"upload_cap", bounded.upload_cap.value},
              {"upload_slots", bounded.upload_slots},
              {"stopped_because", "no agent is running"}};
}

void print(const Json& facts) {
  const auto cap = facts.value("upload_cap", std::int64_t{0});
  fmt::print("sharing is {}; upload cap {}; at most {} receivers at once\n", facts.value("share", false) ? "on" : "off",
             cap == 0 ? "none" : sharing::format_rate({cap}), facts.value("upload_slots", 0));
  const auto reason = facts.value("stopped_because", "");
  if (facts.value("share", false) && !reason.empty()) fmt::print("not in force at this moment: {}\n", reason);
}

}  // namespace

int share_command(const CommonOptions& common, const ShareOptions& options) {
  auto context = open_context(common);
  if (!context) return report("share", context.error(), common.json);
  auto change = change_of(options);
  if (!change) return report("share", change.error(), common.json);
  auto asked = by_daemon(context->directory, *change);
  const auto facts = asked ? *asked : by_file(*context, *change);
  if (!facts) return report("share", facts.error(), common.json);
  if (common.json) {
    fmt::print("{}\n", facts->dump());
  } else {
    print(*facts);
  }
  return 0;
}

}  // namespace waybill::cli
