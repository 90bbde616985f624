#include "tracker/cli/command_options_cli11.h"

namespace waybill::tracker {

namespace {

// The words behind `--`, read by the very options that they have as a command of their own.
std::string question_of(const std::vector<std::string>& words) {
  Invocation question;
  CLI::App program("", "waybill-tracker");
  program.require_subcommand(1);
  add_report_commands(program, question);
  try {
    program.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    throw CLI::ValidationError("QUESTION", "it is saved without --help");
  } catch (const CLI::ParseError& error) {
    throw CLI::ValidationError("QUESTION", error.what());
  }
  const bool of_showing = !question.data.empty() || !question.out.empty() || !question.recipient.empty() ||
                          question.format != OutputFormat::table;
  if (of_showing) {
    throw CLI::ValidationError(
        "QUESTION", "--data, --format, --for and --out are not part of it: give them to `report saved show`");
  }
  return nlohmann::json{{"command", question.command}, {"arguments", question.arguments}}.dump();
}

}  // namespace

void add_saved_reports(CLI::App& report, Invocation& invocation) {
  CommandOptions save(report, "save", "a report that the tracker asks by itself, by a schedule, keeping its answers",
                      "report save", invocation);
  save.positional("NAME", "name", "what to call it")
      .needed_text(
          "--schedule", "schedule",
          "nightly (daily 00:00), daily 03:00, weekly mon 03:00, month-end (monthly 1 00:00), monthly 15 03:00 "
          "or yearly 31 dec 03:00; an hour that the clocks skip is the instant after, one that they show twice "
          "is the first",
          "SCHEDULE")
      .text("--timezone", "timezone",
            "of the schedule and of the report (default: its --from or --isp ISP's, else UTC)", "TZ")
      .text("--delay", "delay", "ask so much later than it is due, for late receipts: 0, 30m, 2h (default), 3d", "TIME")
      .words("QUESTION",
             "the report: -- report bytes --group-by owner. Its window is of the time at which it is due: --period "
             "yesterday, last-week, last-month; where none is stated, what the schedule has just ended",
             [&invocation](const std::vector<std::string>& words) {
               invocation.arguments["question"] = question_of(words);
             })
      .data()
      .output();
  auto* saved = report.add_subcommand("saved", "the reports that were saved, and their answers");
  saved->require_subcommand(1);
  CommandOptions(*saved, "list", "what is asked when, and how it went last", "report saved list", invocation)
      .flag("--ended", "ended", "those that have ended, too")
      .data()
      .output();
  CommandOptions(*saved, "answers", "what was answered, and what failed and why", "report saved answers", invocation)
      .positional("NAME", "name", "its name")
      .text("--limit", "limit", "the latest so many (default 100)", "N")
      .data()
      .output();
  CommandOptions(*saved, "show", "an answer that was kept", "report saved show", invocation)
      .positional("NAME", "name", "its name")
      .text("--at", "at", "when it was due (default: the latest that was answered)", "TIME")
      .recipient()
      .data()
      .output();
  CommandOptions(*saved, "run", "ask it now, as of when it was due last, and keep nothing", "report saved run",
                 invocation)
      .positional("NAME", "name", "its name")
      .text("--at", "at", "as of this time instead", "TIME")
      .recipient()
      .data()
      .output();
  CommandOptions(*saved, "end", "ask it no more; what was answered stays", "report saved end", invocation)
      .positional("NAME", "name", "its name")
      .data()
      .output();
}

}  // namespace waybill::tracker
