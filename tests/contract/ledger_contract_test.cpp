#include <doctest/doctest.h>

#include "common/crypto/digest.h"
#include "tests/contract/check_refused.h"
#include "tests/contract/engines.h"
#include "tracker/store/ledger.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

constexpr TimeMs kNow{1'793'534'400'000};

Currency euro() { return *Currency::parse("EUR"); }
Party sp1() { return {PartyKind::isp, "SP1"}; }

Agreement agreement(IspId isp) {
  Agreement value;
  value.isp = isp;
  value.valid_from = kNow;
  value.tariff = {{1'000'000, euro()}, {2'000'000, euro()}};
  return value;
}

ClosedPeriod period(const Party& party, const std::string& name, std::int64_t day) {
  const TimeMs from{kNow.value + day * 86'400'000};
  return {
      party, name, {from, from + hours(24)}, from + hours(96), crypto::sha256(name), "{\"period\":\"" + name + "\"}"};
}

StoredTransaction transaction(const std::string& date, std::int64_t amount) {
  StoredTransaction value;
  value.recorded = kNow;
  value.transaction = {date, "statement", "statement " + date, {}};
  if (amount != 0) {
    value.transaction.postings = {{{AccountRole::uplink_cost, "SP1"}, euro(), amount, "late, of 2026-10"},
                                  {{AccountRole::isp_payable, "SP1"}, euro(), -amount, ""}};
  }
  value.id = crypto::sha256(date + std::to_string(amount));
  return value;
}

StoredInvoice invoice(const std::string& series, std::int64_t number) {
  return {
      series, number, crypto::sha256(series + std::to_string(number)), sp1(), "2026-11", crypto::sha256("s"), "EUR", "",
      kNow,   12'345, "{\"number\":" + std::to_string(number) + "}"};
}

std::vector<StoredTransaction> all_transactions(Ledger& ledger) {
  std::vector<StoredTransaction> all;
  const auto done = ledger.each_transaction([&](const StoredTransaction& one) -> Status {
    all.push_back(one);
    return {};
  });
  REQUIRE(done);
  return all;
}

}  // namespace

TEST_CASE_TEMPLATE("documents of agreements, one for each", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = contract::open(engine);
  const auto isp = *store->registry().add_isp({{}, "SP1", {}, "UTC", {}});
  const auto signed_one = *store->registry().add_agreement(agreement(isp.id));
  const AgreementDocument document{signed_one.id, "{\"isp\":\"SP1 – Üñï\"}"};
  REQUIRE(store->ledger().add_document(document));
  const auto before = engine.dump();
  check_refused(engine, before, store->ledger().add_document(document), "has a document already");
  check_refused(engine, before, store->ledger().add_document({{99}, "{}"}), "there is no agreement 99");
  store.reset();
  CHECK(*contract::open(engine)->ledger().documents() == std::vector{document});
}

TEST_CASE_TEMPLATE("an owner's contracts never overlap, and end once", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = contract::open(engine);
  auto& ledger = store->ledger();
  const auto first = *ledger.add_contract({{}, "Studio", kNow, kNow + hours(24), "{\"one\":1}"});
  const auto second = *ledger.add_contract({{}, "Studio", kNow + hours(24), std::nullopt, "{\"two\":2}"});
  const auto other = *ledger.add_contract({{}, "Label", kNow, std::nullopt, "{}"});
  CHECK(first.id != second.id);
  CHECK(*ledger.contracts() == std::vector{other, first, second});
  const auto before = engine.dump();
  check_refused(engine, before, ledger.add_contract({{}, "Studio", kNow + hours(48), std::nullopt, "{}"}),
                "Studio has contract " + std::to_string(second.id.value) + " in that time");
  check_refused(engine, before, ledger.add_contract({{}, "Studio", kNow - hours(9), kNow + hours(1), "{}"}),
                "contract");
  check_refused(engine, before, ledger.add_contract({{}, "New", kNow, kNow, "{}"}), "ends before it begins");
  check_refused(engine, before, ledger.end_contract({77}, kNow), "there is no contract 77");
  check_refused(engine, before, ledger.end_contract(second.id, kNow), "begins later");
  check_refused(engine, before, ledger.end_contract(first.id, kNow + hours(24)), "earlier than that already");
  REQUIRE(ledger.end_contract(second.id, kNow + hours(48)));
  CHECK(ledger.contracts()->back().valid_until == kNow + hours(48));
}

TEST_CASE_TEMPLATE("a period is closed once", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = contract::open(engine);
  auto& ledger = store->ledger();
  const Party owner{PartyKind::owner, "SP1"};  // of the same name as the ISP
  const auto october = period(sp1(), "2026-10", 0);
  const auto november = period(sp1(), "2026-11", 31);
  REQUIRE(ledger.close_period(november));
  REQUIRE(ledger.close_period(october));
  REQUIRE(ledger.close_period(period(owner, "2026-11", 31)));
  CHECK(*ledger.closed_periods(sp1()) == std::vector{october, november});
  CHECK(ledger.closed_periods(std::nullopt)->size() == 3);
  const auto before = engine.dump();
  check_refused(engine, before, ledger.close_period(november), "2026-11 of SP1 is closed already");
}

TEST_CASE_TEMPLATE("a transaction is recorded once, with its postings", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = contract::open(engine);
  auto& ledger = store->ledger();
  const auto later = transaction("2026-11-30", 500);
  const auto earlier = transaction("2026-10-31", 700);
  const auto empty = transaction("2026-11-01", 0);
  CHECK(*ledger.add_transaction(later));
  CHECK(*ledger.add_transaction(earlier));
  CHECK(*ledger.add_transaction(empty));
  const auto before = engine.dump();
  CHECK_FALSE(*ledger.add_transaction(later));
  CHECK(engine.dump() == before);
  CHECK(all_transactions(ledger) == std::vector{earlier, empty, later});
  int seen = 0;
  const auto stopped = ledger.each_transaction([&](const StoredTransaction&) -> Status {
    ++seen;
    return refuse("enough");
  });
  CHECK_FALSE(stopped);
  CHECK(seen == 1);
}

TEST_CASE_TEMPLATE("a series has no gap, and no number twice", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = contract::open(engine);
  auto& ledger = store->ledger();
  REQUIRE(ledger.add_invoice(invoice("INV", 1)));
  REQUIRE(ledger.add_invoice(invoice("INV", 2)));
  auto credit = invoice("CN", 1);
  credit.credits = "INV-000001";
  credit.total_minor = -5;
  REQUIRE(ledger.add_invoice(credit));
  const auto before = engine.dump();
  check_refused(engine, before, ledger.add_invoice(invoice("INV", 2)), "next number of series INV is 3, not 2");
  check_refused(engine, before, ledger.add_invoice(invoice("INV", 4)), "next number of series INV is 3, not 4");
  check_refused(engine, before, ledger.add_invoice(invoice("NEW", 2)), "next number of series NEW is 1");
  CHECK(*ledger.invoices({}) == std::vector{credit, invoice("INV", 1), invoice("INV", 2)});
  InvoiceQuery query;
  query.series = "INV";
  query.number = 2;
  CHECK(*ledger.invoices(query) == std::vector{invoice("INV", 2)});
  query = {};
  query.credits = "INV-000001";
  CHECK(*ledger.invoices(query) == std::vector{credit});
  query = {};
  query.party = Party{PartyKind::owner, "SP1"};
  CHECK(ledger.invoices(query)->empty());
  query.party = sp1();
  query.statement = crypto::sha256("s");
  CHECK(ledger.invoices(query)->size() == 3);
  // A transaction that fails leaves no hole in the series.
  CHECK_FALSE(store->transact([&]() -> Status {
    if (auto added = ledger.add_invoice(invoice("INV", 3)); !added) return added;
    return refuse("no");
  }));
  REQUIRE(ledger.add_invoice(invoice("INV", 3)));
}

TEST_CASE_TEMPLATE("the secret of pseudonyms is made once", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = contract::open(engine);
  CHECK(*store->ledger().pseudonym_secret(ByteString(32, 'a')) == ByteString(32, 'a'));
  CHECK(*store->ledger().pseudonym_secret(ByteString(32, 'b')) == ByteString(32, 'a'));
  store.reset();
  CHECK(*contract::open(engine)->ledger().pseudonym_secret(ByteString(32, 'c')) == ByteString(32, 'a'));
}
