#include "tracker/cli/command_options_cli11.h"

namespace waybill::tracker {

namespace {

CLI::App& group(CLI::App& program, const std::string& name, const std::string& description) {
  auto* app = program.add_subcommand(name, description);
  app->require_subcommand(1);
  return *app;
}

void add_isp(CLI::App& program, Invocation& invocation) {
  auto& isp = group(program, "isp", "the ISPs and the address prefixes of their customers and routers");
  CommandOptions(isp, "add", "make an ISP known", "isp add", invocation)
      .positional("NAME", "name", "its name, e.g. SP1")
      .list("--asn", "asn", "an autonomous system number of its; may be repeated", "N")
      .list("--prefix", "prefix", "a prefix of its addresses, IPv4 or IPv6; may be repeated", "CIDR")
      .text("--timezone", "timezone", "its time zone, e.g. Europe/Berlin (default UTC)", "TZ")
      .data()
      .output();
  CommandOptions(isp, "asn", "change the autonomous system numbers of an ISP", "isp asn", invocation)
      .positional("NAME", "name", "its name")
      .list("--add", "add", "a number that is its, too; may be repeated", "N")
      .list("--remove", "remove", "a number that is its no more; may be repeated", "N")
      .data()
      .output();
  CommandOptions(isp, "list", "list the ISPs", "isp list", invocation).data().output();
  CommandOptions(isp, "show", "show one ISP", "isp show", invocation)
      .positional("NAME", "name", "its name")
      .data()
      .output();
  CommandOptions(isp, "remove", "forget an ISP that no agreement and no order names", "isp remove", invocation)
      .positional("NAME", "name", "its name")
      .data()
      .output();
}

void add_agreement(CLI::App& program, Invocation& invocation) {
  auto& agreement = group(program, "agreement", "what each ISP grants, and what it is paid");
  CommandOptions(agreement, "add", "an ISP's grant and tariff; one ISP's agreements never overlap", "agreement add",
                 invocation)
      .text("--isp", "isp", "the ISP", "NAME")
      .text("--grant", "grant",
            "when its customers' uplinks may be used: always, none, or hours in its time zone like 18:00-24:00",
            "GRANT")
      .text("--terms", "terms",
            "all of the terms as JSON, an ISP's or an owner's, instead of the options above: \"$(cat FILE)\"", "JSON")
      .text("--quota", "quota", "at most so many acknowledged bytes a period, e.g. 10TB", "BYTES")
      .text("--per", "per", "the quota's period: day or month (default month)", "PERIOD")
      .text("--price", "price", "owed per GB (10^9 bytes) between its own customers", "AMOUNT")
      .text("--off-net-price", "off_net_price", "owed per GB to receivers elsewhere (default: --price)", "AMOUNT")
      .text("--currency", "currency", "ISO 4217 code, e.g. EUR", "CODE")
      .text("--from", "from", "begins: 2026-11-01 in the ISP's time zone, 2026-11-01T00:00Z (default now)", "TIME")
      .text("--until", "until", "ends; without it, it holds until `agreement end`", "TIME")
      .data()
      .output();
  CommandOptions(agreement, "renegotiate", "end the one in force where the new terms begin, and add these",
                 "agreement renegotiate", invocation)
      .needed_text("--terms", "terms", "the new terms as JSON: \"$(cat FILE)\"", "JSON")
      .data()
      .output();
  CommandOptions(agreement, "show", "every term of the agreements with one party, as JSON", "agreement show",
                 invocation)
      .text("--isp", "isp", "the ISP", "NAME")
      .text("--owner", "owner", "or the content owner", "NAME")
      .data()
      .output();
  CommandOptions(agreement, "list", "list the agreements", "agreement list", invocation)
      .text("--isp", "isp", "of this ISP only", "NAME")
      .data()
      .output();
  CommandOptions(agreement, "end", "end an agreement; service under it stops then", "agreement end", invocation)
      .positional("ID", "id", "its number, from `agreement list`")
      .text("--at", "at", "when, on the ISP's clocks unless it says otherwise (default now)", "TIME")
      .data()
      .output();
}

void add_insight(CLI::App& component, Invocation& invocation) {
  auto& insight = group(component, "insight", "what lies between two devices, though no trace shows it");
  CommandOptions(insight, "add", "put a component on the paths where two devices follow each other",
                 "component insight add", invocation)
      .needed_text("--between", "between", "the one device: its name, address or key", "DEVICE")
      .needed_text("--and", "and", "the other one", "DEVICE")
      .needed_text("--lies", "lies", "the registered component between them", "NAME")
      .flag("--one-way", "one_way", "only for traffic from the one to the other (default: both ways)")
      .data()
      .output();
  CommandOptions(insight, "import", "add all insights of a table, or none", "component insight import", invocation)
      .file("FILE", "file", "CSV whose first line names the columns: between, and, lies; and direction (both, one-way)")
      .data()
      .output();
  CommandOptions(insight, "list", "list the insights", "component insight list", invocation).data().output();
  CommandOptions(insight, "remove", "forget an insight; records that were resolved by it stay",
                 "component insight remove", invocation)
      .positional("ID", "id", "its number, from `component insight list`")
      .data()
      .output();
}

void add_component(CLI::App& program, Invocation& invocation) {
  auto& component = group(program, "component", "network components with names, owners and places");
  CommandOptions(component, "add", "name what is found on measured paths", "component add", invocation)
      .positional("NAME", "name", "its name, e.g. 'SP1 core router 3'")
      .text("--kind", "kind",
            "router (default), switch, link, inter-isp-link, host, as, isp, country, state, city or place", "KIND")
      .text("--owner", "owner", "who is paid for it (default: the ISP that it lies in)", "NAME")
      .list("--address", "address", "an address that it answers from; may be repeated", "ADDRESS")
      .list("--prefix", "prefix", "a prefix of its addresses, where no component has the address; may be repeated",
            "CIDR")
      .list("--pattern", "pattern",
            "a pattern of its reverse DNS name (* any run, ? one character), where neither says; may be repeated",
            "PATTERN")
      .text("--isp", "isp", "the ISP that it lies in (default: by the prefixes of ISPs)", "NAME")
      .text("--country", "country", "the country that it lies in", "NAME")
      .text("--state", "state", "the state; needs --country", "NAME")
      .text("--city", "city", "the city; needs --country", "NAME")
      .data()
      .output();
  CommandOptions(component, "import", "add all components of a table, or none", "component import", invocation)
      .file("FILE", "file",
            "CSV whose first line names the columns: name; and kind, owner, isp, address, prefix, pattern, country, "
            "state, city where wanted (several addresses in one cell: with spaces)")
      .data()
      .output();
  CommandOptions(component, "list", "list the components", "component list", invocation)
      .text("--kind", "kind", "of this kind only", "KIND")
      .data()
      .output();
  CommandOptions(component, "show", "show one component and the insights that name it", "component show", invocation)
      .positional("NAME", "name", "its name")
      .data()
      .output();
  add_insight(component, invocation);
  CommandOptions(component, "remove", "forget a component's name; its records stay", "component remove", invocation)
      .positional("NAME", "name", "its name")
      .data()
      .output();
}

void add_content(CLI::App& program, Invocation& invocation) {
  auto& content = group(program, "content", "what was published (by `waybill-agent publish` on a CDN node)");
  CommandOptions(content, "list", "list the content that is handed out", "content list", invocation)
      .text("--owner", "owner", "of this owner only", "OWNER")
      .flag("--all", "all", "removed content too")
      .data()
      .output();
  CommandOptions(content, "show", "show one content", "content show", invocation)
      .positional("CONTENT", "content", "its id, the id's first digits, or its title")
      .data()
      .output();
  auto& web_seed = group(content, "webseed", "plain web servers of CDN nodes, which torrents name (BEP 19)");
  CommandOptions(web_seed, "add", "name the URL in the content's torrents from now on", "content webseed add",
                 invocation)
      .positional("CONTENT", "content", "its id, the id's first digits, or its title")
      .positional("URL", "url", "http or https, of the very file")
      .data()
      .output();
  CommandOptions(web_seed, "remove", "name it no more; import its logs before", "content webseed remove", invocation)
      .positional("CONTENT", "content", "its id, the id's first digits, or its title")
      .positional("URL", "url", "as it was added")
      .data()
      .output();
  CommandOptions(web_seed, "list", "list the web seeds", "content webseed list", invocation)
      .text("--content", "content", "of this content only: its id, the id's first digits, or its title", "CONTENT")
      .data()
      .output();
  CommandOptions(content, "remove", "hand it out no more; its books stay", "content remove", invocation)
      .positional("CONTENT", "content", "its id, the id's first digits, or its title")
      .data()
      .output();
}

}  // namespace

void add_registry_commands(CLI::App& program, Invocation& invocation) {
  add_isp(program, invocation);
  add_agreement(program, invocation);
  add_component(program, invocation);
  add_content(program, invocation);
}

}  // namespace waybill::tracker
