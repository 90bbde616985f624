// The books over real stores: agreed, used, closed, billed, credited.
#include <doctest/doctest.h>

#include "tests/contract/engines.h"
#include "tests/unit/tracker_ledger/sample_ledger.h"
#include "tracker/ledger/books.h"

namespace waybill::tracker {
namespace {

AccountChange used(std::int64_t isp, std::int64_t to, AgreementId agreement, const std::string& time,
                   std::int64_t bytes) {
  AccountChange change;
  change.object.kind = AccountKind::owner;
  change.object.from = {isp};
  change.object.to = {to};
  change.object.agreement = agreement;
  change.object.owner = "MovieStudio";
  change.object.content_class = ContentClass::file;
  change.quarter = quarter_of(utc(time));
  change.added = {{bytes}, {bytes}, 1};
  return change;
}

struct Sample {
  std::unique_ptr<Store> store;
  Isp isp;
  IspAgreement agreement;
};

template <typename Engine>
Sample sample(const Engine& engine) {
  Sample value{contract::open(engine), {}, {}};
  value.isp = value.store->registry().add_isp({{}, "SP1", {}, "UTC", {}}).value();
  auto terms = isp_agreement(0, "2026-10-01T00:00Z");
  terms.tariff.tiers.push_back({{100 * kGb}, money("0.01"), money("0.01"), std::nullopt, std::nullopt});
  value.agreement = add_isp_agreement(*value.store, terms).value();
  return value;
}

std::int64_t balance_of(Store& store, const LedgerAccount& account) {
  AccountBalances balances;
  REQUIRE(
      store.ledger().each_transaction([&](const StoredTransaction& one) { return add_to(balances, one.transaction); }));
  CHECK(sums_to_zero(balances));
  return balances[{account, currency()}];
}

template <typename Outcome>
void refused(const Outcome& outcome, const std::string& part) {
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == ErrorKind::refused);
  CHECK_MESSAGE(outcome.error().message.find(part) != std::string::npos, outcome.error().message);
}

TEST_CASE_TEMPLATE("a month from use to credit note", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto [store, isp, agreement] = sample(engine);
  const auto id = isp.id.value;
  REQUIRE(store->accounts().add({used(id, id, agreement.id, "2026-10-05T10:00Z", 150 * kGb)}));
  auto books = Books::of(*store, isp_party()).value();
  const auto now = utc("2026-11-04T00:00Z");
  CHECK(total(books.statement("2026-10").value().charges) == 250);  // 100 GB at 0.02, 50 at 0.01
  refused(books.issue("2026-10", std::nullopt, "CDN", std::nullopt, now), "is due to close");
  refused(books.close("2026-10", kDefaultGrace, utc("2026-11-02T00:00Z")), "waits for late receipts");
  refused(books.close("2026-11", kDefaultGrace, now), "is open");
  refused(books.close("2025-01", kDefaultGrace, now), "has no agreement");
  const auto closed = books.close("2026-10", kDefaultGrace, now).value();
  CHECK(balance_of(*store, {AccountRole::isp_payable, "SP1"}) == -250);
  refused(books.close("2026-10", kDefaultGrace, now), "is closed already");

  // Late: the closed month stays as it was, the next one owes the difference, and only it.
  REQUIRE(store->accounts().add({used(id, id, agreement.id, "2026-10-31T23:45Z", 10 * kGb),
                                 used(id, 0, agreement.id, "2026-11-09T10:00Z", 5 * kGb)}));
  CHECK(books.statement("2026-10").value() == closed);
  const auto november = books.statement("2026-11").value();
  REQUIRE(november.charges.lines.size() == 2);
  CHECK(november.charges.lines[1].late);
  CHECK(november.charges.lines[1].amount_minor == 10);
  CHECK(total(november.charges) == 25);
  const auto later = utc("2026-12-06T00:00Z");
  REQUIRE(books.close("2026-11", kDefaultGrace, later));
  CHECK(total(books.statement("2026-12").value().charges) == 0);
  CHECK(balance_of(*store, {AccountRole::isp_payable, "SP1"}) == -275);
  CHECK(books.periods(later).value().size() == 3);

  const auto issued = books.issue("2026-10", std::nullopt, "CDN", std::nullopt, later).value();
  CHECK(issued.invoice.full_number() == "SBI-000001");
  CHECK_FALSE(issued.existed);
  const auto before = engine.dump();
  const auto again = books.issue("2026-10", std::nullopt, "CDN", std::nullopt, later + hours(5)).value();
  CHECK(again.existed);
  CHECK(again.invoice == issued.invoice);
  CHECK(engine.dump() == before);
  CHECK(books.issue("2026-11", std::nullopt, "CDN", std::nullopt, later).value().invoice.number == 2);

  refused(credit_invoice(*store, "SBI-000009", {}, "x", "CDN", later), "there is no invoice SBI-000009");
  const auto credit = credit_invoice(*store, "SBI-000001", {{1, 150}}, "outage", "CDN", later).value();
  CHECK(credit.full_number() == "SBC-000001");
  CHECK(balance_of(*store, {AccountRole::isp_payable, "SP1"}) == -125);
  refused(credit_invoice(*store, "SBI-000001", {{1, 51}}, "outage", "CDN", later), "cannot be credited");
  CHECK(find_invoice(*store, "SBI-000001").value() == issued.invoice);
  CHECK(credit_invoice(*store, "SBI-000001", {}, "rest", "CDN", later).value().number == 2);
}

TEST_CASE_TEMPLATE("an owner's month: CDN nodes' bytes and royalties count", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto [store, isp, agreement] = sample(engine);
  auto contract = owner_contract(0, "2026-10-01T00:00Z");
  contract.royalty = Royalty{money("0.10"), {{"Film", money("0.30")}}, "Society"};
  refused(Books::of(*store, owner_party()), "has no contract");
  REQUIRE(add_owner_contract(*store, contract));
  auto node = used(isp.id.value, 2, {}, "2026-10-06T10:00Z", 7 * kGb);
  node.object.cdn_node = true;
  REQUIRE(store->accounts().add({used(isp.id.value, 2, agreement.id, "2026-10-05T10:00Z", 5 * kGb), node}));
  Content film;
  film.id.bytes[0] = 1;
  film.owner = "MovieStudio";
  film.title = "Film";
  film.size = {5'000'000};
  film.piece_length = {16'384};
  film.pieces = 306;
  REQUIRE(store->registry().add_content(film, "d4:infode"));
  StoredDelivery delivery;
  delivery.content = film.id;
  delivery.owner = "MovieStudio";
  delivery.size = film.size;
  delivery.started = utc("2026-10-06T10:00Z");
  delivery.completed = utc("2026-10-06T10:05Z");
  delivery.envelope = "signed";
  REQUIRE(store->evidence().add_delivery(delivery));
  auto books = Books::of(*store, owner_party()).value();
  const auto statement = books.close("2026-10", kDefaultGrace, utc("2026-11-04T00:00Z")).value();
  CHECK(total(statement.charges) == 100'000 + 10 + 30);  // the fee, 2 GB beyond at 0.05, one delivery
  CHECK(balance_of(*store, {AccountRole::royalties_payable, "Society"}) == -30);
  const auto issued = books.issue("2026-10", std::nullopt, "CDN", std::nullopt, utc("2026-11-04T01:00Z")).value();
  CHECK(issued.invoice.full_number() == "INV-000001");
}

TEST_CASE_TEMPLATE("what is agreed against the books is refused, and changes nothing", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto [store, isp, agreement] = sample(engine);
  CHECK(isp_agreements(*store, isp).value() == std::vector{agreement});
  REQUIRE(Books::of(*store, isp_party()).value().close("2026-10", kDefaultGrace, utc("2026-11-04T00:00Z")));
  const auto before = engine.dump();
  auto other = isp_agreement(0, "2026-11-10T00:00Z");
  refused(add_isp_agreement(*store, other), "two agreements at once");
  other.timezone = "Europe/Berlin";
  refused(add_isp_agreement(*store, other), "SP1 is on the clocks of UTC");
  other.timezone = "UTC";
  other.isp = "SP9";
  refused(add_isp_agreement(*store, other), "SP9");
  other.isp = "SP1";
  other.tariff.currency = currency("USD");
  other.tariff.tiers = {{{0}, money("1", "USD"), money("1", "USD"), std::nullopt, std::nullopt}};
  refused(renegotiate_isp_agreement(*store, other, utc("2026-11-05T00:00Z")), "one currency");
  auto capped = isp_agreement(0, "2026-11-10T00:00Z");
  capped.grant.rate_cap = {10'000};
  refused(renegotiate_isp_agreement(*store, capped, utc("2026-11-05T00:00Z")),
          "grant: 10000 bytes per second are too few");
  auto early = isp_agreement(0, "2026-09-01T00:00Z");
  early.until = utc("2026-10-01T00:00Z");
  refused(add_isp_agreement(*store, early), "2026-10 of SP1 is closed");
  CHECK(engine.dump() == before);
  const auto renewed =
      renegotiate_isp_agreement(*store, isp_agreement(0, "2026-11-10T00:00Z"), utc("2026-11-05T00:00Z"));
  REQUIRE(renewed);
  const auto all = isp_agreements(*store, isp).value();
  REQUIRE(all.size() == 2);
  CHECK(all[0].until == utc("2026-11-10T00:00Z"));
  CHECK(all[0].tariff == agreement.tariff);  // the ended one's terms stay
  CHECK(all[1] == *renewed);
  REQUIRE(add_owner_contract(*store, owner_contract(0)));
  refused(add_owner_contract(*store, owner_contract(0, "2026-12-01T00:00Z")), "two agreements at once");
  REQUIRE(renegotiate_owner_contract(*store, owner_contract(0, "2026-12-01T00:00Z"), utc("2026-11-05T00:00Z")));
  CHECK(owner_contracts(*store, "MovieStudio").value().size() == 2);
}

TEST_CASE_TEMPLATE("of a grant that is more than the registry's columns can say, they say that nothing is granted",
                   Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto [store, isp, agreement] = sample(engine);
  auto choosy = isp_agreement(0, "2026-11-10T00:00Z");
  choosy.grant.classes = {ContentClass::live};
  REQUIRE(renegotiate_isp_agreement(*store, choosy, utc("2026-11-05T00:00Z")));
  CHECK(isp_agreements(*store, isp).value().back().grant == choosy.grant);
  CHECK(store->registry().agreements()->back().grant.kind == GrantKind::none);
}

}  // namespace
}  // namespace waybill::tracker
