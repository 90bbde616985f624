#include <fmt/format.h>

#include "common/crypto/digest.h"
#include "common/protocol/enroll.h"
#include "tracker/cli/commands/command_table_json.h"

namespace waybill::tracker {

namespace {

constexpr std::size_t kTokenBytes = 16;

}  // namespace

Result<Answer> enroll_link(AdministrationContext& context, Arguments& arguments) {
  const bool cdn_node = arguments.flag("cdn_node");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  if (context.public_host.empty() || context.public_port == 0) {
    return refuse("the address on an enrol link is not known: set public-host and the port of listen in tracker.conf");
  }
  const auto token = crypto::random_bytes(kTokenBytes);
  const auto role = cdn_node ? protocol::AgentRole::cdn_node : protocol::AgentRole::client;
  const auto now = context.clock.now();
  if (auto kept = context.store.registry().add_enroll_token({crypto::sha256(token), role, now}); !kept) {
    return pass_on(kept);
  }
  const protocol::EnrollLink link{context.public_host, context.public_port, context.key.public_key(), to_hex(token)};
  Answer answer;
  answer.result = {{"link", link.str()}, {"role", protocol::name_of(role)}};
  answer.lines.push_back(link.str());
  return answer;
}

}  // namespace waybill::tracker
