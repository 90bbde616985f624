#include "tracker/agreements/timeline.h"

#include <doctest/doctest.h>

#include "tests/unit/tracker_agreements/sample_terms.h"

namespace waybill::tracker {
namespace {

bool says(const Error& error, const std::string& part) { return error.message.find(part) != std::string::npos; }

IspAgreement in(const std::string& code, std::int64_t id, const std::string& from,
                const std::optional<std::string>& until = std::nullopt) {
  auto agreement = isp_agreement(id, from);
  agreement.tariff.currency = currency(code);
  agreement.tariff.tiers = {{{0}, money("0.02", code), money("0.03", code), std::nullopt, std::nullopt}};
  if (until) agreement.until = utc(*until);
  return agreement;
}

TEST_CASE("two agreements at once are refused, with both named") {
  const auto refused = check_addition({in("EUR", 1, "2026-01-01T00:00Z")}, in("EUR", 2, "2026-06-01T00:00Z"));
  REQUIRE_FALSE(refused);
  CHECK(says(refused.error(), "two agreements at once: 1 (2026-01-01T00:00:00Z on) and 2"));
  CHECK(check_addition({in("EUR", 1, "2026-01-01T00:00Z", "2026-06-01T00:00Z")}, in("EUR", 2, "2026-06-01T00:00Z")));
  CHECK_FALSE(
      check_addition({in("EUR", 1, "2026-01-01T00:00Z", "2026-06-01T00:15Z")}, in("EUR", 2, "2026-06-01T00:00Z")));
}

TEST_CASE("agreements change on a quarter of an hour") {
  const auto refused =
      check_addition({in("EUR", 1, "2026-01-01T00:00Z", "2026-06-01T00:07Z")}, in("EUR", 2, "2026-06-01T00:07Z"));
  REQUIRE_FALSE(refused);
  CHECK(says(refused.error(), "at a quarter of an hour"));
}

TEST_CASE("another currency begins in a month of its own") {
  const std::vector<IspAgreement> euros{in("EUR", 1, "2026-01-01T00:00Z", "2026-06-10T00:00Z")};
  const auto refused = check_addition(euros, in("USD", 2, "2026-06-10T00:00Z"));
  REQUIRE_FALSE(refused);
  CHECK(says(refused.error(), "a period has one currency; begin at 2026-07-01T00:00:00Z"));
  CHECK(check_addition(euros, in("USD", 2, "2026-07-01T00:00Z")));
  CHECK(check_addition(euros, in("EUR", 2, "2026-06-10T00:00Z")));
  // Ending exactly at the first of a month frees that month.
  CHECK(check_addition({in("EUR", 1, "2026-01-01T00:00Z", "2026-07-01T00:00Z")}, in("USD", 2, "2026-07-01T00:00Z")));
  // And before: the earlier of the two may be the candidate.
  CHECK_FALSE(
      check_addition({in("USD", 2, "2026-06-20T00:00Z")}, in("EUR", 1, "2026-01-01T00:00Z", "2026-06-10T00:00Z")));
}

TEST_CASE("renegotiating ends the one in force where the new terms begin") {
  const std::vector<IspAgreement> before{in("EUR", 1, "2026-01-01T00:00Z")};
  const auto now = utc("2026-06-09T12:00Z");
  const auto after = renegotiate(before, in("EUR", 2, "2026-06-10T00:00Z"), now).value();
  REQUIRE(after.size() == 2);
  CHECK(after[0].until == utc("2026-06-10T00:00Z"));
  CHECK(after[1].id == AgreementId{2});
  CHECK(check_timeline(after));
  CHECK(says(renegotiate(before, in("EUR", 2, "2026-06-09T00:00Z"), now).error(), "which is past"));
  CHECK(says(renegotiate({}, in("EUR", 2, "2026-06-10T00:00Z"), now).error(), "no agreement in force"));
  CHECK(says(renegotiate(before, in("USD", 2, "2026-06-10T00:00Z"), now).error(), "one currency"));
  CHECK(says(renegotiate(before, in("EUR", 2, "2026-06-10T00:01Z"), now).error(), "quarter of an hour"));
  auto elsewhere = in("EUR", 2, "2026-06-10T00:00Z");
  elsewhere.timezone = "Europe/Berlin";
  CHECK(says(renegotiate(before, elsewhere, now).error(), "on the clocks of UTC and of Europe/Berlin"));
  const auto contracts = renegotiate({owner_contract(1)}, owner_contract(2, "2026-06-10T00:00Z"), now).value();
  CHECK(contracts[0].until == utc("2026-06-10T00:00Z"));
}

TEST_CASE("a reversed term is refused") {
  auto reversed = in("EUR", 1, "2026-06-10T00:00Z", "2026-06-09T00:00Z");
  const auto refused = check_addition({}, reversed);
  REQUIRE_FALSE(refused);
  CHECK(says(refused.error(), "would end"));
}

TEST_CASE("a span's share of a month is by time, a long month's by its own length") {
  auto calendar = LocalCalendar::of("Europe/Berlin").value();
  const auto october = calendar.month_at(utc("2026-10-05T00:00Z"));
  const auto term = term_span(berlin("2026-10-25"), std::nullopt, october);
  CHECK(term.part == Proportion::of(7 * 24 + 1, 31 * 24 + 1));
  CHECK(term_span(berlin("2026-11-25"), std::nullopt, october).empty());
  CHECK(term_span(berlin("2026-01-01"), std::nullopt, october).part.whole());
}

}  // namespace
}  // namespace waybill::tracker
