// ISPs, agreements and components through the real program: their lives, and refusals that change nothing.
#include <doctest/doctest.h>

#include "tests/unit/tracker_cli/tracker_program.h"

namespace waybill::tracker {
namespace {

using Words = std::vector<std::string>;

// The command is refused with `said` in its one line, and no row of the books changed.
void refused(const TrackerProgram& program, const Words& words, const std::string& said, int status = 1) {
  const auto before = program.dump();
  const auto run = program.run(words);
  CHECK_MESSAGE(run.status == status, run.err);
  CHECK(run.out.empty());
  CHECK_MESSAGE(run.err.find('\n') == run.err.size() - 1, run.err);
  CHECK_MESSAGE(run.err.find(said) != std::string::npos, run.err);
  CHECK(program.dump() == before);
}

Words agreement(const std::string& isp, Words more) {
  Words words{"agreement", "add", "--isp", isp, "--price", "0.02", "--currency", "EUR"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_CASE("an ISP's life") {
  const TrackerProgram program;
  const auto added = program.facts({"isp", "add", "SP1", "--asn", "64500", "--prefix", "198.51.100.0/24", "--prefix",
                                    "2001:db8::/32", "--timezone", "Europe/Berlin"});
  CHECK(added.at("isp").at("prefixes").size() == 2);
  program.facts({"isp", "add", "SP2", "--prefix", "203.0.113.0/24,192.0.2.0/24"});
  const auto listed = program.facts({"isp", "list"}).at("isps");
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].at("asn") == 64500);
  CHECK(listed[1].at("asn").is_null());
  CHECK(listed[1].at("timezone") == "UTC");
  CHECK(listed[1].at("prefixes").size() == 2);
  const auto table = program.run({"isp", "show", "SP1"});
  CHECK(table.out.find("Europe/Berlin") != std::string::npos);
  CHECK(table.out.find("SP2") == std::string::npos);
  const auto csv = program.run({"isp", "list", "--format", "csv"});
  CHECK(csv.out.find("name,asns,timezone,prefixes\r\nSP1,64500,Europe/Berlin,\"") == 0);
  CHECK(program.run({"isp", "remove", "SP2"}).status == 0);
  CHECK(program.facts({"isp", "list"}).at("isps").size() == 1);
}

TEST_CASE("an ISP is refused by name, prefix, time zone or number") {
  const TrackerProgram program;
  program.facts({"isp", "add", "SP1", "--prefix", "198.51.100.0/24"});
  refused(program, {"isp", "add", "SP1"}, "SP1");
  refused(program, {"isp", "add", "SP2", "--prefix", "203.0.113.0/24", "--prefix", "198.51.100.0/24"}, "SP1 already");
  refused(program, {"isp", "add", "SP2", "--timezone", "Europe/Atlantis"}, "--timezone", 2);
  refused(program, {"isp", "add", "SP2", "--prefix", "198.51.100.7/24"}, "--prefix", 2);
  refused(program, {"isp", "add", "SP2", "--prefix", "nonsense"}, "--prefix", 2);
  refused(program, {"isp", "add", "SP2", "--asn", "4294967296"}, "--asn", 2);
  refused(program, {"isp", "add", "unknown"}, "unknown");
  refused(program, {"isp", "add", "SP1>SP2"}, "name");
  refused(program, {"isp", "add", ""}, "NAME", 2);
  refused(program, {"isp", "show", "SP9"}, "SP9");
  refused(program, {"isp", "remove", "SP9"}, "SP9");
  program.facts(agreement("SP1", {"--grant", "always"}));
  refused(program, {"isp", "remove", "SP1"}, "agreements");
}

TEST_CASE("an agreement's life") {
  const TrackerProgram program;
  program.facts({"isp", "add", "SP1", "--timezone", "Europe/Berlin"});
  const auto added =
      program
          .facts(agreement("SP1", {"--grant", "18:00-24:00", "--quota", "10TB", "--per", "day", "--off-net-price",
                                   "0.035", "--from", "2026-11-01", "--until", "2099-01-01"}))
          .at("agreement");
  CHECK(added.at("grant") == "18:00-24:00");
  CHECK(added.at("quota_bytes") == 10'000'000'000'000);
  CHECK(added.at("quota_per") == "day");
  CHECK(added.at("price_per_gb") == "0.02");
  CHECK(added.at("off_net_price_per_gb") == "0.035");
  CHECK(added.at("from") == "2026-10-31T23:00:00Z");  // midnight in Berlin
  CHECK(added.at("until") == "2098-12-31T23:00:00Z");
  const auto id = std::to_string(added.at("id").get<int>());
  // A time without an offset is on the same clocks as the beginning.
  CHECK(program.facts({"agreement", "end", id, "--at", "2090-02-01"}).at("ends") == "2090-01-31T23:00:00Z");
  CHECK(program.run({"agreement", "end", id, "--at", "2090-01-01T00:00Z"}).status == 0);
  auto listed = program.facts({"agreement", "list"}).at("agreements");
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].at("until") == "2090-01-01T00:00:00Z");
  // After its end, another may begin.
  program.facts(agreement("SP1", {"--grant", "none", "--from", "2090-01-01T00:00Z"}));
  listed = program.facts({"agreement", "list", "--isp", "SP1"}).at("agreements");
  REQUIRE(listed.size() == 2);
  CHECK(listed[1].at("grant") == "none");
  CHECK(listed[1].at("state") == "not yet");
  CHECK(listed[1].at("off_net_price_per_gb") == "0.02");
  CHECK(program.run({"agreement", "list"}).out.find("10 000 000 000 000  10.0 TB") != std::string::npos);
}

TEST_CASE("an agreement is refused where it overlaps or cannot be read") {
  const TrackerProgram program;
  program.facts({"isp", "add", "SP1"});
  program.facts(agreement("SP1", {"--grant", "always", "--from", "2026-01-01", "--until", "2027-01-01"}));
  refused(program, agreement("SP1", {"--grant", "none", "--from", "2026-12-31"}),
          "two agreements at once: 1 (2026-01-01");
  refused(program, agreement("SP1", {"--grant", "none", "--from", "2025-01-01"}),
          "two agreements at once: 1 (2026-01-01");
  refused(program, agreement("SP2", {"--grant", "always"}), "SP2");
  refused(program, agreement("SP1", {"--grant", "always", "--from", "2028-01-01", "--until", "2027-06-01"}),
          "would end");
  refused(program, agreement("SP1", {"--grant", "sometimes"}), "--grant", 2);
  refused(program, agreement("SP1", {"--grant", "18:00-18:00"}), "--grant", 2);
  refused(program, agreement("SP1", {"--grant", "always", "--quota", "much"}), "--quota", 2);
  refused(program, agreement("SP1", {"--grant", "always", "--quota", "0"}), "--quota", 2);
  refused(program, agreement("SP1", {"--grant", "always", "--per", "day"}), "--quota", 2);
  refused(program, agreement("SP1", {"--grant", "always", "--quota", "1TB", "--per", "week"}), "--per", 2);
  refused(program, agreement("SP1", {"--grant", "always", "--from", "2028-02-30"}), "--from", 2);
  refused(program,
          {"agreement", "add", "--isp", "SP1", "--grant", "always", "--price", "0.02", "--currency", "XYZ", "--from",
           "2028-01-01"},
          "XYZ", 2);
  refused(program,
          {"agreement", "add", "--isp", "SP1", "--grant", "always", "--price", "2,50", "--currency", "EUR", "--from",
           "2028-01-01"},
          "--price", 2);
  refused(program,
          {"agreement", "add", "--isp", "SP1", "--grant", "always", "--price=-1", "--currency", "EUR", "--from",
           "2028-01-01"},
          "a price is below zero");
  refused(program, {"agreement", "end", "7"}, "7");
  refused(program, {"agreement", "end", "1", "--at", "2026-02-01"}, "past", 2);
  refused(program, {"agreement", "end", "one"}, "ID", 2);
}

TEST_CASE("a component's life") {
  const TrackerProgram program;
  program.facts({"component", "add", "core router 3", "--address", "198.51.100.1", "--owner", "SP1"});
  program.facts({"component", "add", "switch 1", "--address", "2001:db8::1", "--kind", "switch"});
  const auto listed = program.facts({"component", "list"}).at("components");
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].at("kind") == "router");
  CHECK(listed[1].at("addresses").at(0) == "2001:db8::1");
  refused(program, {"component", "add", "other", "--address", "198.51.100.1"}, "198.51.100.1");
  refused(program, {"component", "add", "core router 3", "--address", "198.51.100.2"}, "core router 3");
  refused(program, {"component", "add", "x", "--address", "198.51.100"}, "--address", 2);
  refused(program, {"component", "add", "x", "--address", "198.51.100.9", "--kind", "moon"}, "--kind", 2);
  refused(program, {"component", "remove", "y"}, "y");
  CHECK(program.run({"component", "remove", "switch 1"}).status == 0);
  CHECK(program.facts({"component", "list"}).at("components").size() == 1);
}

TEST_CASE("content that nobody published is refused, and the list is empty") {
  const TrackerProgram program;
  CHECK(program.run({"content", "list"}).out == "(none)\n");
  refused(program, {"content", "show", "RobinHood"}, "RobinHood");
  refused(program, {"content", "remove", "RobinHood"}, "RobinHood");
}

TEST_CASE("live commands without a tracker say what to do; the output file is whole or absent") {
  const TrackerProgram program;
  for (const auto* command : {"agents", "orders"}) refused(program, {command}, "waybill-tracker serve --data");
  program.facts({"isp", "add", "SP1"});
  const auto file = program.file("list.csv");
  CHECK(program.run({"isp", "list", "--format", "csv", "--out", file.string()}).status == 0);
  CHECK(std::filesystem::file_size(file) > 20);
  const auto bad = program.run({"isp", "list", "--out", program.file("absent/list").string()});
  CHECK(bad.status == 1);
  CHECK(bad.err.find("--out") != std::string::npos);
}

TEST_CASE("commands go to the running tracker, which sees the change; reports run beside it") {
  const TrackerProgram program;
  ServingTracker serving(program);
  CHECK(serving.ready_line().find("ready: https://127.0.0.1:") == 0);
  program.facts({"isp", "add", "SP1", "--prefix", "198.51.100.0/24"});
  CHECK(program.facts({"isp", "list"}).at("isps").size() == 1);
  CHECK(program.facts({"agents"}).at("agents").empty());
  CHECK(program.facts({"report", "bytes"}).at("acknowledged_bytes") == 0);
  const auto again = program.run({"isp", "add", "SP1"});
  CHECK(again.status == 1);
  CHECK(again.err.find("SP1") != std::string::npos);
  CHECK(serving.stop() == 0);
  CHECK(program.facts({"isp", "list"}).at("isps").size() == 1);
}

}  // namespace
}  // namespace waybill::tracker
