#include "tracker/cli/command_options_cli11.h"

namespace waybill::tracker {

void add_service_commands(CLI::App& program, Invocation& invocation) {
  CommandOptions(program, "init", "make a data directory: keys, settings, empty books; prints the enrol links", "init",
                 invocation)
      .positional("DIR", "directory", "a directory that is empty or does not exist")
      .text("--public-host", "public_host", "the name or address under which agents reach this machine", "HOST")
      .text("--listen", "listen", "address and port to serve on (default 0.0.0.0:7443)", "ADDR:PORT")
      .text("--store", "store",
            "where the books are kept: a file, or postgresql://[USER@]HOST/DATABASE (default tracker.db)", "URL")
      .output();
  CommandOptions(program, "serve", "serve agents until SIGTERM or Ctrl-C", "serve", invocation)
      .data()
      .text("--listen", "listen", "address and port, before the one in tracker.conf", "ADDR:PORT")
      .text("--store", "store", "where the books are kept from here on: goes into tracker.conf", "URL")
      .text("--log-level", "log_level", "debug, info, warning or error", "LEVEL");
  CommandOptions(program, "enroll-link", "make a further enrol link", "enroll-link", invocation)
      .flag("--cdn-node", "cdn_node", "for the operator's CDN nodes: they may publish content and serve to all")
      .data()
      .output();
  CommandOptions(program, "agents", "who is connected, at which ISP, holding what (asks the running tracker)", "agents",
                 invocation)
      .text("--content", "content", "who would be chosen for this content, and why not the others", "CONTENT")
      .text("--for", "for", "... for this receiving agent: key, first digits, or name", "AGENT")
      .data()
      .output();
  CommandOptions(program, "watch", "who feeds whom a content at this moment, across which links, until Ctrl-C", "watch",
                 invocation)
      .positional("CONTENT", "content", "its id or title")
      .text("--count", "count", "how often to look, a second apart (default: without end)", "N")
      .data()
      .output();
  CommandOptions(program, "orders", "the serve orders in force (asks the running tracker)", "orders", invocation)
      .data()
      .output();
}

}  // namespace waybill::tracker
