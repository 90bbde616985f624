// Settlement and audit through the real program: the figures equal, to the byte, what the agents acknowledged.
#include <fstream>
#include <map>

#include <doctest/doctest.h>

#include "common/types/money.h"
#include "tests/unit/tracker_cli/generated_books.h"

namespace waybill::tracker {
namespace {

using nlohmann::json;

struct Line {
  std::int64_t acked = 0;
  std::int64_t unacknowledged = 0;
  std::int64_t receipts = 0;
};
using Lines = std::map<std::tuple<int, std::string, std::string>, Line>;  // agreement, traffic, owner

// SP1 was renegotiated at this time: from then on its second agreement prices, whatever an order names.
const TimeMs kChange{1'794'265'200'000};  // 2026-11-10T00:00+01:00
int agreement_in_force(const ExpectedReceipt& receipt) {
  if (receipt.from != 1) return receipt.agreement;
  return receipt.end < kChange ? 1 : 2;
}

Lines expected_lines(const GeneratedBooks& books, int isp, int month, const char* zone) {
  Lines lines;
  for (const auto& receipt : books.receipts) {
    if (receipt.from != isp || receipt.agreement == 0 || local_time(receipt.end, zone).month != month) continue;
    auto& line = lines[{agreement_in_force(receipt), receipt.to == isp ? "on-net" : "off-net", receipt.owner}];
    line.acked += receipt.acked;
    line.unacknowledged += receipt.sent - receipt.acked;
    ++line.receipts;
  }
  return lines;
}

void check_statement(const json& statement, Lines expected) {
  const auto& charges = statement.at("charges");
  CHECK(charges.at("lines").size() == expected.size());
  CHECK_FALSE(expected.empty());
  std::map<std::string, std::int64_t> due;
  std::int64_t unacknowledged = 0;
  for (const auto& line : charges.at("lines")) {
    const auto& sum = expected[{line.at("agreement").get<int>(), line.at("traffic").get<std::string>(),
                                line.at("owner").get<std::string>()}];
    CHECK(line.at("quantity") == sum.acked);
    unacknowledged += sum.unacknowledged;
    CHECK(line.at("receipts") == sum.receipts);
    due[line.at("currency").get<std::string>()] += line.at("amount_minor").get<std::int64_t>();
  }
  for (const auto& line : statement.at("unacknowledged")) unacknowledged -= line.at("bytes").get<std::int64_t>();
  CHECK(unacknowledged == 0);
  for (const auto& total : charges.at("totals")) {
    CHECK(total.at("amount_minor") == due[total.at("currency").get<std::string>()]);
    CHECK(due[total.at("currency").get<std::string>()] > 0);
  }
}

const GeneratedBooks& books() {
  static const GeneratedBooks kBooks(8863303);
  return kBooks;
}

struct Question {
  const char* isp;
  int number;
  const char* zone;
  const char* period;
  int month;
};

// The statement of one ISP and month, exported with its evidence and checked by the program.
void check_settlement(const Question& question) {
  const auto& program = books().program;
  const auto exported = program.file("export");
  const auto run = program.run({"settle", "--isp", question.isp, "--period", question.period, "--evidence", "--format",
                                "json", "--out", exported.string()});
  REQUIRE_MESSAGE(run.status == 0, run.err);
  std::ifstream stream(exported);
  const auto statement = json::parse(stream).at("statement");
  check_statement(statement, expected_lines(books(), question.number, question.month, question.zone));
  const auto verified = program.run_bare(
      {"verify", exported.string(), "--json", "--tracker-key", sample::key_of("tracker").public_key().hex()});
  REQUIRE_MESSAGE(verified.status == 0, verified.err);
  CHECK(verified.json().at("evidence") == true);
  std::int64_t receipts = 0;
  for (const auto& line : statement.at("charges").at("lines")) receipts += line.at("receipts").get<std::int64_t>();
  CHECK(verified.json().at("receipts") == receipts);
  const auto& refused = statement.at("refused_receipts");
  if (question.number == 1 && question.month == 11) {
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].at("count") == books().forged);
    CHECK(books().forged > 0);
  } else {
    CHECK(refused.empty());
  }
}

TEST_CASE("each ISP's months on its own clocks, and their exports, which verify") {
  for (const auto& [period, month] : {std::pair{"2026-10", 10}, {"2026-11", 11}}) {
    check_settlement({"SP1", 1, "Europe/Berlin", period, month});
    check_settlement({"SP2", 2, "America/New_York", period, month});
    check_settlement({"SP3", 3, "UTC", period, month});
  }
}

TEST_CASE("a changed export is refused by its first fault, in one line") {
  const auto& program = books().program;
  auto value = program.facts({"settle", "--isp", "SP1", "--period", "2026-11", "--evidence"});
  auto& receipts = value["evidence"]["orders"][0]["receipts"];
  auto hex = receipts[0].get<std::string>();
  hex.back() = hex.back() == '0' ? '1' : '0';
  receipts[0] = hex;
  const auto file = program.file("changed.json");
  std::ofstream(file) << value.dump();
  const auto run = program.run_bare({"verify", file.string()});
  CHECK(run.status == 1);
  CHECK_MESSAGE(run.err.find("order number 1") != std::string::npos, run.err);
  CHECK(run.err.find('\n') == run.err.size() - 1);
  CHECK(program.run_bare({"verify", program.file("absent").string()}).status == 1);
}

TEST_CASE("a statement as a table and as CSV") {
  const auto& program = books().program;
  const auto table = program.run({"settle", "--isp", "SP1", "--period", "2026-11"});
  CHECK(table.status == 0);
  CHECK(table.out.find("Statement for SP1, 2026-11 (2026-10-31T23:00:00Z to 2026-11-30T23:00:00Z, Europe/Berlin)") ==
        0);
  CHECK(table.out.find("TOTAL") != std::string::npos);
  CHECK(table.out.find("receipt_signature_invalid") != std::string::npos);
  CHECK(table.out.find("CDN nodes at this ISP") != std::string::npos);
  const auto csv = program.run({"settle", "--isp", "SP1", "--period", "2026-11", "--format", "csv"});
  CHECK(csv.out.find("entry,isp,period,") == 0);
  CHECK(csv.out.find("\r\ntotal,SP1,2026-11,") != std::string::npos);
}

TEST_CASE("a quarter is the sum of its months") {
  const auto bytes = [&](const char* period) {
    std::int64_t sum = 0;
    const auto facts = books().program.facts({"settle", "--isp", "SP2", "--period", period});
    for (const auto& line : facts.at("statement").at("charges").at("lines")) {
      sum += line.at("quantity").get<std::int64_t>();
    }
    return sum;
  };
  CHECK(bytes("2026-Q4") == bytes("2026-10") + bytes("2026-11") + bytes("2026-12"));
}

TEST_CASE("an unknown ISP and an unreadable period are refused") {
  for (const auto& words : {std::vector<std::string>{"settle", "--isp", "SP9", "--period", "2026-11"},
                            {"settle", "--isp", "SP1", "--period", "November"}}) {
    const auto run = books().program.run(words);
    CHECK(run.status == (words[2] == "SP9" ? 1 : 2));
    CHECK(run.err.find('\n') == run.err.size() - 1);
  }
}

TEST_CASE("the audit agrees, signatures included") {
  const auto facts = books().program.facts({"audit", "--signatures"});
  CHECK(facts.at("sound") == true);
  CHECK(facts.at("receipts") == books().receipts.size());
  CHECK(facts.at("signatures_checked") == true);
}

}  // namespace
}  // namespace waybill::tracker
