// The five questions of the patent's FIG. 7, each one command, against a straightforward recomputation.
#include <functional>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/unit/tracker_cli/generated_books.h"

namespace waybill::tracker {
namespace {

using nlohmann::json;

const GeneratedBooks& books() {
  static const GeneratedBooks kBooks(702704706);
  return kBooks;
}

struct Sum {
  std::int64_t acked = 0;
  std::int64_t sent = 0;
  std::int64_t receipts = 0;
};
Sum sum_where(const std::function<bool(const ExpectedReceipt&)>& wanted) {
  Sum sum;
  for (const auto& receipt : books().receipts) {
    if (!wanted(receipt)) continue;
    sum.acked += receipt.acked;
    sum.sent += receipt.sent;
    ++sum.receipts;
  }
  return sum;
}

void check_sum(const json& facts, const Sum& expected) {
  CHECK(expected.receipts > 0);  // a question that nothing answers shows nothing
  CHECK(facts.at("acknowledged_bytes") == expected.acked);
  CHECK(facts.at("unacknowledged_bytes") == expected.sent - expected.acked);
  CHECK(facts.at("receipts") == expected.receipts);
}

// Accounts count a receipt in the quarter of its end, so that hours of day begin and end with quarters.
bool in_evening(TimeMs end, const char* zone) { return local_time(end, zone).minute_of_day >= 18 * 60; }

TEST_CASE("702: bytes from SP1 to SP2 between 18:00 and 24:00, on SP1's clocks unless told otherwise") {
  const auto& program = books().program;
  const std::vector<std::string> question{"report", "bytes", "--from",    "SP1",
                                          "--to",   "SP2",   "--between", "18:00-24:00"};
  const auto facts = program.facts(question);
  const auto berlin =
      sum_where([](const auto& r) { return r.from == 1 && r.to == 2 && in_evening(r.end, "Europe/Berlin"); });
  check_sum(facts, berlin);
  CHECK(facts.at("question").at("timezone") == "Europe/Berlin");
  auto words = question;
  words.insert(words.end(), {"--timezone", "America/New_York"});
  const auto new_york =
      sum_where([](const auto& r) { return r.from == 1 && r.to == 2 && in_evening(r.end, "America/New_York"); });
  check_sum(program.facts(words), new_york);
  CHECK(new_york.acked != berlin.acked);
  CHECK(program.run(question).out.find("18:00-24:00 Europe/Berlin") != std::string::npos);
}

TEST_CASE("704: an owner's bytes that leave SP1 and enter SP2, by their ends and by the borders they cross") {
  const auto& program = books().program;
  const auto of_owner = [](const auto& r) { return r.from == 1 && r.to == 2 && r.owner == "MovieStudio"; };
  check_sum(program.facts({"report", "bytes", "--from", "SP1", "--to", "SP2", "--owner", "MovieStudio"}),
            sum_where(of_owner));
  // Every path of the sample books goes from one ISP straight into the other.
  check_sum(program.facts({"report", "bytes", "--from", "SP1", "--to", "SP2", "--owner", "MovieStudio", "--crossing"}),
            sum_where(of_owner));
}

TEST_CASE("706: an owner's bytes delivered to subscribers of SP1") {
  check_sum(books().program.facts({"report", "bytes", "--delivered-to", "SP1", "--owner", "MovieStudio"}),
            sum_where([](const auto& r) { return r.to == 1 && r.owner == "MovieStudio"; }));
}

TEST_CASE("708: files of an owner that a client received") {
  const auto& program = books().program;
  std::set<std::string> files;
  int deliveries = 0;
  for (const auto& delivery : books().deliveries) {
    if (delivery.receiver != "carol" || delivery.owner != "MovieStudio") continue;
    files.insert(delivery.title);
    ++deliveries;
  }
  REQUIRE(deliveries > 0);
  const auto key = sample::key_of("carol").public_key().hex();
  for (const auto& client : {key, key.substr(0, 10), std::string("carol")}) {
    const auto facts = program.facts({"report", "files", "--client", client, "--owner", "MovieStudio"});
    CHECK(facts.at("files") == files.size());
    CHECK(facts.at("deliveries") == deliveries);
  }
  const auto csv = program.run({"report", "files", "--client", "carol", "--owner", "MovieStudio", "--format", "csv"});
  CHECK(csv.out.find("\"Trailer, \"\"long\"\"\"") != std::string::npos);
}

TEST_CASE("710: the difference between two directions in a quarter") {
  const auto facts = books().program.facts(
      {"report", "balance", "--from", "SP1", "--to", "SP2", "--period", "2026-Q4", "--timezone", "UTC"});
  const auto forward = sum_where([](const auto& r) { return r.from == 1 && r.to == 2; });
  const auto backward = sum_where([](const auto& r) { return r.from == 2 && r.to == 1; });
  CHECK(facts.at("forward_bytes") == forward.acked);
  CHECK(facts.at("backward_bytes") == backward.acked);
  CHECK(facts.at("difference_bytes") == forward.acked - backward.acked);
  CHECK(facts.at("difference_bytes") != 0);
}

TEST_CASE("windows and periods, on an edge of the local month and over the change of the clocks") {
  const auto& program = books().program;
  check_sum(program.facts({"report", "bytes", "--from", "SP1", "--period", "2026-11"}),
            sum_where([](const auto& r) { return r.from == 1 && local_time(r.end, "Europe/Berlin").month == 11; }));
  check_sum(
      program.facts({"report", "bytes", "--since", "2026-11-03T12:15Z", "--until", "2026-11-20"}),
      sum_where([](const auto& r) { return r.end.value >= 1'793'708'100'000 && r.end.value < 1'795'132'800'000; }));
  check_sum(program.facts({"report", "bytes", "--content", "RobinHood", "--client", "bob"}),
            sum_where([](const auto& r) { return r.title == "RobinHood" && r.receiver == "bob"; }));
  check_sum(program.facts({"report", "bytes", "--to", "unknown"}), sum_where([](const auto& r) { return r.to == 0; }));
  check_sum(program.facts({"report", "bytes", "--source", "cdn-nodes"}),
            sum_where([](const auto& r) { return r.agreement == 0; }));
  check_sum(program.facts({"report", "bytes", "--source", "peers"}),
            sum_where([](const auto& r) { return r.agreement != 0; }));
}

// Each row of the answer against the sum of the receipts whose label it is; none is missing, none is too many.
void check_groups(const std::vector<std::string>& by, const std::vector<std::string>& keys,
                  const std::function<std::vector<std::string>(const ExpectedReceipt&)>& label_of) {
  std::vector<std::string> words{"report", "bytes", "--timezone", "Europe/Berlin"};
  for (const auto& name : by) words.insert(words.end(), {"--group-by", name});
  std::map<std::vector<std::string>, Sum> expected;
  for (const auto& receipt : books().receipts) {
    auto& sum = expected[label_of(receipt)];
    sum.acked += receipt.acked;
    sum.sent += receipt.sent;
    ++sum.receipts;
  }
  const auto rows = books().program.facts(words).at("rows");
  CHECK(rows.size() == expected.size());
  for (const auto& row : rows) {
    std::vector<std::string> label;
    for (const auto& key : keys) label.push_back(row.at(key));
    REQUIRE_MESSAGE(expected.count(label) == 1, row.dump());
    check_sum(row, expected[label]);
  }
}

std::string isp_name(int number) { return number == 0 ? "unknown" : "SP" + std::to_string(number); }

TEST_CASE("groups add up, each of them") {
  check_groups({"isp-pair"}, {"from", "to"}, [](const auto& r) {
    return std::vector{isp_name(r.from), isp_name(r.to)};
  });
  check_groups({"owner", "source"}, {"owner", "source"}, [](const auto& r) {
    return std::vector<std::string>{r.owner, r.agreement == 0 ? "cdn-node" : "peer"};
  });
  check_groups({"content"}, {"title"}, [](const auto& r) { return std::vector{r.title}; });
  check_groups({"client"}, {"client"},
               [](const auto& r) { return std::vector{sample::key_of(r.receiver).public_key().hex()}; });
  check_groups({"hour-of-day"}, {"hour_of_day"}, [](const auto& r) {
    return std::vector{fmt::format("{:02}:00", local_time(r.end, "Europe/Berlin").minute_of_day / 60)};
  });
  check_groups({"day", "agreement"}, {"day", "agreement"}, [](const auto& r) {
    const auto local = local_time(r.end, "Europe/Berlin");
    const auto text = fmt::format("{:04}-{:02}-{:02}", local.year, local.month, local.day);
    return std::vector<std::string>{text, r.agreement == 0 ? "-" : std::to_string(r.agreement)};
  });
}

TEST_CASE("what cannot be asked is refused in one line") {
  const auto& program = books().program;
  const auto refused = [&](std::vector<std::string> words, const std::string& said, int status) {
    words.insert(words.begin(), "report");
    const auto run = program.run(words);
    CHECK_MESSAGE(run.status == status, run.err);
    CHECK_MESSAGE(run.err.find(said) != std::string::npos, run.err);
    CHECK_MESSAGE(run.err.find('\n') == run.err.size() - 1, run.err);
    CHECK(run.out.empty());
  };
  refused({"bytes", "--from", "SP9"}, "SP9", 1);
  refused({"bytes", "--since", "2026-11-20", "--until", "2026-11-03"}, "exchange --since and --until", 1);
  refused({"bytes", "--since", "2026-11-03T12:20Z"}, "2026-11-03T12:15:00Z", 2);
  refused({"bytes", "--between", "18:20-24:00"}, "quarters", 2);
  refused({"bytes", "--between", "evening"}, "--between", 2);
  refused({"bytes", "--period", "2026-Q5"}, "2026-Q5", 2);
  refused({"bytes", "--period", "2026-Q4", "--since", "-7d"}, "--period", 2);
  refused({"bytes", "--timezone", "Europe/Atlantis"}, "Europe/Atlantis", 2);
  refused({"bytes", "--group-by", "colour"}, "colour", 2);
  refused({"bytes", "--to", "SP1", "--delivered-to", "SP1"}, "--delivered-to", 2);
  refused({"bytes", "--crossing"}, "--from", 2);
  refused({"bytes", "--client", "nobody"}, "nobody", 1);
  refused({"bytes", "--content", "nothing"}, "nothing", 1);
  refused({"balance", "--from", "SP1", "--to", "SP1"}, "--to", 2);
  refused({"files", "--from", "SP1"}, "--from", 2);
  CHECK(program.run({"report", "bytes", "--since", "-7d"}).status == 0);
}

TEST_CASE("records have the form of FIG. 5, one for each component of each measured receipt") {
  const auto& program = books().program;
  const auto records = program.facts({"records", "--limit", "100000"}).at("records");
  std::map<std::string, std::int64_t> by_component;
  for (const auto& record : records) {
    by_component[record.at("component").get<std::string>()] += record.at("acknowledged_bytes").get<std::int64_t>();
  }
  CHECK(by_component["isp:SP1"] == sum_where([](const auto& r) { return r.from == 1 || r.to == 1; }).acked);
  CHECK(by_component["inter-isp-link:SP2>SP3"] ==
        sum_where([](const auto& r) { return r.from == 2 && r.to == 3; }).acked);
  const auto link = program.facts({"records", "--component", "SP2>SP3", "--limit", "100000"}).at("records");
  REQUIRE_FALSE(link.empty());
  for (const auto& record : link) CHECK(record.at("component") == "inter-isp-link:SP2>SP3");
  check_sum(program.facts({"report", "bytes", "--component", "inter-isp-link:SP2>SP3"}),
            sum_where([](const auto& r) { return r.from == 2 && r.to == 3; }));
  const auto text = program.run({"records", "--component", "isp:SP1", "--limit", "1"});
  CHECK(text.out.find("<SP1> <") == 0);
  const auto latest = program.facts({"records", "--component", "isp:SP1", "--limit", "1"}).at("records").at(0);
  const auto field = [&](const char* key) { return latest.at(key).get<std::string>(); };
  CHECK(text.out.find(fmt::format(", {}, {}, {}, {}, {}>\n", field("owner"), latest.at("acknowledged_bytes").dump(),
                                  field("start"), field("end"), field("title"))) != std::string::npos);
  CHECK(text.out.find("The latest 1 are shown") != std::string::npos);
  CHECK(program.run({"records", "--since", "2099-01-01", "--format", "csv"}).out.find("component,label,path") == 0);
  for (auto misspelt : {std::vector<std::string>{"records"}, {"report", "bytes"}}) {
    misspelt.insert(misspelt.end(), {"--component", "SP2>SP9"});
    const auto refused = program.run(misspelt);
    CHECK(refused.status == 1);
    CHECK(refused.out.empty());
    CHECK(refused.err.find("SP2>SP9") != std::string::npos);
  }
  program.facts({"component", "add", "idle", "--address", "192.0.2.99"});
  for (const auto* known : {"idle", "SP3>SP2"}) {
    CHECK(program.facts({"report", "bytes", "--component", known, "--since", "2099-01-01"}).at("receipts") == 0);
  }
}

TEST_CASE("transfers tell who served whom") {
  const auto rows = books().program.facts({"transfers", "--from", "SP1", "--to", "SP2"}).at("transfers");
  std::int64_t bytes = 0;
  for (const auto& row : rows) bytes += row.at("acknowledged_bytes").get<std::int64_t>();
  CHECK(bytes == sum_where([](const auto& r) { return r.from == 1 && r.to == 2; }).acked);
}

}  // namespace
}  // namespace waybill::tracker
