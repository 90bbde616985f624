// Components, insights and the re-resolution of records through the real program.
#include <algorithm>
#include <fstream>

#include <doctest/doctest.h>

#include "tests/unit/tracker_cli/generated_books.h"

namespace waybill::tracker {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

constexpr TimeMs kNovember{1'793'491'200'000};  // 2026-11-01T00:00Z

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

std::string write(const TrackerProgram& program, const std::string& name, const std::string& text) {
  std::ofstream(program.file(name), std::ios::binary) << text;
  return program.file(name).string();
}

json row_of(const json& rows, const std::string& component) {
  for (const auto& row : rows) {
    if (row.at("component") == component) return row;
  }
  return nullptr;
}

std::int64_t bytes_of(const TrackerProgram& program, const std::string& component) {
  return program.facts({"report", "bytes", "--component", component}).at("acknowledged_bytes");
}

TEST_CASE("a component says its kind, owner, place and what it is recognised by") {
  const TrackerProgram program;
  program.facts({"isp", "add", "SP1"});
  const auto added =
      program
          .facts({"component", "add", "core", "--owner", "SP1", "--isp", "SP1", "--address", "192.0.2.1,192.0.2.2",
                  "--prefix", "10.1.0.0/16", "--pattern", "*.Core.example", "--country", "Germany", "--city", "Munich"})
          .at("component");
  CHECK(added.at("addresses") == json{"192.0.2.1", "192.0.2.2"});
  CHECK(added.at("patterns") == json{"*.core.example"});
  CHECK(added.at("isp") == "SP1");
  program.facts({"component", "add", "AS64500", "--kind", "as", "--prefix", "10.1.0.0/16"});
  program.facts({"component", "add", "Munich", "--kind", "city", "--country", "Germany", "--owner", "City"});
  program.facts({"component", "add", "link 1", "--kind", "inter-as-link", "--address", "192.0.2.3"});
  CHECK(program.facts({"component", "show", "core"}).at("components").at(0).at("city") == "Munich");
  CHECK(program.facts({"component", "list", "--kind", "city"}).at("components").at(0).at("key") ==
        "city:Germany/Munich");
  CHECK(program.run({"component", "list"}).out.find("*.core.example") != std::string::npos);

  refused(program, {"component", "add", "x", "--prefix", "10.1.0.0/16"},
          "prefix 10.1.0.0/16 belongs to the component 'core'");
  refused(program, {"component", "add", "x", "--kind", "as", "--prefix", "10.1.0.0/16"}, "AS64500");
  refused(program, {"component", "add", "x", "--pattern", "*.CORE.example"}, "*.core.example");
  refused(program, {"component", "add", "x", "--pattern", "*.*"}, "--pattern", 2);
  refused(program, {"component", "add", "x", "--pattern", "a$b"}, "--pattern", 2);
  refused(program, {"component", "add", "x", "--prefix", "10.1.0.1/16"}, "--prefix", 2);
  refused(program, {"component", "add", "x", "--kind", "moon"}, "--kind", 2);
  refused(program, {"component", "add", "x", "--city", "Munich"}, "country");
  refused(program, {"component", "add", "x", "--isp", "SP9"}, "SP9");
  refused(program, {"component", "show", "x"}, "'x'");
  refused(program, {"isp", "remove", "SP1"}, "core");
}

TEST_CASE("a table is imported whole or not at all, and the line that is bad is named") {
  const TrackerProgram program;
  program.facts({"isp", "add", "SP1"});
  std::string table = "name,kind,owner,isp,address,pattern\r\n";
  for (int line = 2; line <= 5000; ++line) {
    const auto number = std::to_string(line);
    const auto address = "10.0." + std::to_string(line / 250) + "." + std::to_string(line % 250);
    table += "\"router " + number + "\",router,SP1,SP1," + (line == 4711 ? "10.0.0" : address) + "," +
             (line % 1000 == 0 ? "*.r" + number + ".example" : "") + "\r\n";
  }
  refused(program, {"component", "import", write(program, "bad.csv", table)}, "line 4711: ");
  table.replace(table.find("10.0.0,"), 6, "10.0.99.1");
  const auto good = write(program, "good.csv", table);
  auto twice = table;
  twice.replace(twice.find("\"router 4711\""), 13, "\"router 4710\"");
  refused(program, {"component", "import", write(program, "twice.csv", twice)},
          "line 4711: there is a component named 'router 4710' already");
  CHECK(program.facts({"component", "import", good}).at("imported") == 4999);
  CHECK(program.facts({"component", "list"}).at("components").size() == 4999);
  refused(program, {"component", "import", good}, "line 2: ");

  refused(program, {"component", "import", write(program, "a", "name,colour\nx,red\n")},
          "line 1: there is no column 'colour'");
  refused(program, {"component", "import", write(program, "b", "kind\nrouter\n")},
          "line 1: the column 'name' is needed");
  refused(program, {"component", "import", write(program, "c", "name,kind\nx\n")}, "line 2: 1 cells");
  refused(program, {"component", "import", write(program, "d", "name\n\"x\n")}, "line 2: a quote is never closed");
  refused(program, {"component", "import", write(program, "e", "name,isp\nx,SP9\n")}, "line 2: no ISP is named 'SP9'");
  refused(program, {"component", "import", write(program, "f", "name,kind\nx,moon\n")}, "line 2: 'moon'");
  refused(program, {"component", "import", write(program, "g", "name\n")}, "no component");
  refused(program, {"component", "import", write(program, "h", "")}, "it is empty", 2);
  refused(program, {"component", "import", write(program, "i", std::string((8 << 20) + 1, 'x'))}, "bytes", 2);
  refused(program, {"component", "import", program.file("absent").string()}, "cannot be read", 2);
}

TEST_CASE("insights name devices that are known") {
  const TrackerProgram program;
  program.facts({"component", "add", "router 5", "--address", "192.0.2.5"});
  program.facts({"component", "add", "router 6", "--address", "192.0.2.6"});
  program.facts({"component", "add", "switch 1", "--kind", "switch"});
  program.facts({"component", "add", "cable", "--kind", "link"});
  const auto insight =
      program
          .facts({"component", "insight", "add", "--between", "router 5", "--and", "192.0.2.6", "--lies", "switch 1"})
          .at("insight");
  CHECK(insight.at("and") == "router:router 6");
  CHECK(insight.at("direction") == "both");
  const auto table = write(program, "insights.csv", "between,and,lies,direction\nrouter 6,router 5,cable,one-way\n");
  CHECK(program.facts({"component", "insight", "import", table}).at("imported") == 1);
  CHECK(program.facts({"component", "insight", "list"}).at("insights").size() == 2);
  CHECK(program.facts({"component", "show", "cable"}).at("insights").at(0).at("direction") == "one-way");
  const auto add = [](const Words& ends) {
    Words words{"component", "insight", "add"};
    for (std::size_t i = 0; i < 3; ++i)
      words.insert(words.end(), {i == 0 ? "--between" : i == 1 ? "--and" : "--lies", ends[i]});
    return words;
  };
  refused(program, add({"router 5", "router 7", "cable"}), "no router or other device is known as 'router 7'");
  refused(program, add({"router 5", "192.0.2.7", "cable"}), "192.0.2.7");
  refused(program, add({"router 5", "router 6", "rope"}), "'rope'");
  refused(program, add({"router 5", "router 5", "cable"}), "the same");
  refused(program, add({"router 6", "router 5", "switch 1"}), "said already");
  refused(program,
          {"component", "insight", "import",
           write(program, "x", "between,and,lies\nrouter 5,switch 1,cable\nrouter 5,router 7,cable\n")},
          "line 3: no router");
  refused(program, {"component", "remove", "cable"}, "insight 2");
  refused(program, {"component", "insight", "remove", "9"}, "9");
  refused(program, {"component", "insight", "remove", "x"}, "ID", 2);
  program.facts({"component", "insight", "remove", "2"});
  program.facts({"component", "remove", "cable"});
}

TEST_CASE("records are resolved again on request, the difference first") {
  const GeneratedBooks books(5026);
  const auto& program = books.program;
  const Words look{"records", "re-resolve", "--since", "2026-10-01"};
  CHECK(program.facts(look).at("resolution").at("changed") == 0);
  program.facts({"component", "add", "sp1 core", "--pattern", "core.sp1.example", "--country", "Germany"});
  program.facts({"component", "add", "sp2 core", "--address", "198.18.2.1"});
  program.facts({"component", "add", "exchange", "--kind", "switch", "--owner", "IX"});
  program.facts(
      {"component", "insight", "add", "--between", "sp1 core", "--and", "sp2 core", "--lies", "exchange", "--one-way"});
  // Behind the first router of some sender, which nobody registered.
  const auto first_of = [](const ExpectedReceipt& r) { return 100 + r.order % 50; };
  const auto sample = std::find_if(books.receipts.begin(), books.receipts.end(), [](const ExpectedReceipt& r) {
    return r.measured && r.from == 1 && r.acked > 0 && r.end >= kNovember;
  });
  REQUIRE(sample != books.receipts.end());
  program.facts({"component", "add", "rack", "--kind", "switch"});
  program.facts({"component", "insight", "add", "--between", "198.18.1." + std::to_string(first_of(*sample)), "--and",
                 "sp1 core", "--lies", "rack"});
  std::int64_t whole = 0, november = 0, behind_rack = 0;
  for (const auto& receipt : books.receipts) {
    if (!receipt.measured || (receipt.from != 1 && receipt.to != 1)) continue;
    whole += receipt.acked;
    if (receipt.end < kNovember) continue;
    november += receipt.acked;
    if (receipt.from == 1 && first_of(receipt) == first_of(*sample)) behind_rack += receipt.acked;
  }
  REQUIRE(behind_rack > 0);
  REQUIRE(november > behind_rack);
  REQUIRE(whole > november);
  const auto before = bytes_of(program, "router:198.18.1.1");
  CHECK(before == whole);
  const auto unchanged = program.dump();
  const Words some{"records", "re-resolve", "--since", "2026-11-01T00:00Z"};
  const auto shown = program.facts(some);
  CHECK(program.dump() == unchanged);
  CHECK(shown.at("applied") == false);
  CHECK(row_of(shown.at("components"), "router:198.18.1.1").at("bytes_before") == november);
  CHECK(row_of(shown.at("components"), "router:198.18.1.1").at("bytes_after") == 0);
  CHECK(row_of(shown.at("components"), "router:sp1 core").at("bytes_after") == november);
  CHECK(row_of(shown.at("components"), "switch:rack").at("bytes_after") == behind_rack);
  // In the sample paths the hop between the two ISPs is silent: nothing is claimed to lie there.
  CHECK(row_of(shown.at("components"), "switch:exchange").is_null());
  CHECK(program.run(some).out.find("Nothing is changed yet") != std::string::npos);

  auto apply = some;
  apply.push_back("--yes");
  const auto applied = program.facts(apply);
  CHECK(applied.at("applied") == true);
  CHECK(bytes_of(program, "router:sp1 core") == november);
  CHECK(bytes_of(program, "country:Germany") == november);
  CHECK(bytes_of(program, "router:198.18.1.1") == whole - november);
  CHECK(program.facts(some).at("resolution").at("changed") == 0);
  const auto history = program.facts({"records", "re-resolutions"}).at("resolutions");
  REQUIRE(history.size() == 1);
  CHECK(history.at(0).at("changed") == shown.at("resolution").at("changed"));
  CHECK(history.at(0).at("since") == "2026-11-01T00:00:00Z");
  CHECK(program.run({"audit", "--signatures"}).status == 0);

  refused(program, {"records", "re-resolve", "--since", "2026-11-02", "--until", "2026-11-01", "--yes"}, "until", 1);
  refused(program, {"records", "re-resolve"}, "--since", 2);
  refused(program, {"records", "re-resolve", "--since", "yesterday or so"}, "--since", 2);
  CHECK(program.facts({"records", "--component", "router:sp1 core", "--limit", "1"}).at("records").size() == 1);
}

TEST_CASE("a running tracker takes components, tables and insights") {
  const TrackerProgram program;
  ServingTracker serving(program);
  std::string table = "name,address\n";
  for (int i = 0; i < 30'000; ++i)
    table += "router " + std::to_string(i) + ",2001:db8::" + std::to_string(i % 10'000) + ":" +
             std::to_string(i / 10'000) + "\n";
  CHECK(program.facts({"component", "import", write(program, "many.csv", table)}).at("imported") == 30'000);
  CHECK(program.facts({"component", "add", "switch", "--kind", "switch"}).at("component").at("kind") == "switch");
  program.facts({"component", "insight", "add", "--between", "router 1", "--and", "router 2", "--lies", "switch"});
  CHECK(program.facts({"component", "insight", "list"}).at("insights").size() == 1);
  CHECK(program.facts({"records", "re-resolve", "--since", "-1d", "--yes"}).at("resolution").at("receipts") == 0);
  CHECK(serving.stop() == 0);
}

}  // namespace
}  // namespace waybill::tracker
