#include <fstream>

#include <doctest/doctest.h>

#include "tests/unit/tracker_agreements/sample_terms.h"
#include "tracker/agreements/agreement_document.h"

namespace waybill::tracker {
namespace {

constexpr char kFullAgreement[] = R"({
  "format": "waybill isp agreement 1", "isp": "SP1", "timezone": "Europe/Berlin",
  "from": "2026-11-01T00:00:00Z", "until": "2027-11-01T00:00:00Z",
  "grant": {"kind": "hours", "hours": [{"hours": "18:00-24:00"}, {"hours": "08:00-12:00", "days": ["sat", "sun"]}],
            "quota_per_day": 1000000000000, "quota_per_month": 20000000000000, "classes": ["file"],
            "owners": {"all_but": ["Rival", "Other"]}, "rate_cap": 125000000},
  "tariff": {"kind": "volume", "currency": "EUR", "minimum": "250.00", "peak": [{"hours": "19:00-23:00"}],
             "unacknowledged": {"on_net": "0.005", "off_net": "0.0075"},
             "tiers": [{"from": 0, "on_net": "0.02", "off_net": "0.03", "peak_on_net": "0.04", "peak_off_net": "0.06"},
                       {"from": 1000000000000, "on_net": "0.01", "off_net": "0.02", "peak_on_net": "0.03",
                        "peak_off_net": "0.0512345"}]}})";

constexpr char kFullContract[] = R"({
  "format": "waybill owner contract 1", "owner": "MovieStudio", "timezone": "Europe/Berlin",
  "from": "2026-11-01T00:00:00Z", "currency": "EUR", "flat_fee": "1000.00", "threshold": 50000000000000,
  "beyond_per_gb": "0.025", "surcharge_bp": 250, "unacknowledged_per_gb": "0.0125",
  "royalty": {"payee": "Collecting Society", "per_delivery": "0.10", "titles": {"Pop Tune": "0.05"}},
  "near_percent": 80, "on_near": "off_peak_only", "on_crossing": "listed_customers_only",
  "peak": [{"hours": "18:00-24:00"}],
  "listed": ["00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"]})";

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("an agreement is read, and its canonical text reads as the same agreement") {
  const auto agreement = read_isp_agreement(kFullAgreement).value();
  CHECK(agreement.grant.hours.str() == "every day 18:00-24:00, sat sun 08:00-12:00");
  CHECK(agreement.grant.quota_per_day.value == 1'000'000'000'000);
  CHECK_FALSE(agreement.grant.owners.allows("Rival"));
  CHECK(agreement.grant.owners.allows("MovieStudio"));
  CHECK(agreement.grant.classes == std::set{ContentClass::file});
  CHECK(agreement.tariff.tiers[1].peak_off_net == money("0.0512345"));
  CHECK(agreement.tariff.unacknowledged == UnacknowledgedRates{money("0.005"), money("0.0075")});
  const auto text = document_text(agreement);
  CHECK(text.find(' ') == text.find(" isp agreement"));  // no white space but within texts
  CHECK(read_isp_agreement(text).value() == agreement);
  CHECK(document_text(read_isp_agreement(text).value()) == text);
}

TEST_CASE("a contract is read, and its canonical text reads as the same contract") {
  const auto contract = read_owner_contract(kFullContract).value();
  CHECK(contract.royalty->titles.at("Pop Tune") == money("0.05"));
  CHECK(contract.surcharge_bp == 250);
  CHECK(contract.unacknowledged_per_gb == money("0.0125"));
  CHECK(contract.listed.size() == 1);
  CHECK(read_owner_contract(document_text(contract)).value() == contract);
  CHECK(document_text(read_owner_contract(document_text(contract)).value()) == document_text(contract));
}

TEST_CASE("the packaged examples are agreements") {
  const auto text_of = [](const std::string& name) {
    std::ifstream file("packaging/config/" + name);  // tests run in the source's folder
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const auto agreement = read_isp_agreement(text_of("isp-agreement.json"));
  REQUIRE_MESSAGE(agreement, agreement.error().message);
  CHECK(agreement->tariff.unacknowledged);
  const auto contract = read_owner_contract(text_of("owner-contract.json"));
  REQUIRE_MESSAGE(contract, contract.error().message);
  CHECK(contract->unacknowledged_per_gb);
}

TEST_CASE("what the registry's columns say makes terms that pass and read back") {
  Isp isp;
  isp.name = "SP1";
  isp.timezone = "Europe/Berlin";
  Agreement plain;
  plain.id = {7};
  plain.valid_from = utc("2026-11-01T00:00Z");
  plain.grant = {GrantKind::hours, 1080, 0, {5'000}, QuotaPeriod::day};
  plain.tariff = {money("0.01"), money("0.02")};
  auto terms = terms_of(plain, isp);
  REQUIRE(check(terms));
  CHECK(terms.grant.hours.str() == "every day 18:00-24:00");
  CHECK(terms.grant.quota_per_day.value == 5'000);
  const auto again = read_isp_agreement(document_text(terms)).value();
  terms.id = {};
  CHECK(again == terms);
}

struct Fault {
  const char* from;
  const char* to;
  const char* message;  // a part of it
};

TEST_CASE("a fault in an agreement is named with its place") {
  const Fault faults[] = {
      {"waybill isp agreement 1", "waybill isp agreement 2", "format: it is not"},
      {"\"isp\": \"SP1\"", "\"isp\": \"\"", "isp: a name has"},
      {"\"isp\": \"SP1\"", "\"isp\": 5", "isp: a text is needed"},
      {"\"isp\": \"SP1\",", "\"isp\": \"SP1\", \"isp\": \"SP2\",", "'isp' stands twice"},
      {"Europe/Berlin", "Europe/Atlantis", "timezone"},
      {"2027-11-01T00:00:00Z", "2026-10-01T00:00:00Z", "would end"},
      {"2026-11-01T00:00:00Z", "now", "from: 'now' is not a time in UTC"},
      {"2026-11-01T00:00:00Z", "2026-11-01T00:00:00", "from: "},
      {"\"kind\": \"hours\"", "\"kind\": \"always\"", "grant.hours: stated exactly where"},
      {"\"kind\": \"hours\"", "\"kind\": \"sometimes\"", "grant.kind: 'sometimes' is none of"},
      {"18:00-24:00", "18:00-25:00", "grant.hours[0].hours: "},
      {"08:00-12:00", "17:00-19:00", "grant.hours: 17:00-19:00 overlaps other hours on sat"},
      {"\"sat\", \"sun\"", "\"sat\", \"sat\"", "grant.hours[1].days: 'sat' stands twice"},
      {"\"sat\", \"sun\"", "\"Saturday\"", "grant.hours[1].days: 'Saturday' is none of"},
      {"\"sat\", \"sun\"", "", "is on no weekday"},
      {"20000000000000", "0", "grant.quota_per_month: a whole number from 1"},
      {"20000000000000", "18446744073709551615", "grant.quota_per_month: a whole number from 1"},
      {"20000000000000", "1.5", "grant.quota_per_month: a whole number"},
      {"20000000000000", "2000", "the quota of a day exceeds"},
      {"[\"file\"]", "[]", "no class is granted"},
      {"[\"file\"]", "[\"films\"]", "grant.classes: 'films' is neither"},
      {"{\"all_but\": [\"Rival\", \"Other\"]}", "{\"all_but\": [\"A\"], \"only\": [\"B\"]}", "grant.owners.: one of"},
      {"[\"Rival\", \"Other\"]", "[]", "grant.owners: name owners"},
      {"\"rate_cap\"", "\"rate_limit\"", "grant.rate_limit: this term is not known"},
      {"\"currency\": \"EUR\"", "\"currency\": \"XYZ\"", "tariff.currency: "},
      {"\"250.00\"", "\"-1\"", "tariff.minimum: a price is below zero"},
      {"\"250.00\"", "\"0\"", "tariff.minimum: a minimum of nothing"},
      {"\"250.00\"", "250", "tariff.minimum: a text is needed"},
      {"\"250.00\"", "\"99999999999999999999\"", "tariff.minimum: "},
      {"\"19:00-23:00\"", "\"19:05-23:00\"", "tariff.peak: 19:05-23:00: write multiples of 15 minutes"},
      {"\"peak\": [{\"hours\": \"19:00-23:00\"}],", "", "tariff.tiers[0]: peak prices"},
      {"\"from\": 0", "\"from\": 1", "the first tier begins at 0 bytes"},
      {"\"from\": 1000000000000", "\"from\": 0", "tiers do not rise"},
      {"\"kind\": \"volume\"", "\"kind\": \"percentile\"", "either per volume or by percentile"},
      {"\"kind\": \"volume\"", "\"per_megabit\": \"1\", \"kind\": \"volume\"", "either per volume or by percentile"},
      {"{\"on_net\": \"0.005\", \"off_net\": \"0.0075\"}", "\"bill\"", "tariff.unacknowledged.: an object"},
      {"{\"on_net\": \"0.005\", \"off_net\"", "{\"off_net\"", "tariff.unacknowledged.on_net: it is missing"},
      {"\"0.0075\"", "\"-1\"", "tariff.unacknowledged: a price is below zero"},
      {"\"0.0075\"", "\"1\", \"peak\": \"2\"", "tariff.unacknowledged.peak: this term is not known"},
      {"{\"kind\": \"volume\"", "[{\"kind\": \"volume\"", "not JSON"},
  };
  for (const auto& fault : faults) {
    CAPTURE(fault.to);
    const auto read = read_isp_agreement(with(kFullAgreement, fault.from, fault.to));
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == ErrorKind::refused);
    CHECK_MESSAGE(read.error().message.find(fault.message) != std::string::npos, read.error().message);
  }
}

TEST_CASE("a fault in a contract is named with its place") {
  const Fault faults[] = {
      {"\"threshold\": 50000000000000", "\"threshold\": 0", "threshold: 0 bytes are neither neared nor crossed"},
      {"\"flat_fee\": \"1000.00\",", "", "flat_fee: it is missing"},
      {"\"surcharge_bp\": 250", "\"surcharge_bp\": 100001", "surcharge_bp: a whole number"},
      {"\"0.0125\"", "\"-1\"", "unacknowledged_per_gb: a price is below zero"},
      {"\"near_percent\": 80", "\"near_percent\": 100", "near_percent: a whole number from 1 to 99"},
      {"\"near_percent\": 80,", "", "on_near: needs near_percent"},
      {"\"on_near\": \"off_peak_only\"", "\"on_near\": \"notify\"", "peak: stated exactly where"},
      {"\"on_crossing\": \"listed_customers_only\"", "\"on_crossing\": \"stop\"", "on_crossing: 'stop' is none of"},
      {"\"on_crossing\": \"listed_customers_only\"", "\"on_crossing\": \"notify\"", "listed: stated exactly where"},
      {"0011223344", "xx11223344", "listed: "},
      {"\"0.05\"", "\"0.05 EUR\"", "royalty.titles.Pop Tune: "},
      {"\"payee\": \"Collecting Society\"", "\"payee\": \"\"", "royalty.payee: a name has"},
      {"\"per_delivery\": \"0.10\"", "\"per_delivery\": \"-0.10\"", "royalty.per_delivery: a price is below zero"},
  };
  for (const auto& fault : faults) {
    CAPTURE(fault.to);
    const auto read = read_owner_contract(with(kFullContract, fault.from, fault.to));
    REQUIRE_FALSE(read);
    CHECK_MESSAGE(read.error().message.find(fault.message) != std::string::npos, read.error().message);
  }
}

TEST_CASE("a document is bounded in size and depth") {
  CHECK_FALSE(read_isp_agreement(std::string(3'000'000, ' ')));
  const auto deep = read_isp_agreement("{\"a\":" + std::string(50, '[') + std::string(50, ']') + "}");
  REQUIRE_FALSE(deep);
  CHECK(deep.error().message.find("nested deeper") != std::string::npos);
}

}  // namespace
}  // namespace waybill::tracker
