// The books through the real program: terms, periods, invoices, credit notes, the journal.
#include <doctest/doctest.h>

#include "tests/unit/tracker_cli/tracker_program.h"

namespace waybill::tracker {
namespace {

constexpr char kTerms[] =
    R"({"format":"waybill isp agreement 1","isp":"SP1","timezone":"UTC","from":"2025-10-01T00:00:00Z",
"until":"2025-11-01T00:00:00Z","grant":{"kind":"always"},"tariff":{"kind":"volume","currency":"EUR","minimum":"5.00",
"tiers":[{"from":0,"on_net":"0.02","off_net":"0.03"},{"from":1000000000000,"on_net":"0.01","off_net":"0.02"}]}})";
constexpr char kContract[] =
    R"({"format":"waybill owner contract 1","owner":"MovieStudio","timezone":"UTC","from":"2025-10-01T00:00:00Z",
"currency":"EUR","flat_fee":"1000.00","threshold":1000000000000,"beyond_per_gb":"0.05"})";

void refused(const TrackerProgram& program, std::vector<std::string> arguments, int status, const std::string& part) {
  const auto before = program.dump();
  const auto run = program.run(std::move(arguments));
  CHECK(run.status == status);
  CHECK_MESSAGE(run.err.find(part) != std::string::npos, run.err);
  CHECK(program.dump() == before);
}

TEST_CASE("an owner that chose to be told is: an alert on nearing, one on crossing") {
  const auto contract = [](const std::string& threshold, const std::string& actions) {
    return R"({"format":"waybill owner contract 1","owner":"MovieStudio","timezone":"Europe/Berlin","from":")" +
           std::string("2099-01-01T00:00:00Z") + R"(","currency":"EUR","flat_fee":"10.00","threshold":)" + threshold +
           R"(,"beyond_per_gb":"0.05")" + actions + "}";
  };
  const TrackerProgram program;
  program.facts({"agreement", "add", "--terms", contract("1000", "")});
  CHECK(program.facts({"alert", "list"}).at("alerts").empty());

  const TrackerProgram told;
  const auto text = contract("500000000000", R"(,"near_percent":80,"on_near":"notify","on_crossing":"notify")");
  const auto run = told.run({"agreement", "add", "--terms", text});
  CHECK(run.status == 0);
  CHECK(run.out.find("Alert contract 1 near: at 80% of MovieStudio's threshold, told by no channel yet") !=
        std::string::npos);
  const auto alerts = told.facts({"alert", "list"}).at("alerts");
  REQUIRE(alerts.size() == 2);
  CHECK(alerts.at(0).at("name") == "contract 1 crossed");
  CHECK(alerts.at(1).at("name") == "contract 1 near");
  CHECK(alerts.at(1).at("measures").dump().find("MovieStudio") != std::string::npos);
  CHECK(alerts.at(1).at("severity") == "info");

  const TrackerProgram channelled;
  channelled.facts({"alert", "channel", "add", "desk", "--url", "https://127.0.0.1:9/"});
  const auto by_channel = channelled.run({"agreement", "add", "--terms", text});
  CHECK(by_channel.out.find("told by 1 channel") != std::string::npos);
}

TEST_CASE("terms, a period's close, an invoice, a credit note and the journal") {
  const TrackerProgram program;
  program.facts({"isp", "add", "SP1"});
  program.facts({"agreement", "add", "--terms", kTerms});
  program.facts({"agreement", "add", "--terms", kContract});
  refused(program, {"agreement", "add", "--terms", kTerms}, 1, "two agreements at once");
  refused(program, {"agreement", "add", "--terms", "{}"}, 1, "format: it is missing");
  refused(program, {"agreement", "add", "--isp", "SP1"}, 2, "--grant");
  refused(program, {"agreement", "renegotiate", "--terms", kContract}, 1, "which is past");
  CHECK(program.facts({"agreement", "show", "--isp", "SP1"})
            .at("agreements")
            .at(0)
            .at("terms")
            .at("tariff")
            .at("minimum") == "5.00");
  CHECK(program.facts({"settle", "--isp", "SP1", "--period", "2025-10"}).at("statement").at("charges") ==
        program.facts({"period", "show", "2025-10", "--isp", "SP1"}).at("statement").at("charges"));
  refused(program, {"settle", "--isp", "SP1", "--period", "2025-10-05"}, 1, "price whole months");
  refused(program, {"period", "list"}, 2, "or --owner");
  CHECK(program.facts({"period", "list", "--isp", "SP1"}).at("periods").at(0).at("state") == "due to close");
  refused(program, {"invoice", "issue", "2025-10", "--isp", "SP1"}, 1, "close it first");
  refused(program, {"period", "close", "2025-11", "--isp", "SP1"}, 1, "close the earlier period first");
  const auto closed = program.facts({"period", "close", "2025-10", "--isp", "SP1"});
  CHECK(closed.at("lines").at(0).at("amount") == "5.00");
  CHECK(program.facts({"period", "show", "2025-10", "--isp", "SP1"}).at("sha256") == closed.at("sha256"));
  refused(program, {"period", "close", "2025-10", "--isp", "SP1"}, 1, "is closed already");
  program.facts({"period", "close", "2025-10", "--owner", "MovieStudio"});

  CHECK(program.facts({"invoice", "issue", "2025-10", "--isp", "SP1"}).at("existed") == false);
  const auto before = program.dump();
  CHECK(program.facts({"invoice", "issue", "2025-10", "--isp", "SP1"}).at("existed") == true);
  CHECK(program.dump() == before);
  program.facts({"invoice", "issue", "2025-10", "--owner", "MovieStudio", "--issuer", "Example CDN"});
  const auto xml = program.run({"invoice", "show", "INV-000001", "--as", "ubl"}).out;
  CHECK(xml.find("<cbc:PayableAmount currencyID=\"EUR\">1000.00</cbc:PayableAmount>") != std::string::npos);
  CHECK(program.run({"invoice", "show", "SBI-000001"}).out.find("Self-billed invoice SBI-000001") == 0);
  refused(program, {"invoice", "credit", "INV-000001", "--reason", "outage", "--line", "1=1000.01"}, 1,
          "is left of it");
  refused(program, {"invoice", "credit", "INV-000001", "--reason", "outage", "--line", "1=0.001"}, 2, "whole minor");
  program.facts({"invoice", "credit", "INV-000001", "--reason", "outage", "--line", "1=0.25"});
  CHECK(program.facts({"invoice", "list"}).at("invoices").size() == 3);
  const auto journal = program.run({"journal"}).out;
  CHECK(journal.find("liabilities:isp:SP1  EUR -5.00") != std::string::npos);
  CHECK(journal.find("assets:owner:MovieStudio  EUR -0.25") != std::string::npos);
}

}  // namespace
}  // namespace waybill::tracker
