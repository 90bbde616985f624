#include "tracker/ledger/invoice.h"

#include <doctest/doctest.h>

#include "tests/unit/tracker_ledger/sample_ledger.h"

namespace waybill::tracker {
namespace {

TEST_CASE("an invoice bills its statement line by line") {
  const auto invoice = owner_invoice();
  CHECK(invoice.full_number() == "INV-000001");
  CHECK(invoice.issue_date == "2026-12-04");
  REQUIRE(invoice.lines.size() == 4);
  CHECK(invoice.lines[0].description == "2026-11: fee of 1000.00 a month");
  CHECK(invoice.lines[1].description == "2026-11: beyond the threshold: 2 GB at 0.05");
  CHECK(invoice.lines[3].description == "2026-11: surcharge of 2.50 % on 1000.10");
  CHECK(invoice.total_minor == 102'580);
  CHECK(invoice.total_minor == total(owner_statement().charges));
  CHECK(check(invoice));
  CHECK(read_invoice(invoice_text(invoice)).value() == invoice);
  auto at_any_time = request();
  at_any_time.issued = at_any_time.issued + DurationMs{7};
  const auto then = make_invoice(at_any_time, {}, owner_statement(), currency()).value();
  CHECK(read_invoice(invoice_text(then)).value() == then);
  CHECK(isp_invoice().lines[1].description == "2026-11: MovieStudio, off-net, file, tier 1: 50 GB at 0.03");
}

TEST_CASE("numbers have no gap and each invoice holds the hash of the one before") {
  std::vector<Invoice> series;
  SeriesEnd end;
  for (int i = 0; i < 5; ++i) {
    series.push_back(make_invoice(request(), end, owner_statement(), currency()).value());
    end = end_after(series.back());
    CHECK(series.back().number == i + 1);
  }
  CHECK(check_series(series));
  auto changed = series;
  changed[2].issuer = "Somebody else";
  CHECK(says(check_series(changed).error(), "INV-000004 does not follow the one before"));
  auto gap = series;
  gap.erase(gap.begin() + 1);
  CHECK(says(check_series(gap).error(), "number 2 is missing"));
  auto amount = series;
  amount.back().total_minor += 1;
  CHECK(says(check_series(amount).error(), "the total is not the sum of the lines"));
}

TEST_CASE("a credit note takes back what is left, and no more") {
  const auto invoice = owner_invoice();
  const auto partly =
      make_credit_note(request("CN"), {}, invoice, {}, {{1, 40'000}, {1, 10'000}}, "outage", "UTC").value();
  CHECK(partly.total_minor == 50'000);
  CHECK(partly.credits == "INV-000001");
  CHECK(partly.full_number() == "CN-000001");
  CHECK(check(partly));
  CHECK(read_invoice(invoice_text(partly)).value() == partly);
  const auto credit = [&](const std::vector<CreditedLine>& lines, const std::vector<Invoice>& earlier) {
    return make_credit_note(request("CN"), end_after(partly), invoice, earlier, lines, "outage", "UTC");
  };
  CHECK(
      says(credit({{1, 50'001}}, {partly}).error(), "line 1 of INV-000001: 500.01 cannot be credited, 500.00 is left"));
  CHECK(says(credit({{1, 60'000}, {1, 40'001}}, {}).error(), "400.01 cannot be credited, 400.00 is left"));
  CHECK(says(credit({{9, 1}}, {}).error(), "has no line 9"));
  CHECK(says(credit({{1, -1}}, {}).error(), "cannot be credited"));
  CHECK(says(credit({{1, 0}}, {}).error(), "cannot be credited"));
  const auto rest = credit({}, {partly}).value();
  CHECK(rest.total_minor == invoice.total_minor - 50'000);
  CHECK(says(credit({}, {partly, rest}).error(), "nothing is left to credit"));
  CHECK(says(make_credit_note(request("CN"), {}, partly, {}, {}, "x", "UTC").error(), "is a credit note"));
  CHECK(says(make_credit_note(request("CN"), {}, invoice, {}, {}, "", "UTC").error(), "the reason of a credit note"));
  AccountBalances balances;
  REQUIRE(add_to(balances, post(owner_statement())));
  REQUIRE(add_to(balances, post(partly, invoice)));
  CHECK(sums_to_zero(balances));
  REQUIRE(add_to(balances, post(rest, invoice)));
  for (const auto& [account, left] : balances) CHECK(left == 0);
}

TEST_CASE("what an invoice cannot bill is refused") {
  CHECK(says(make_invoice(request(), {}, owner_statement(), currency("USD")).error(), "has no line in USD"));
  CHECK(says(make_invoice(request("inv 1"), {}, owner_statement(), currency()).error(), "not the name of a series"));
  auto nobody = request();
  nobody.issuer = "";
  CHECK(says(make_invoice(nobody, {}, owner_statement(), currency()).error(), "the operator's name"));
  // A month that owes back more than the present one costs.
  const auto before = isp_charges({bucket("2026-11-02T10:00Z", 100 * kGb)});
  const auto december = make_period(isp_party(), "2026-12", "UTC").value();
  const auto statement = make_account_statement(isp_party(), december, "UTC", isp_charges({}, "2026-12"),
                                                {{before.lines, isp_charges({}).lines}})
                             .value();
  CHECK(says(make_invoice(request("SBI"), {}, statement, currency()).error(), "owes 2.00 EUR back"));
}

TEST_CASE("a changed invoice is not read") {
  const auto text = invoice_text(owner_invoice());
  const auto changed = [&](const std::string& from, const std::string& to) {
    auto copy = text;
    REQUIRE(copy.find(from) != std::string::npos);
    copy.replace(copy.find(from), from.size(), to);
    const auto read = read_invoice(copy);
    REQUIRE_FALSE(read);
    return read.error();
  };
  CHECK(says(changed("fee of 1000.00", "fee of 1000.01"), "line 1 does not follow from its figures"));
  CHECK(says(changed("\"full_number\":\"INV-000001\"", "\"full_number\":\"INV-000002\""), "contradicts itself"));
  CHECK(says(changed("\"total\":\"1025.80\"", "\"total\":\"1025.81\""), "contradicts itself"));
  CHECK(says(changed("\"total_minor\":102580", "\"total_minor\":102581"), "the total is not the sum"));
  CHECK(says(changed("\"number\":1,\"party\"", "\"number\":2,\"party\""), "only the first of a series follows none"));
  CHECK(says(changed("\"issuer\"", "\"issued_by\""), "issuer: it is missing"));
}

}  // namespace
}  // namespace waybill::tracker
