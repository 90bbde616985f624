#include "tracker/cli/command_options_cli11.h"

namespace waybill::tracker {

void add_object_commands(CLI::App& program, Invocation& invocation) {
  auto* object = program.add_subcommand("object", "accounting objects: what is measured, of whom, and how much it was");
  object->require_subcommand(1);
  CommandOptions(*object, "add", "measure clients, links, ISPs, pairs of ISPs or places", "object add", invocation)
      .positional("NAME", "name", "its name")
      .list("--link", "link", "a component's key: inter-isp-link:SP1>SP2, router:NAME, ...; again for a set", "KEY")
      .list("--client", "client", "an agent: key, first digits, or name; either end of a transfer", "AGENT")
      .list("--isp", "isp", "what an ISP's network carries", "NAME")
      .list("--isp-pair", "isp_pair", "every link between two ISPs, as paths show them", "ISP:ISP")
      .list("--place", "place", "what a registered place carries", "NAME")
      .list("--agreements-of", "agreements_of", "what is served under an ISP's agreements, whichever is in force",
            "ISP")
      .list("--clients-of", "clients_of", "what an ISP's customers send and receive, whoever subscribes", "ISP")
      .text("--owner", "owner", "of this content owner only", "OWNER")
      .text("--content", "content", "of this content only: its id, first digits, or title", "CONTENT")
      .text("--class", "class", "file or live only", "CLASS")
      .flag("--on-net", "on_net", "only transfers inside one ISP")
      .flag("--off-net", "off_net", "only transfers between ISPs")
      .text("--between", "between", "hours of the day in --timezone, e.g. 18:00-24:00; whole quarters of an hour",
            "HOURS")
      .text("--timezone", "timezone", "of hours and days (default UTC)", "TZ")
      .text("--detail", "detail", "counters; totals: by member as well (default); records: and the receipts", "DETAIL")
      .text("--grain", "grain", "of what `object show` prints: hour (default) or day", "GRAIN")
      .text("--fill-since", "fill_since", "count the records since then, too (default: the present quarter)", "TIME")
      .data()
      .output();
  CommandOptions(*object, "list", "list the objects", "object list", invocation)
      .flag("--all", "all", "ended ones too")
      .text("--measuring", "measuring", "only those that measure this component, client:KEY or agreement:ID", "MEMBER")
      .data()
      .output();
  CommandOptions(*object, "show", "what an object measures, and what it counted", "object show", invocation)
      .positional("NAME", "name", "its name")
      .flag("--history", "history", "in place of the counters: since when each member is measured, and its agreements")
      .data()
      .output();
  CommandOptions(*object, "end", "stop an object; what it counted stays", "object end", invocation)
      .positional("NAME", "name", "its name")
      .data()
      .output();
}

}  // namespace waybill::tracker
