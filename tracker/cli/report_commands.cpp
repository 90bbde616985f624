#include "tracker/cdn_log/log_line.h"
#include "tracker/cli/command_options_cli11.h"

namespace waybill::tracker {

namespace {

CommandOptions& add_place_and_time(CommandOptions& command) {
  return command.window()
      .text("--period", "period",
            "a month 2026-11, a quarter 2026-Q4, a year, a day, or a word: yesterday, last-week, last-month, ...",
            "PERIOD")
      .text("--between", "between", "only these hours of the day, e.g. 18:00-24:00", "HH:MM-HH:MM")
      .text("--timezone", "timezone", "of hours, days and periods (default: the --from ISP's, else UTC)", "TZ");
}

constexpr char kGroups[] =
    "isp-pair, from, to, traffic, agreement, source, owner, class, content, title, client, hour-of-day, quarter-hour, "
    "hour, day, month";
constexpr char kMatrixGroups[] =
    "a matrix for each agreement, source, owner, class, content, title, client, hour-of-day, quarter-hour, hour, day, "
    "month";
constexpr char kFileGroups[] =
    "owner,content (default), or class, title, to, client, hour-of-day, quarter-hour, hour, day, month";
constexpr char kPathGroups[] =
    "; and one of what lies on the path: country, state, city, place, as, router, switch, link, inter-isp-link";

CommandOptions& add_content(CommandOptions& command) {
  return command.text("--owner", "owner", "of this owner's content", "OWNER")
      .text("--class", "class", "of this class of content: file or live", "CLASS")
      .text("--content", "content", "of this content: id, first digits, or title", "CONTENT");
}

CommandOptions& add_isps(CommandOptions& command) {
  return command.text("--from", "from", "sent from this ISP ('unknown': from no known one)", "ISP")
      .text("--to", "to", "sent to this ISP", "ISP")
      .text("--delivered-to", "delivered_to", "received at this ISP, from anywhere", "ISP")
      .text("--involving", "involving", "sent from this ISP or received at it", "ISP");
}

CommandOptions& add_source(CommandOptions& command) {
  return command.text("--source", "source", "sent by peers, by cdn-nodes, or all (default)", "SOURCE");
}

CommandOptions& add_limit(CommandOptions& command, const std::string& orders) {
  return command.text("--order", "order", "rows by name (default), or the most first: " + orders, "ORDER")
      .text("--limit", "limit", "show the first so many rows", "N");
}

CommandOptions& add_order(CommandOptions& command) { return add_limit(command, "bytes, unacknowledged, receipts"); }

// Over the accounts: who sent to whom.
void add_account_reports(CLI::App& report, Invocation& invocation) {
  CommandOptions matrix(report, "matrix", "who sent how much to whom: a row and a column for each ISP", "report matrix",
                        invocation);
  add_place_and_time(add_source(add_content(add_isps(matrix))))
      .list("--group-by", "group_by", std::string(kMatrixGroups) + kPathGroups, "WHAT")
      .recipient()
      .data()
      .output();
  CommandOptions shares(report, "shares", "how the bytes divide into on-net peers, off-net peers and CDN nodes",
                        "report shares", invocation);
  add_place_and_time(add_limit(add_content(add_isps(shares)), "bytes, spared, cdn-nodes")
                         .text("--client", "client", "received by this agent: key, first digits, or name", "ID"))
      .list("--group-by", "group_by", kGroups, "WHAT")
      .recipient()
      .data()
      .output();
}

// What links and other components carried.
void add_component_reports(CLI::App& report, Invocation& invocation) {
  constexpr char kComponent[] = "this network component: key (inter-isp-link:SP1>SP2) or name";
  const auto add_time = [](CommandOptions& command) -> CommandOptions& {
    return command.window()
        .text("--period", "period", "a month 2026-11, a quarter 2026-Q4, a year or a day, instead", "PERIOD")
        .text("--timezone", "timezone", "of periods and dates (default UTC)", "TZ");
  };
  CommandOptions components(report, "components", "what each link, or component of another kind, carried",
                            "report components", invocation);
  add_order(add_time(add_content(components
                                     .text("--kind", "kind",
                                           "links (default), or one kind, as `records` and `component list` name them",
                                           "KIND")
                                     .text("--component", "component", kComponent, "NAME"))))
      .recipient()
      .data()
      .output();
  CommandOptions series(report, "series", "what components carried, by spans of 5 minutes or more", "report series",
                        invocation);
  add_time(add_content(series.text("--component", "component", kComponent, "NAME")
                           .text("--kind", "kind", "all of a kind instead (default inter-isp-link)", "KIND")
                           .text("--grain", "grain", "5min (default), 15min or hour", "GRAIN")))
      .recipient()
      .data()
      .output();
  CommandOptions percentile(report, "percentile", "95th percentile, peak and average rate of components in a direction",
                            "report percentile", invocation);
  add_time(add_content(percentile.text("--component", "component", kComponent, "NAME")
                           .text("--kind", "kind", "all of a kind instead (default inter-isp-link)", "KIND")
                           .text("--percent", "percent", "another percentile, 1 to 100", "N")
                           .text("--order", "order",
                                 "the most first by percentile (default), peak or bytes; or by name", "ORDER")
                           .text("--limit", "limit", "show the first so many rows", "N")))
      .recipient()
      .data()
      .output();
}

void add_reports(CLI::App& program, Invocation& invocation) {
  auto* report = program.add_subcommand("report", "questions to the accounts (all bytes are acknowledged ones)");
  report->require_subcommand(1);
  CommandOptions bytes(*report, "bytes", "how many bytes, from whom, to whom, of whose content, when", "report bytes",
                       invocation);
  add_place_and_time(
      add_source(add_order(add_content(add_isps(bytes))))
          .text("--client", "client", "received by this agent: key, first digits, or name", "ID")
          .text("--component", "component", "carried by this network component: key or name", "NAME")
          .flag("--crossing", "crossing", "what leaves --from and enters --to anywhere on its path, transit included")
          .text("--traffic", "traffic", "on-net (both ends at one ISP), off-net, or all (default)", "TRAFFIC"))
      .list("--group-by", "group_by", std::string(kGroups) + kPathGroups, "WHAT")
      .recipient()
      .data()
      .output();
  CommandOptions files(*report, "files", "how many files were received whole and verified", "report files", invocation);
  add_place_and_time(add_limit(add_content(files), "files, deliveries, bytes")
                         .text("--client", "client", "received by this agent: key, first digits, or name", "ID")
                         .text("--delivered-to", "delivered_to", "received at this ISP", "ISP")
                         .text("--from", "from", "refused here: a file comes from many senders", "ISP"))
      .list("--group-by", "group_by", kFileGroups, "WHAT")
      .recipient()
      .data()
      .output();
  CommandOptions balance(*report, "balance", "the difference between the bytes that two ISPs sent each other",
                         "report balance", invocation);
  add_place_and_time(balance.needed_text("--from", "from", "the one ISP", "ISP")
                         .needed_text("--to", "to", "the other ISP", "ISP")
                         .text("--owner", "owner", "of this owner's content", "OWNER")
                         .text("--class", "class", "of this class of content: file or live", "CLASS")
                         .text("--content", "content", "of this content: id, first digits, or title", "CONTENT"))
      .recipient()
      .data()
      .output();
  add_account_reports(*report, invocation);
  add_component_reports(*report, invocation);
  CommandOptions(*report, "commitment", "how far an ISP is from its minimum, or an owner from its threshold",
                 "report commitment", invocation)
      .text("--isp", "isp", "the minimum agreed with this ISP", "ISP")
      .text("--owner", "owner", "or the threshold agreed with this owner", "OWNER")
      .text("--period", "period",
            "a month 2026-11, or a day: the month as it stood at the day's end; or a word: last-month, yesterday "
            "(default: this month as it stands)",
            "PERIOD")
      .data()
      .output();
  add_saved_reports(*report, invocation);
}

void add_record_commands(CLI::App& records, Invocation& invocation) {
  CommandOptions(records, "re-resolve",
                 "what the present components and ISPs make of the stored paths, beside what the records say",
                 "records re-resolve", invocation)
      .needed_text("--since", "since", "records whose receipts end from this time on", "TIME")
      .text("--until", "until", "up to, not including, this time", "TIME")
      .flag("--yes", "yes", "change the records that come out otherwise (the receipts stay as they are)")
      .recipient()
      .data()
      .output();
  CommandOptions import(records, "import-log",
                        "what CDN nodes' plain web servers sent, by their access logs; each request counts once, "
                        "however often its line comes. nginx: log_format waybill '" +
                            std::string(kLogFormat) + "';",
                        "records import-log", invocation);
  const auto take = [&invocation](const std::vector<std::string>& files) { invocation.arguments["files"] = files; };
  import.words("FILE", "access logs, plain, gzip or bzip2, rotated ones too", take).data().output();
  CommandOptions(records, "re-resolutions", "when records were resolved again, and how many", "records re-resolutions",
                 invocation)
      .recipient()
      .data()
      .output();
}

}  // namespace

void add_report_commands(CLI::App& program, Invocation& invocation) {
  add_reports(program, invocation);
  CommandOptions records(program, "records",
                         "the network component records: <component> <path, owner, #bytes, start, end, title>",
                         "records", invocation);
  records.text("--component", "component", "of this component: key (router:core1) or name", "NAME")
      .text("--owner", "owner", "of this owner's content", "OWNER")
      .text("--content", "content", "of this content: id, first digits, or title", "CONTENT")
      .window()
      .text("--limit", "limit", "at most so many, the latest (default 1000)", "N")
      .recipient()
      .data()
      .output();
  add_record_commands(records.app(), invocation);
  CommandOptions(program, "transfers", "who served whom, how much, by which path", "transfers", invocation)
      .text("--from", "from", "sent from this ISP", "ISP")
      .text("--to", "to", "sent to this ISP", "ISP")
      .text("--involving", "involving", "sent from this ISP or received at it", "ISP")
      .text("--content", "content", "of this content: id, first digits, or title", "CONTENT")
      .text("--client", "client", "received by this agent: key, first digits, or name", "ID")
      .flag("--failed", "failed", "only orders of which the receiver said that they failed, and why")
      .flag("--hops", "hops", "with every hop of the last receipt's path as it answered, and its marks (JSON only)")
      .window()
      .recipient()
      .data()
      .output();
  CommandOptions(program, "settle", "what is owed to an ISP for a period", "settle", invocation)
      .needed_text("--isp", "isp", "the ISP", "NAME")
      .needed_text("--period", "period", "2026-11, 2026-Q4, 2026 or 2026-11-23, in the ISP's time zone", "PERIOD")
      .flag("--itemised", "itemised",
            "for the ISP: with a signed list of the receipts behind it, clients under pseudonyms (JSON only)")
      .flag("--evidence", "evidence",
            "for an auditor: with every signed order and receipt, in which clients' keys and addresses stand (JSON "
            "only)")
      .data()
      .output();
  CommandOptions(program, "verify", "check a settlement export with public keys alone", "verify", invocation)
      .positional("EXPORT", "export", "the file that `settle --format json --out FILE` wrote")
      .text("--tracker-key", "tracker_key", "refuse any other tracker's: the key on its enrol links", "HEX")
      .output();
  CommandOptions(program, "audit", "count every receipt again and compare with the accounts", "audit", invocation)
      .flag("--signatures", "signatures", "verify every signature too")
      .data()
      .output();
}

}  // namespace waybill::tracker
