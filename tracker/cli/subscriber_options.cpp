#include "tracker/cli/command_options_cli11.h"

namespace waybill::tracker {

void add_subscriber_commands(CLI::App& program, Invocation& invocation) {
  auto* subscriber =
      program.add_subcommand("subscriber", "whose stock BitTorrent clients are served, by a key in a URL");
  subscriber->require_subcommand(1);
  CommandOptions(*subscriber, "add", "make a subscriber, and its key", "subscriber add", invocation)
      .positional("NAME", "name", "what you know it by")
      .data()
      .output();
  CommandOptions(*subscriber, "list", "list the subscribers in force", "subscriber list", invocation)
      .flag("--all", "all", "revoked ones too")
      .data()
      .output();
  CommandOptions(*subscriber, "revoke", "refuse a subscriber from now on", "subscriber revoke", invocation)
      .positional("NAME", "name", "its name")
      .data()
      .output();
  CommandOptions(*subscriber, "torrent", "write a content's torrent with the subscriber's announce URL",
                 "subscriber torrent", invocation)
      .positional("NAME", "name", "the subscriber")
      .positional("CONTENT", "content", "its id, the id's first digits, or its title")
      .needed_text("-o,--output", "output", "where to; it holds the subscriber's key", "FILE")
      .data()
      .output();
}

}  // namespace waybill::tracker
