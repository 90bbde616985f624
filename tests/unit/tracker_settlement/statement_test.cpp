#include "tracker/settlement/statement.h"

#include <doctest/doctest.h>

#include "tracker/settlement/statement_tables.h"
#include "tracker/settlement/statement_text.h"

namespace waybill::tracker {
namespace {

Money price(const std::string& text, const std::string& currency = "EUR") {
  return parse_money(text, Currency::parse(currency).value()).value();
}

TimeMs utc(const std::string& text) { return parse_time(text, {}, "UTC").value(); }

IspAgreement agreement(std::int64_t id, const std::string& from, const std::string& on_net,
                       const std::string& off_net) {
  IspAgreement value;
  value.id = {id};
  value.isp = "SP1";
  value.timezone = "Europe/Berlin";
  value.from = utc(from);
  value.grant.kind = GrantKind::always;
  value.tariff.currency = Currency::parse("EUR").value();
  value.tariff.tiers = {{{0}, price(on_net), price(off_net), std::nullopt, std::nullopt}};
  return value;
}

UsageBucket used(const std::string& time, std::int64_t agreement, bool on_net, ContentClass of, std::int64_t acked,
                 std::int64_t receipts) {
  return {utc(time), {agreement}, on_net, of, "MovieStudio", {acked}, receipts};
}

AccountRow row(std::int64_t to, bool cdn_node, ContentClass of, std::int64_t acked, std::int64_t sent,
               std::int64_t receipts) {
  AccountRow value;
  value.from = IspId{1};
  value.to = IspId{to};
  value.cdn_node = cdn_node;
  value.owner = "MovieStudio";
  value.content_class = of;
  value.counters = {{acked}, {sent}, receipts};
  return value;
}

StatementFacts facts() {
  StatementFacts value;
  value.isp.id = {1};
  value.isp.name = "SP1";
  value.isp.timezone = "Europe/Berlin";
  value.period = "2026-11";
  value.window = parse_period("2026-11", "Europe/Berlin").value();
  value.agreements = {agreement(1, "2026-01-01T00:00Z", "0.02", "0.03")};
  value.made_at = {1'795'000'000'000};
  return value;
}

constexpr std::int64_t kGb = 1'000'000'000;

// Agreement 1 until the 10th at noon, agreement 2 from then on.
StatementFacts renegotiated() {
  auto value = facts();
  value.agreements[0].until = utc("2026-11-10T12:00Z");
  value.agreements.push_back(agreement(2, "2026-11-10T12:00Z", "1", "2"));
  return value;
}

TEST_CASE("a statement by hand") {
  auto input = facts();
  input.usage.buckets = {used("2026-11-05T10:00Z", 1, true, ContentClass::file, 2'500'000'000, 3),
                         used("2026-11-05T10:00Z", 1, false, ContentClass::file, 1'500'000'000, 2)};
  input.sums = {row(1, false, ContentClass::file, 2'500'000'000, 2'600'000'000, 3),
                row(2, false, ContentClass::file, 1'000'000'000, 1'000'000'000, 1),
                row(0, false, ContentClass::live, 500'000'000, 500'000'001, 1),
                row(2, true, ContentClass::file, 7'000'000'000, 7'000'000'000, 2)};
  input.refused = {{protocol::ReceiptStatus::over_byte_limit, {1}, 2},
                   {protocol::ReceiptStatus::over_byte_limit, {1}, 1}};
  const auto statement = make_statement(input).value();
  REQUIRE(statement.charges.lines.size() == 2);
  CHECK(statement.charges.lines[0].on_net);
  CHECK(statement.charges.lines[0].amount_minor == 5);  // 2.5 GB x 0.02
  CHECK_FALSE(statement.charges.lines[1].on_net);
  CHECK(statement.charges.lines[1].amount_minor == 4);  // 1.5 GB x 0.03 = 4.5 cents, half to even
  REQUIRE(statement.charges.totals.size() == 1);
  CHECK(statement.charges.totals[0].amount_minor == 9);  // the sum of the rounded lines
  CHECK(paid_traffic(statement.charges) == Counters{{4'000'000'000}, {4'000'000'000}, 5});
  REQUIRE(statement.unacknowledged.size() == 2);
  CHECK(statement.unacknowledged[0] == UnacknowledgedLine{true, ContentClass::file, "MovieStudio", {100'000'000}});
  CHECK(statement.unacknowledged[1] == UnacknowledgedLine{false, ContentClass::live, "MovieStudio", {1}});
  REQUIRE(statement.cdn_nodes.size() == 1);
  CHECK(statement.cdn_nodes[0].acked.value == 7'000'000'000);
  REQUIRE(statement.refused.size() == 1);
  CHECK(statement.refused[0].count == 3);
  CHECK(read_statement(statement_text(statement)).value() == statement);
}

TEST_CASE("a receipt is priced by the agreement in force at its end, whatever its order names") {
  auto input = renegotiated();
  input.usage.buckets = {used("2026-11-10T11:45Z", 1, true, ContentClass::file, kGb, 1),
                         used("2026-11-10T12:00Z", 1, true, ContentClass::file, 3 * kGb, 1)};
  const auto statement = make_statement(input).value();
  REQUIRE(statement.charges.lines.size() == 2);
  CHECK(statement.charges.lines[0].agreement.value == 1);
  CHECK(statement.charges.lines[0].amount_minor == 2);
  CHECK(statement.charges.lines[1].agreement.value == 2);
  CHECK(statement.charges.lines[1].amount_minor == 300);
  CHECK(statement.agreements == input.agreements);
}

TEST_CASE("file and live are lines of their own") {
  auto input = facts();
  input.usage.buckets = {used("2026-11-05T10:00Z", 1, true, ContentClass::file, kGb, 1),
                         used("2026-11-05T10:00Z", 1, true, ContentClass::live, 2 * kGb, 1)};
  const auto statement = make_statement(input).value();
  REQUIRE(statement.charges.lines.size() == 2);
  CHECK(statement.charges.lines[1].content_class == ContentClass::live);
  CHECK(statement.charges.lines[1].amount_minor == 4);
}

TEST_CASE("no traffic is a total of nothing in the agreement's currency; only terms that matter are carried") {
  auto input = facts();
  const auto statement = make_statement(input).value();
  CHECK(statement.charges.lines.empty());
  REQUIRE(statement.charges.totals.size() == 1);
  CHECK(statement.charges.totals[0].amount_minor == 0);
  CHECK(statement.charges.totals[0].currency.str() == "EUR");
  input.agreements[0].from = input.window.until;
  CHECK(make_statement(input).value().charges.totals.empty());
  CHECK(make_statement(input).value().agreements.empty());
}

TEST_CASE("terms of the month are settled by the month, and refused by name for a part of it") {
  auto input = facts();
  input.agreements[0].tariff.minimum = price("5.00");
  const auto statement = make_statement(input).value();
  REQUIRE(statement.charges.lines.size() == 1);
  CHECK(statement.charges.lines[0].kind == ChargeKind::shortfall);
  CHECK(statement.charges.lines[0].amount_minor == 500);
  input.window = parse_period("2026-11-05", "Europe/Berlin").value();
  const auto day = make_statement(input);
  REQUIRE_FALSE(day.has_value());
  CHECK(day.error().message.find("price whole months") != std::string::npos);
}

TEST_CASE("usage under an agreement that the ISP does not have is a failure, not a line") {
  auto input = facts();
  input.usage.buckets = {used("2026-11-05T10:00Z", 7, true, ContentClass::file, 1, 1)};
  const auto statement = make_statement(input);
  REQUIRE_FALSE(statement.has_value());
  CHECK(statement.error().message.find("agreement 7") != std::string::npos);
}

TEST_CASE("a statement's text that contradicts itself is refused by the field") {
  auto input = facts();
  input.usage.buckets = {used("2026-11-05T10:00Z", 1, true, ContentClass::live, 2'500'000'000, 3)};
  input.sums = {row(1, false, ContentClass::live, 2'500'000'000, 2'600'000'000, 3)};
  const auto text = statement_text(make_statement(input).value());
  const auto changed = [&](const std::string& from, const std::string& to) {
    auto copy = text;
    const auto at = copy.find(from);
    REQUIRE(at != std::string::npos);
    copy.replace(at, from.size(), to);
    return read_statement(copy);
  };
  CHECK(read_statement(text).has_value());
  const auto amount = changed("\"amount\":\"0.05\"", "\"amount\":\"5.00\"");
  REQUIRE_FALSE(amount.has_value());
  CHECK(amount.error().message.find("/charges/lines/0/amount") != std::string::npos);
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"\"traffic\":\"on-net\"", "\"traffic\":\"maybe\""},
                                                        {"\"class\":\"live\"", "\"class\":\"song\""},
                                                        {"2026-10-31T23:00:00Z", "2026-10-31T22:00:00Z"},
                                                        {"\"receipts\":3", "\"receipts\":\"3\""},
                                                        {"\"currency\":\"EUR\"", "\"currency\":\"XXX\""},
                                                        {"\"quantity\":2500000000", "\"quantity\":-1"},
                                                        {"\"bytes\":100000000", "\"bytes\":9223372036854775807"},
                                                        {"\"isp\":\"SP1\"", "\"isp\":\"SP2\""},
                                                        {"\"kind\":\"always\"", "\"kind\":\"hours\""},
                                                        {"\"id\":1", "\"id\":0"}}) {
    CHECK_MESSAGE(!changed(from, to).has_value(), to);
  }
  CHECK_FALSE(read_statement("[]").has_value());
  CHECK_FALSE(read_statement("{").has_value());
}

TEST_CASE("CSV holds every part, told apart by its first column") {
  auto input = facts();
  input.isp.name = "SP, \"one\"";
  input.agreements[0].isp = input.isp.name;
  input.usage.buckets = {used("2026-11-05T10:00Z", 1, true, ContentClass::live, 2'500'000'000, 3)};
  input.sums = {row(1, false, ContentClass::live, 2'500'000'000, 2'600'000'000, 3),
                row(2, true, ContentClass::file, 7, 7, 1)};
  input.refused = {{protocol::ReceiptStatus::over_byte_limit, {1}, 2}};
  const auto csv = statement_as_csv(make_statement(input).value());
  const std::string party = "\"SP, \"\"one\"\"\",2026-11,";
  CHECK(csv ==
        "entry,isp,period,month,agreement,kind,tier,traffic,hours,class,owner,quantity,receipts,price,currency,amount,"
        "note\r\n"
        "line," +
            party + "2026-11,1,volume,1,on-net,off-peak,live,MovieStudio,2500000000,3,0.02,EUR,0.05,\r\n" + "total," +
            party + ",,,,,,,,,,,EUR,0.05,\r\n" + "unacknowledged," + party +
            ",,,,on-net,,live,MovieStudio,100000000,,,,,for information\r\n" + "cdn_node," + party +
            ",,,,off-net,,,MovieStudio,7,1,,,,for information: not paid\r\n" + "refused," + party +
            ",,,,,,,,,2,,,,over_byte_limit\r\n");
}

}  // namespace
}  // namespace waybill::tracker
