#include <doctest/doctest.h>

#include "tests/unit/tracker_agreements/sample_terms.h"
#include "tracker/agreements/owner_action.h"

namespace waybill::tracker {
namespace {

constexpr std::int64_t kGb = 1'000'000'000;

Usage used(std::int64_t bytes, const std::string& time = "2026-11-20T00:00Z") {
  return {kQuarterHour, {bucket(time, bytes)}};
}

TEST_CASE("flat up to the threshold, by the GB beyond it") {
  const auto window = month("2026-11");
  CHECK(total(price_owner({owner_contract()}, used(0), {}, window).value()) == 100'000);
  CHECK(total(price_owner({owner_contract()}, used(10 * kGb), {}, window).value()) == 100'000);
  const auto beyond = price_owner({owner_contract()}, used(12 * kGb), {}, window).value();
  REQUIRE(beyond.lines.size() == 2);
  CHECK(beyond.lines[1].kind == ChargeKind::beyond);
  CHECK(beyond.lines[1].quantity == 2 * kGb);
  CHECK(total(beyond) == 100'010);
  CHECK(check(beyond));
}

TEST_CASE("an owner pays for bytes that nobody acknowledged only by a price for them, and not by the threshold") {
  auto contract = owner_contract();
  contract.surcharge_bp = 1000;
  Usage usage{kQuarterHour,
              {bucket("2026-11-20T00:00Z", 12 * kGb), unacknowledged_bucket("2026-11-20T00:00Z", 90 * kGb)}};
  const auto window = month("2026-11");
  const auto without = price_owner({contract}, usage, {}, window).value();
  CHECK(total(without) == 110'011);  // the fee, 2 GB at 0.05, a tenth of both
  contract.unacknowledged_per_gb = money("0.01");
  const auto with = price_owner({contract}, usage, {}, window).value();
  REQUIRE(with.lines.size() == 4);
  CHECK(with.lines[3].kind == ChargeKind::unacknowledged);
  CHECK(with.lines[3].quantity == 90 * kGb);
  CHECK(with.lines[3].amount_minor == 90);
  CHECK(total(with) == 110'110);
  CHECK(check(with));
  usage.buckets.pop_back();
  CHECK(price_owner({contract}, usage, {}, window).value() == without);
}

TEST_CASE("royalties by title, and a surcharge that leaves them out") {
  auto contract = owner_contract();
  contract.surcharge_bp = 250;
  contract.royalty = Royalty{money("0.10"), {{"Pop Tune", money("0.055")}}, "Society"};
  const auto charges = price_owner({contract}, used(12 * kGb),
                                   {{utc("2026-11-02T00:00Z"), "Pop Tune", 2},
                                    {utc("2026-11-03T00:00Z"), "Pop Tune", 1},
                                    {utc("2026-11-03T00:00Z"), "Movie", 4}},
                                   month("2026-11"))
                           .value();
  REQUIRE(charges.lines.size() == 5);
  CHECK(charges.lines[2].title == "Movie");
  CHECK(charges.lines[2].amount_minor == 40);
  CHECK(charges.lines[3].quantity == 3);
  CHECK(charges.lines[3].amount_minor == 16);  // 16.5 cents, half to even
  CHECK(charges.lines[4].kind == ChargeKind::surcharge);
  CHECK(charges.lines[4].quantity == 100'010);
  CHECK(charges.lines[4].amount_minor == 2500);  // 2.5 % of 1000.10 is 25.0025
  CHECK(check(charges));
}

TEST_CASE("a contract for a part of the month scales fee and threshold") {
  auto first = owner_contract(1);
  first.until = utc("2026-11-16T00:00Z");
  auto second = owner_contract(2, "2026-11-16T00:00Z");
  second.flat_fee = money("2000.00");
  Usage usage{kQuarterHour, {bucket("2026-11-15T23:45Z", 6 * kGb), bucket("2026-11-16T00:00Z", 5 * kGb)}};
  const auto charges = price_owner({first, second}, usage, {}, month("2026-11")).value();
  REQUIRE(charges.lines.size() == 3);
  CHECK(charges.lines[0].amount_minor == 50'000);
  CHECK(charges.lines[1].quantity == kGb);  // above half of 10 GB
  CHECK(charges.lines[2].amount_minor == 100'000);
}

TEST_CASE("what was delivered without a contract is not priced, and stated") {
  const auto charges = price_owner({owner_contract(1, "2026-11-21T00:00Z")}, used(7 * kGb),
                                   {{utc("2026-11-20T00:00Z"), "Movie", 1}}, month("2026-11"))
                           .value();
  CHECK(charges.unpriced.value == 7 * kGb);
  CHECK(charges.lines.size() == 1);
  const auto refused = price_owner({owner_contract()}, {}, {}, month("2026-11-20"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("price whole months") != std::string::npos);
  CHECK_FALSE(price_owner({owner_contract()}, {}, {{utc("2026-12-20T00:00Z"), "Movie", 1}}, month("2026-11")));
}

TEST_CASE("the owner's action on nearing and crossing") {
  auto contract = owner_contract();
  contract.near_percent = 80;
  contract.on_near = OwnerAction::notify;
  const auto now = utc("2026-11-20T19:00Z");
  CHECK(owner_action(contract, {8 * kGb - 1}, now).stage == ThresholdStage::below);
  const auto near = owner_action(contract, {8 * kGb}, now);
  CHECK(near.stage == ThresholdStage::near);
  CHECK(near.notify);
  CHECK(near.serving);
  CHECK(owner_action(contract, {10 * kGb}, now).stage == ThresholdStage::near);
  const auto beyond = owner_action(contract, {10 * kGb + 1}, now);
  CHECK(beyond.stage == ThresholdStage::beyond);
  CHECK_FALSE(beyond.notify);  // carries on at the higher rate
  CHECK(beyond.until == utc("2026-12-01T00:00Z"));
  CHECK_FALSE(owner_action(contract, {10 * kGb + 1}, utc("2025-11-20T19:00Z")).until);
}

TEST_CASE("listed customers only, and off-peak only") {
  AgentKey listed;
  listed.bytes[0] = 1;
  auto contract = owner_contract();
  contract.on_crossing = OwnerAction::listed_customers_only;
  contract.listed = {listed};
  REQUIRE(check(contract));
  const auto now = utc("2026-11-20T19:00Z");
  const auto some = owner_action(contract, {11 * kGb}, now);
  CHECK(some.serves(contract, listed));
  CHECK_FALSE(some.serves(contract, AgentKey{}));
  CHECK(some.reason.find("MovieStudio has crossed") != std::string::npos);
  CHECK(owner_action(contract, {9 * kGb}, now).serves(contract, AgentKey{}));
  contract.on_crossing = OwnerAction::off_peak_only;
  contract.listed.clear();
  contract.timezone = "Europe/Berlin";
  contract.peak.spans = {{kEveryDay, 18 * 60, 23 * 60}};
  REQUIRE(check(contract));
  const auto peak = owner_action(contract, {11 * kGb}, now);
  CHECK_FALSE(peak.serving);
  CHECK(peak.until == utc("2026-11-20T22:00Z"));
  const auto night = owner_action(contract, {11 * kGb}, utc("2026-11-20T22:00Z"));
  CHECK(night.serving);
  CHECK(night.until == utc("2026-11-21T17:00Z"));
}

TEST_CASE("the threshold of a contract that began within the month is its share") {
  const auto contract = owner_contract(1, "2026-11-16T00:00Z");
  CHECK(owner_action(contract, {}, utc("2026-11-20T00:00Z")).threshold.value == 5 * kGb);
  CHECK(owner_counting_span(contract, utc("2026-11-20T00:00Z")).from == utc("2026-11-16T00:00Z"));
  CHECK(owner_action(contract, {}, utc("2026-12-20T00:00Z")).threshold.value == 10 * kGb);
}

}  // namespace
}  // namespace waybill::tracker
