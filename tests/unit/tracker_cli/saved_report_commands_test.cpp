// Reports that are saved: what is kept of the command line, what is refused at once, and asking them as of a moment.
#include <doctest/doctest.h>

#include "tests/unit/tracker_cli/generated_books.h"

namespace waybill::tracker {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

const TrackerProgram& program() {
  static const GeneratedBooks kBooks(27182818);
  return kBooks.program;
}

ProgramRun save(const std::string& name, Words options, Words question) {
  Words words{"report", "save", name, "--data", program().data().string()};
  words.insert(words.end(), options.begin(), options.end());
  if (!question.empty()) words.emplace_back("--");
  words.insert(words.end(), question.begin(), question.end());
  return program().run_bare(words);
}

json listed(const std::string& name) {
  const auto facts = program().facts({"report", "saved", "list", "--ended"});
  for (const auto& row : facts.at("rows")) {
    if (row.at("name") == name) return row;
  }
  return {};
}

TEST_CASE("a report is saved, listed, ended, and its name is free again") {
  const auto saved = save("links", {"--schedule", "weekly mon 03:00", "--timezone", "Europe/Berlin", "--delay", "30m"},
                          {"report", "components", "--order", "bytes", "--limit", "3"});
  REQUIRE_MESSAGE(saved.status == 0, saved.err);
  const auto row = listed("links");
  CHECK(row.at("schedule") == "weekly mon 03:00 Europe/Berlin delay 30m");
  CHECK(row.at("question") == "report components --limit 3 --order bytes --period last-week --timezone Europe/Berlin");
  CHECK(row.at("last") == "-");
  CHECK(row.at("next_due").get<std::string>().find("T03:00:00") != std::string::npos);
  const auto again = save("links", {"--schedule", "nightly"}, {"report", "matrix"});
  CHECK(again.status == 1);
  CHECK(again.err.find("named links already") != std::string::npos);
  const auto early = program().run({"report", "saved", "show", "links"});
  CHECK(early.status == 1);
  CHECK(early.err.find("has no answer yet: it is due") != std::string::npos);
  CHECK(program().facts({"report", "saved", "answers", "links"}).at("rows").empty());
  program().facts({"report", "saved", "end", "links"});
  CHECK_FALSE(listed("links").at("ended").is_null());
  CHECK(program().run({"report", "saved", "end", "links"}).status == 1);
  CHECK(save("links", {"--schedule", "nightly"}, {"report", "matrix"}).status == 0);
  program().facts({"report", "saved", "end", "links"});
}

TEST_CASE("without a time zone of its own it is due on the clocks of the ISP that it asks about") {
  REQUIRE(save("zone", {"--schedule", "nightly"}, {"report", "bytes", "--from", "SP2"}).status == 0);
  CHECK(listed("zone").at("schedule") == "daily 00:00 America/New_York delay 120m");
  CHECK(listed("zone").at("question") == "report bytes --from SP2 --period yesterday --timezone America/New_York");
}

TEST_CASE("a window that the question states stays as it is, and is of the due time") {
  REQUIRE(save("window", {"--schedule", "daily 06:00", "--timezone", "UTC"},
               {"report", "bytes", "--since", "-2d", "--until", "today"})
              .status == 0);
  CHECK(listed("window").at("question") == "report bytes --since -2d --timezone UTC --until today");
  const auto asked = program().facts({"report", "saved", "run", "window", "--at", "2026-11-12T06:00"});
  const auto plain = program().facts(
      {"report", "bytes", "--since", "2026-11-10T06:00Z", "--until", "2026-11-12T00:00Z", "--timezone", "UTC"});
  CHECK(asked.at("acknowledged_bytes") == plain.at("acknowledged_bytes"));
  CHECK(asked.at("receipts") == plain.at("receipts"));
  REQUIRE(plain.at("receipts") > 0);
}

TEST_CASE("asked by hand it answers as the report itself for the period before that moment") {
  REQUIRE(save("month", {"--schedule", "month-end", "--timezone", "Europe/Berlin"},
               {"report", "bytes", "--group-by", "owner,day"})
              .status == 0);
  auto asked = program().facts({"report", "saved", "run", "month", "--at", "2026-12-01"});
  const auto plain = program().facts(
      {"report", "bytes", "--group-by", "owner,day", "--period", "2026-11", "--timezone", "Europe/Berlin"});
  CHECK(asked.at("saved").at("due") == "2026-11-30T23:00:00Z");
  CHECK(asked.at("rows") == plain.at("rows"));
  REQUIRE(plain.at("rows").size() > 3);
  const auto csv = program().run({"report", "saved", "run", "month", "--at", "2026-12-01", "--format", "csv"});
  CHECK(csv.out == program()
                       .run({"report", "bytes", "--group-by", "owner,day", "--period", "2026-11", "--timezone",
                             "Europe/Berlin", "--format", "csv"})
                       .out);
  const auto table = program().run({"report", "saved", "run", "month", "--at", "2026-12-01"});
  CHECK(table.out.starts_with("month, due 2026-12-01T00:00:00+01:00, asked by hand and not kept\n"));
}

TEST_CASE("what cannot be asked by a schedule is refused in one line when it is saved, and nothing is kept") {
  const auto refused = [](const Words& options, const Words& question, const std::string& said, int status) {
    const auto before = program().facts({"report", "saved", "list", "--ended"});
    const auto run = save("bad", options, question);
    CHECK_MESSAGE(run.status == status, run.err);
    CHECK_MESSAGE(run.err.find(said) != std::string::npos, run.err);
    CHECK_MESSAGE(run.err.find('\n') == run.err.size() - 1, run.err);
    CHECK(run.out.empty());
    CHECK(program().facts({"report", "saved", "list", "--ended"}) == before);
  };
  const Words matrix{"report", "matrix"};
  refused({"--schedule", "daily 25:00"}, matrix, "--schedule: 'daily 25:00' is not a schedule", 2);
  refused({"--schedule", "monthly 31 of February"}, matrix, "is not a schedule", 2);
  refused({"--schedule", "yearly 31 feb"}, matrix, "can never be due", 2);
  refused({}, matrix, "--schedule", 2);
  refused({"--schedule", "nightly", "--timezone", "Mars/Base"}, matrix, "--timezone: 'Mars/Base'", 2);
  refused({"--schedule", "nightly", "--delay", "8d"}, matrix, "--delay", 2);
  const Words nightly{"--schedule", "nightly"};
  refused(nightly, {}, "QUESTION", 2);
  refused(nightly, {"isp", "list"}, "QUESTION", 2);
  refused(nightly, {"records"}, "'records' is not a report that can be saved", 2);
  refused(nightly, {"settle", "--isp", "SP1", "--period", "2026-11"}, "'settle' is not a report", 2);
  refused(nightly, {"report", "saved", "list"}, "'report saved list' is not a report", 2);
  refused(nightly, {"report", "save", "x", "--schedule", "nightly", "--", "report", "matrix"}, "QUESTION", 2);
  refused(nightly, {"report", "matrix", "--colour", "red"}, "--colour", 2);
  refused(nightly, {"report", "matrix", "--help"}, "QUESTION", 2);
  refused(nightly, {"report", "matrix", "--format", "csv"}, "--format", 2);
  refused(nightly, {"report", "matrix", "--from", "SP9"}, "SP9", 1);
  refused(nightly, {"report", "bytes", "--group-by", "colour"}, "'colour' is not something to group by", 2);
  refused(nightly, {"report", "bytes", "--period", "last-day"}, "'last-day' is not a period", 2);
  refused(nightly, {"report", "bytes", "--since", "-1d", "--until", "-2d"}, "exchange --since and --until", 1);
  refused(nightly, {"report", "bytes", "--since", "today", "--until", "yesterday"}, "exchange --since and --until", 1);
  refused(nightly, {"report", "percentile", "--percent", "101"}, "--percent", 2);
}

TEST_CASE("which of them are there, and which times, is said") {
  const auto said = [](const Words& words, const std::string& what, int status) {
    const auto run = program().run(words);
    CHECK_MESSAGE(run.status == status, run.err);
    CHECK_MESSAGE(run.err.find(what) != std::string::npos, run.err);
  };
  said({"report", "saved", "show", "nothing"}, "there is no saved report 'nothing'", 1);
  said({"report", "saved", "run", "nothing"}, "there is no saved report 'nothing'", 1);
  said({"report", "saved", "end", "nothing"}, "there is no saved report 'nothing'", 1);
  REQUIRE(save("times", {"--schedule", "nightly"}, {"report", "matrix"}).status == 0);
  said({"report", "saved", "show", "times", "--at", "noon"}, "--at: 'noon' is not a time", 2);
  said({"report", "saved", "show", "times", "--at", "2026-11-12"}, "report saved answers times", 1);
}

}  // namespace
}  // namespace waybill::tracker
