#include "tracker/cli/command_options_cli11.h"

namespace waybill::tracker {

void add_policy_commands(CLI::App& program, Invocation& invocation) {
  auto* policy = program.add_subcommand("policy", "network capacity policies: how much a link or an ISP is to carry");
  policy->require_subcommand(1);
  CommandOptions(*policy, "add", "limit what a component, an ISP or the whole network carries", "policy add",
                 invocation)
      .text("--component", "component", "a network component: inter-isp-link:SP1>SP2, router:NAME, isp:SP1, ...", "KEY")
      .text("--isp", "isp", "an ISP's aggregate traffic, with --direction", "NAME")
      .text("--direction", "direction", "out, into or within: by the two ends of each transfer", "DIRECTION")
      .text("--class", "class", "file or live only", "CLASS")
      .text("--owner", "owner", "of this content owner only", "OWNER")
      .text("--bytes", "bytes", "at most so many acknowledged bytes a window, e.g. 10GB", "BYTES")
      .text("--per", "per", "the window: month, week, day, hour, or minutes that divide an hour such as 15m", "WINDOW")
      .text("--rate", "rate", "in place of --bytes: at most so many bytes a second at any time, e.g. 5MB", "BYTES")
      .text("--timezone", "timezone", "whose clocks the windows follow (default: the ISP's, else UTC)", "TZ")
      .text("--from", "from", "begins (default now)", "TIME")
      .text("--until", "until", "ends; without it, it holds until `policy end`", "TIME")
      .data()
      .output();
  CommandOptions(*policy, "list", "list the policies", "policy list", invocation)
      .flag("--all", "all", "ended ones too")
      .data()
      .output();
  CommandOptions(*policy, "end", "end a policy", "policy end", invocation)
      .positional("ID", "id", "its number, from `policy list`")
      .text("--at", "at", "when, in UTC unless it says otherwise (default now)", "TIME")
      .data()
      .output();
  CommandOptions(*policy, "why",
                 "how policies stand; with a content, why they permit or refuse each source (asks the "
                 "running tracker)",
                 "policy why", invocation)
      .text("--content", "content", "a content: its id, first digits, or title", "CONTENT")
      .text("--for", "for", "the receiving agent: key, first digits, or name", "AGENT")
      .data()
      .output();
}

}  // namespace waybill::tracker
