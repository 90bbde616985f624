#include <random>

#include <doctest/doctest.h>

#include "tests/unit/tracker_ledger/sample_ledger.h"

namespace waybill::tracker {
namespace {

std::int64_t balance(const AccountBalances& balances, AccountRole role, const std::string& party) {
  const auto found = balances.find({LedgerAccount{role, party}, currency()});
  return found == balances.end() ? 0 : found->second;
}

TEST_CASE("a statement's postings: an ISP's cost and payable, an owner's receivable, revenue and royalties") {
  AccountBalances balances;
  REQUIRE(add_to(balances, post(isp_statement())));
  REQUIRE(add_to(balances, post(owner_statement())));
  CHECK(balance(balances, AccountRole::uplink_cost, "SP1") == 350);
  CHECK(balance(balances, AccountRole::isp_payable, "SP1") == -350);
  CHECK(balance(balances, AccountRole::owner_receivable, "MovieStudio") == 102'580);
  CHECK(balance(balances, AccountRole::delivery_revenue, "MovieStudio") == -102'510);
  CHECK(balance(balances, AccountRole::royalties_payable, "Society") == -70);
  CHECK(sums_to_zero(balances));
  CHECK(post(owner_statement()).date == "2026-11-30");
}

TEST_CASE("postings that do not balance are refused, in each currency by itself") {
  LedgerTransaction wrong{"2026-11-30", "wrong", "test", {}};
  const LedgerAccount payable{AccountRole::isp_payable, "SP1"};
  const LedgerAccount cost{AccountRole::uplink_cost, "SP1"};
  wrong.postings = {{cost, currency("EUR"), 100, ""}, {payable, currency("USD"), -100, ""}};
  const auto refused = check_balanced(wrong);
  REQUIRE_FALSE(refused);
  CHECK(says(refused.error(), "in EUR sum to 1.00"));
  wrong.postings[1].currency = currency("EUR");
  CHECK(check_balanced(wrong));
  wrong.postings = {{cost, currency(), INT64_MAX, ""}, {cost, currency(), 1, ""}};
  CHECK(says(check_balanced(wrong).error(), "does not fit"));
  AccountBalances balances{{{cost, currency()}, INT64_MAX}};
  CHECK_FALSE(add_to(balances, wrong));
}

TEST_CASE("the same statement makes the same transaction, and another another") {
  CHECK(transaction_id(post(isp_statement())) == transaction_id(post(isp_statement())));
  auto changed = post(isp_statement());
  changed.postings[0].memo = "x";
  CHECK(transaction_id(changed) != transaction_id(post(isp_statement())));
  CHECK(transaction_id(changed).size() == 32);
}

TEST_CASE("two parties never share an account") {
  const auto path = [](const std::string& name) { return LedgerAccount{AccountRole::isp_payable, name}.path(); };
  CHECK(path("SP1") == "liabilities:isp:SP1");
  CHECK(path("A:B") == "liabilities:isp:A%3AB");
  CHECK(path("A%3AB") == "liabilities:isp:A%253AB");
  CHECK(path("A  B") == "liabilities:isp:A %20B");
  CHECK(path(" A ") == "liabilities:isp:%20A%20");
  CHECK(path("A B") == "liabilities:isp:A B");
}

TEST_CASE("a statement's text reads back, its hash is its name, and a changed figure is found") {
  for (const auto& statement : {isp_statement(), owner_statement()}) {
    const auto text = account_statement_text(statement);
    const auto again = read_account_statement(text).value();
    CHECK(again == statement);
    CHECK(statement_hash(again) == statement_hash(statement));
  }
  auto text = account_statement_text(isp_statement());
  const auto changed = [&](const std::string& from, const std::string& to) {
    auto copy = text;
    copy.replace(copy.find(from), from.size(), to);
    return read_account_statement(copy).error();
  };
  CHECK(says(changed("\"amount_minor\":200", "\"amount_minor\":201"), "its figures make 2.00, not 2.01"));
  CHECK(says(changed("\"amount\":\"2.00\"", "\"amount\":\"2.01\""), "contradicts itself at"));
  CHECK(says(changed("\"amount_minor\":350", "\"amount_minor\":351"), "the totals are not the sums"));
  CHECK(says(changed("2026-12-01T00:00:00Z", "2026-10-01T00:00:00Z"), "its window is reversed"));
  CHECK(says(changed("\"kind\":\"isp\"", "\"kind\":\"bank\""), "party.kind: 'bank' is none of"));
}

TEST_CASE("a month that comes to owe more is a late line of the next, posted with its month") {
  const auto before = isp_charges({bucket("2026-11-02T10:00Z", 100 * kGb)});
  const auto now = isp_charges({bucket("2026-11-02T10:00Z", 100 * kGb), bucket("2026-11-30T23:45Z", 7 * kGb)});
  const auto december = make_period(isp_party(), "2026-12", "UTC").value();
  const auto charges = isp_charges({bucket("2026-12-02T10:00Z", 50 * kGb)}, "2026-12");
  const auto statement =
      make_account_statement(isp_party(), december, "UTC", charges, {{before.lines, now.lines}}).value();
  REQUIRE(statement.charges.lines.size() == 2);
  CHECK(statement.charges.lines[1].late);
  CHECK(statement.charges.lines[1].month == "2026-11");
  CHECK(statement.charges.lines[1].amount_minor == 14);
  CHECK(total(statement.charges) == 114);
  CHECK(read_account_statement(account_statement_text(statement)).value() == statement);
  const auto posted = post(statement);
  REQUIRE(posted.postings.size() == 4);
  CHECK(posted.postings[1].memo == "late, of 2026-11");
  const auto charged = charged_for(
      "2026-11", {make_account_statement(isp_party(), november(isp_party()), "UTC", before, {}).value(), statement});
  CHECK(charged.size() == 2);
  CHECK(late_lines(charged, now.lines).value().empty());
}

TEST_CASE("a period runs, waits, and is closed in its order") {
  auto period = november(isp_party());
  const auto end = utc("2026-12-01T00:00Z");
  CHECK(state_at(period, end - DurationMs{1}) == PeriodState::open);
  CHECK(state_at(period, end) == PeriodState::closing);
  CHECK(state_at(period, end + kDefaultGrace - DurationMs{1}) == PeriodState::closing);
  CHECK(state_at(period, end + kDefaultGrace) == PeriodState::due);
  CHECK(state_at(period, end + hours(1), hours(1)) == PeriodState::due);
  CHECK(says(check_close(period, {}, kDefaultGrace, end - DurationMs{1}).error(), "is open: it runs until"));
  CHECK(says(check_close(period, {}, kDefaultGrace, end + hours(71)).error(), "waits for late receipts until"));
  CHECK(check_close(period, {}, kDefaultGrace, end + hours(72)));
  const auto october = make_period(isp_party(), "2026-10", "UTC").value();
  CHECK(says(check_close(period, {october}, kDefaultGrace, end + hours(72)).error(), "2026-10 of SP1 is not closed"));
  CHECK(check_close(period, {make_period({PartyKind::owner, "SP1"}, "2026-10", "UTC").value()}, kDefaultGrace,
                    end + hours(72)));
  CHECK(says(check_invoice(period, end).error(), "is closing: its figures may change"));
  CHECK(says(check_invoice(period, end - DurationMs{1}).error(), "is open"));
  CHECK(check_change({period}, utc("2026-11-05T00:00Z")));
  period.closed_at = end + hours(72);
  CHECK(says(check_close(period, {}, kDefaultGrace, end + hours(99)).error(), "is closed already"));
  CHECK(check_invoice(period, end + hours(99)));
  CHECK(says(check_change({period}, utc("2026-11-05T00:00Z")).error(), "2026-11 of SP1 is closed"));
  CHECK(check_change({period}, end));
  CHECK(says(make_period(isp_party(), "2026-Q4", "UTC").error(), "is not a month"));
  CHECK_FALSE(make_period(isp_party(), "2026-13", "UTC"));
}

}  // namespace
}  // namespace waybill::tracker
