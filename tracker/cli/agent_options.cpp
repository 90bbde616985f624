#include "tracker/cli/command_options_cli11.h"

namespace waybill::tracker {

void add_agent_commands(CLI::App& program, Invocation& invocation) {
  auto* agent = program.add_subcommand("agent", "who is enrolled, connected or not (`agents`: who is connected)");
  agent->require_subcommand(1);
  CommandOptions(*agent, "list", "list the agents on the register", "agent list", invocation)
      .flag("--all", "all", "those taken off it too")
      .data()
      .output();
  CommandOptions(*agent, "remove", "take an agent off the register: its orders end, its receipts stay", "agent remove",
                 invocation)
      .positional("AGENT", "agent", "its key, at least 8 first digits of it, or its name")
      .data()
      .output();
}

}  // namespace waybill::tracker
