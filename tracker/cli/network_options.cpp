#include "tracker/cli/command_options_cli11.h"

namespace waybill::tracker {

void add_network_commands(CLI::App& program, Invocation& invocation) {
  auto* routing = program.add_subcommand("routing", "what is known of networks beyond the registry");
  routing->require_subcommand(1);
  CommandOptions(*routing, "load", "check files, keep what they say, and use it from now on: all of them, or none",
                 "routing load", invocation)
      .text("FILE", "routes", "a routing table: an MRT dump (TABLE_DUMP_V2), plain, gzip or bzip2")
      .text("--as-names", "as_names", "names of ASes: lines of a number, a separator and a name", "FILE")
      .text("--asn-database", "asn_database", "a MaxMind-format database of AS numbers", "FILE")
      .text("--city-database", "city_database", "a MaxMind-format database of cities", "FILE")
      .flag("--special-use", "special_use",
            "take a routing table's prefixes of private, reserved and documentation space, too: a laboratory's")
      .data()
      .output();
  CommandOptions(*routing, "show", "what is loaded, of which date, and what was left out of it", "routing show",
                 invocation)
      .data()
      .output();
  CommandOptions(*routing, "drop", "use it no more, and delete what was kept of it", "routing drop", invocation)
      .positional("KIND", "kind", "routes, as-names, asn-database or city-database")
      .data()
      .output();
  CommandOptions(program, "path", "what each detector says of the way between two addresses, and the verdict", "path",
                 invocation)
      .positional("SRC", "source", "the sender's address")
      .positional("DST", "destination", "the receiver's address")
      .text("--source-name", "source_name", "the reverse DNS name of SRC, to guess its place by", "NAME")
      .text("--destination-name", "destination_name", "the reverse DNS name of DST", "NAME")
      .data()
      .output();
}

}  // namespace waybill::tracker
