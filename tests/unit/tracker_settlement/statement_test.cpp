#include "tracker/settlement/statement.h"

#include <map>
#include <random>
#include <tuple>

#include <doctest/doctest.h>

#include "tracker/settlement/statement_tables.h"
#include "tracker/settlement/statement_text.h"

namespace waybill::tracker {
namespace {

Currency euro() { return Currency::parse("EUR").value(); }
Money price(const std::string& text, const std::string& currency = "EUR") {
  return parse_money(text, Currency::parse(currency).value()).value();
}

Agreement agreement(std::int64_t id, const std::string& on_net, const std::string& off_net,
                    const std::string& currency = "EUR") {
  Agreement value;
  value.id = {id};
  value.isp = {1};
  value.tariff = {price(on_net, currency), price(off_net, currency)};
  return value;
}

AccountRow row(std::int64_t agreement, std::int64_t to, bool cdn_node, const std::string& owner, std::int64_t acked,
               std::int64_t sent, std::int64_t receipts) {
  AccountRow value;
  value.from = IspId{1};
  value.to = IspId{to};
  value.agreement = AgreementId{agreement};
  value.cdn_node = cdn_node;
  value.owner = owner;
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
  value.agreements = {agreement(1, "0.02", "0.03")};
  value.made_at = {1'795'000'000'000};
  return value;
}

TEST_CASE("a statement by hand") {
  auto input = facts();
  input.sums = {row(1, 1, false, "MovieStudio", 2'500'000'000, 2'600'000'000, 3),
                row(1, 2, false, "MovieStudio", 1'000'000'000, 1'000'000'000, 1),
                row(1, 0, false, "MovieStudio", 500'000'000, 500'000'000, 1),
                row(0, 2, true, "MovieStudio", 7'000'000'000, 7'000'000'000, 2)};
  input.refused = {{protocol::ReceiptStatus::over_byte_limit, {1}, 2},
                   {protocol::ReceiptStatus::over_byte_limit, {1}, 1}};
  const auto statement = make_statement(input).value();
  REQUIRE(statement.lines.size() == 2);
  CHECK(statement.lines[0].on_net);
  CHECK(statement.lines[0].amount_minor == 5);  // 2.5 GB x 0.02
  CHECK(statement.lines[0].unacknowledged.value == 100'000'000);
  CHECK_FALSE(statement.lines[1].on_net);
  CHECK(statement.lines[1].acked.value == 1'500'000'000);  // an unknown ISP is off-net
  CHECK(statement.lines[1].amount_minor == 4);             // 1.5 GB x 0.03 = 4.5 cents, half to even
  REQUIRE(statement.totals.size() == 1);
  CHECK(statement.totals[0].amount_minor == 9);  // the sum of the rounded lines
  CHECK(statement.totals[0].acked.value == 4'000'000'000);
  CHECK(statement.totals[0].receipts == 5);
  REQUIRE(statement.cdn_nodes.size() == 1);
  CHECK(statement.cdn_nodes[0].acked.value == 7'000'000'000);
  REQUIRE(statement.refused.size() == 1);
  CHECK(statement.refused[0].count == 3);
}

TEST_CASE("no traffic is a total of nothing in the agreement's currency") {
  const auto statement = make_statement(facts()).value();
  CHECK(statement.lines.empty());
  REQUIRE(statement.totals.size() == 1);
  CHECK(statement.totals[0].amount_minor == 0);
  CHECK(statement.totals[0].currency == euro());
  auto later = facts();
  later.agreements[0].valid_from = later.window.until;
  CHECK(make_statement(later).value().totals.empty());
}

TEST_CASE("sums under an agreement that the ISP does not have are a failure, not a line") {
  auto input = facts();
  input.sums = {row(7, 1, false, "MovieStudio", 1, 1, 1)};
  const auto statement = make_statement(input);
  REQUIRE_FALSE(statement.has_value());
  CHECK(statement.error().message.find("agreement 7") != std::string::npos);
}

// bytes x price by long addition in decimal digits, then the nearest cent, ties to the even one: shares nothing with
// common/types/money.
std::int64_t slow_amount(std::int64_t bytes, std::int64_t micro_minor_per_gb) {
  // product = bytes x price, in units of 10^-15 minor; schoolbook on base 10^6 limbs.
  std::array<std::uint64_t, 8> product{};
  auto x = static_cast<std::uint64_t>(bytes);
  for (int i = 0; x != 0; ++i, x /= 1'000'000) {
    auto y = static_cast<std::uint64_t>(micro_minor_per_gb);
    for (int j = 0; y != 0; ++j, y /= 1'000'000) {
      product[static_cast<std::size_t>(i + j)] += (x % 1'000'000) * (y % 1'000'000);
    }
  }
  for (std::size_t i = 0; i + 1 < product.size(); ++i) {
    product[i + 1] += product[i] / 1'000'000;
    product[i] %= 1'000'000;
  }
  std::string digits;
  for (std::size_t i = product.size(); i-- > 0;) {
    auto limb = std::to_string(product[i]);
    digits += std::string(6 - limb.size(), '0') + limb;
  }
  const std::string whole = digits.substr(0, digits.size() - 15);
  // The price counts to 10^-6 of a minor unit: what is beyond is dropped before rounding.
  const std::string fraction = digits.substr(digits.size() - 15, 6);
  std::int64_t minor = std::stoll(whole);
  const bool odd = (minor % 2) != 0;
  if (fraction > "500000" || (fraction == "500000" && odd)) ++minor;
  return minor;
}

TEST_CASE("random statements against a slow computation") {
  std::mt19937_64 random(88633);
  for (int round = 0; round < 200; ++round) {
    auto input = facts();
    input.agreements.clear();
    std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> prices;
    for (std::int64_t id = 1; id <= 3; ++id) {
      prices[id] = {static_cast<std::int64_t>(random() % 100'000'000),
                    static_cast<std::int64_t>(random() % 100'000'000)};
      auto value = agreement(id, "0", "0", id == 3 ? "JPY" : "EUR");
      value.tariff.on_net.micro_minor = prices[id].first;
      value.tariff.off_net.micro_minor = prices[id].second;
      input.agreements.push_back(value);
    }
    struct Slow {
      std::int64_t acked = 0, sent = 0, receipts = 0;
    };
    std::map<std::tuple<std::int64_t, bool, std::string>, Slow> slow;
    for (auto rows = random() % 40; rows > 0; --rows) {
      const bool cdn = random() % 5 == 0;
      const auto id = cdn ? 0 : static_cast<std::int64_t>(random() % 3 + 1);
      const auto to = static_cast<std::int64_t>(random() % 3);
      const std::string owner = random() % 2 == 0 ? "MovieStudio" : "NewsHouse";
      const auto acked = static_cast<std::int64_t>(random() % 1'000'000'000'000);
      const auto sent = acked + static_cast<std::int64_t>(random() % 1'000'000);
      const auto receipts = static_cast<std::int64_t>(random() % 100);
      input.sums.push_back(row(id, to, cdn, owner, acked, sent, receipts));
      if (cdn) continue;
      auto& sum = slow[{id, to != 1, owner}];
      sum.acked += acked;
      sum.sent += sent;
      sum.receipts += receipts;
    }
    const auto statement = make_statement(input).value();
    REQUIRE(statement.lines.size() == slow.size());
    std::map<std::string, std::int64_t> due{{"EUR", 0}, {"JPY", 0}};
    auto line = statement.lines.begin();
    for (const auto& [key, sum] : slow) {
      const auto& [id, off_net, owner] = key;
      CHECK(line->agreement.value == id);
      CHECK(line->on_net == !off_net);
      CHECK(line->owner == owner);
      CHECK(line->acked.value == sum.acked);
      CHECK(line->unacknowledged.value == sum.sent - sum.acked);
      CHECK(line->receipts == sum.receipts);
      const auto amount = slow_amount(sum.acked, off_net ? prices[id].second : prices[id].first);
      CHECK(line->amount_minor == amount);
      due[id == 3 ? "JPY" : "EUR"] += amount;
      ++line;
    }
    REQUIRE(statement.totals.size() == 2);
    for (const auto& total : statement.totals) CHECK(total.amount_minor == due[total.currency.str()]);
    CHECK(read_statement(statement_text(statement)).value() == statement);
  }
}

TEST_CASE("halves go to the even minor unit") {
  CHECK(line_amount({500'000'000}, price("0.01")).value() == 0);    // 0.5 cents
  CHECK(line_amount({1'500'000'000}, price("0.01")).value() == 2);  // 1.5 cents
  CHECK(line_amount({2'500'000'000}, price("0.01")).value() == 2);  // 2.5 cents
  CHECK(line_amount({1'500'000'001}, price("0.01")).value() == 2);
  CHECK(slow_amount(2'500'000'000, price("0.01").micro_minor) == 2);
}

TEST_CASE("a statement's text that contradicts itself is refused by the field") {
  auto input = facts();
  input.sums = {row(1, 1, false, "MovieStudio", 2'500'000'000, 2'600'000'000, 3)};
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
  CHECK(amount.error().message.find("/lines/0/amount") != std::string::npos);
  CHECK_FALSE(changed("\"traffic\":\"on-net\"", "\"traffic\":\"maybe\"").has_value());
  CHECK_FALSE(changed("2026-10-31T23:00:00Z", "2026-10-31T22:00:00Z").has_value());
  CHECK_FALSE(changed("\"receipts\":3", "\"receipts\":\"3\"").has_value());
  CHECK_FALSE(changed("\"currency\":\"EUR\"", "\"currency\":\"XXX\"").has_value());
  CHECK_FALSE(changed("\"acknowledged_bytes\":2500000000", "\"acknowledged_bytes\":-1").has_value());
  CHECK_FALSE(changed("\"acknowledged_bytes\":2500000000", "\"acknowledged_bytes\":9223372036854775807").has_value());
  CHECK_FALSE(read_statement("[]").has_value());
  CHECK_FALSE(read_statement("{").has_value());
}

TEST_CASE("CSV holds every part, told apart by its first column") {
  auto input = facts();
  input.isp.name = "SP, \"one\"";
  input.sums = {row(1, 1, false, "MovieStudio", 2'500'000'000, 2'600'000'000, 3),
                row(0, 2, true, "MovieStudio", 7, 7, 1)};
  input.refused = {{protocol::ReceiptStatus::over_byte_limit, {1}, 2}};
  const auto csv = statement_as_csv(make_statement(input).value());
  CHECK(csv ==
        "entry,isp,period,agreement,traffic,owner,acknowledged_bytes,receipts,unacknowledged_bytes,price_per_gb,"
        "currency,amount,note\r\n"
        "line,\"SP, \"\"one\"\"\",2026-11,1,on-net,MovieStudio,2500000000,3,100000000,0.02,EUR,0.05,\r\n"
        "total,\"SP, \"\"one\"\"\",2026-11,,,,2500000000,3,100000000,,EUR,0.05,\r\n"
        "cdn_node,\"SP, \"\"one\"\"\",2026-11,,off-net,MovieStudio,7,1,,,,,for information: not paid\r\n"
        "refused,\"SP, \"\"one\"\"\",2026-11,,,,,2,,,,,over_byte_limit\r\n");
}

}  // namespace
}  // namespace waybill::tracker
