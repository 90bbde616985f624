#include <limits>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/unit/tracker_agreements/sample_terms.h"

namespace waybill::tracker {
namespace {

constexpr std::int64_t kGb = 1'000'000'000;

Usage usage(std::vector<UsageBucket> buckets, DurationMs grain = kQuarterHour) { return {grain, std::move(buckets)}; }

bool says(const Error& error, const std::string& part) { return error.message.find(part) != std::string::npos; }

// The lines of one kind.
std::vector<ChargeLine> lines(const Charges& charges, ChargeKind kind) {
  std::vector<ChargeLine> found;
  for (const auto& line : charges.lines) {
    if (line.kind == kind) found.push_back(line);
  }
  return found;
}

TEST_CASE("on-net and off-net, a line for each owner") {
  const auto charges =
      price_isp({isp_agreement()},
                usage({bucket("2026-11-02T10:00Z", 2'500'000'000), bucket("2026-11-02T10:15Z", 50 * kGb),
                       bucket("2026-11-02T10:15Z", 150 * kGb, false), bucket("2026-11-03T10:15Z", kGb, true, "Label")}),
                month("2026-11"))
          .value();
  REQUIRE(charges.lines.size() == 3);
  CHECK(charges.lines[0].owner == "Label");
  CHECK(charges.lines[0].amount_minor == 2);
  CHECK(charges.lines[1].quantity == 52'500'000'000);
  CHECK(charges.lines[1].receipts == 2);
  CHECK(charges.lines[1].amount_minor == 105);
  CHECK_FALSE(charges.lines[2].on_net);
  CHECK(charges.lines[2].amount_minor == 450);
  CHECK(total(charges) == 557);
  CHECK(check(charges));
}

TEST_CASE("tiers are marginal and filled in the order of time") {
  auto agreement = isp_agreement();
  agreement.tariff.tiers = {{{0}, money("1.00"), money("1.00"), std::nullopt, std::nullopt},
                            {{10 * kGb}, money("0.50"), money("0.50"), std::nullopt, std::nullopt},
                            {{30 * kGb}, money("0.10"), money("0.10"), std::nullopt, std::nullopt}};
  const auto charges = price_isp({agreement},
                                 usage({bucket("2026-11-20T00:00Z", 25 * kGb, true, "Late"),
                                        bucket("2026-11-01T00:00Z", 8 * kGb, true, "Early")}),
                                 month("2026-11"))
                           .value();
  REQUIRE(charges.lines.size() == 4);
  CHECK(charges.lines[0].owner == "Early");
  CHECK(charges.lines[0].amount_minor == 800);
  CHECK(charges.lines[1].quantity == 2 * kGb);  // Late's share of the first tier
  CHECK(charges.lines[1].amount_minor == 200);
  CHECK(charges.lines[2].quantity == 20 * kGb);
  CHECK(charges.lines[2].amount_minor == 1000);
  CHECK(charges.lines[3].quantity == 3 * kGb);
  CHECK(charges.lines[3].amount_minor == 30);
  CHECK(charges.lines[1].receipts == 1);  // a receipt is counted once
  CHECK(charges.lines[2].receipts == 0);
  CHECK(check(charges));
}

TEST_CASE("bytes that nobody acknowledged are owed only where the terms have a price for them") {
  auto agreement = isp_agreement();
  agreement.tariff.tiers.push_back({{10 * kGb}, money("0.01"), money("0.01"), std::nullopt, std::nullopt});
  agreement.tariff.minimum = money("0.50");
  const std::vector<UsageBucket> acknowledged{bucket("2026-11-20T00:00Z", 20 * kGb)};
  auto all = acknowledged;
  all.push_back(unacknowledged_bucket("2026-11-02T00:00Z", 40 * kGb));
  all.push_back(unacknowledged_bucket("2026-11-03T00:00Z", 2 * kGb));
  all.push_back(unacknowledged_bucket("2026-11-03T00:00Z", kGb, false, "Label"));
  const auto without = price_isp({agreement}, usage(acknowledged), month("2026-11")).value();
  CHECK(price_isp({agreement}, usage(all), month("2026-11")).value() == without);

  agreement.tariff.unacknowledged = {money("0.001"), money("0.10")};
  const auto with = price_isp({agreement}, usage(all), month("2026-11")).value();
  const auto apart = lines(with, ChargeKind::unacknowledged_volume);
  REQUIRE(apart.size() == 2);
  CHECK(apart[0].on_net);
  CHECK(apart[0].owner == "MovieStudio");
  CHECK(apart[0].quantity == 42 * kGb);
  CHECK(apart[0].receipts == 2);
  CHECK(apart[0].amount_minor == 4);  // 4.2 cents
  CHECK(apart[1].owner == "Label");
  CHECK(apart[1].amount_minor == 10);
  // They fill no tier; what they cost counts towards the minimum.
  CHECK(lines(with, ChargeKind::volume) == lines(without, ChargeKind::volume));
  CHECK(lines(with, ChargeKind::shortfall)[0].quantity == lines(without, ChargeKind::shortfall)[0].quantity + 14);
  CHECK(check(with));
  CHECK(*agreed_price(agreement.tariff, apart[1]) == money("0.10"));
  agreement.tariff.unacknowledged.reset();
  CHECK_FALSE(agreed_price(agreement.tariff, apart[1]));
}

TEST_CASE("no percentile is taken of what nobody acknowledged") {
  auto agreement = isp_agreement();
  agreement.tariff = {};
  agreement.tariff.kind = TariffKind::percentile;
  agreement.tariff.currency = currency();
  agreement.tariff.per_megabit = money("1.00");
  agreement.tariff.unacknowledged = {money("0.001"), money("0.10")};
  std::vector<UsageBucket> busy;
  for (int minute = 0; minute < 24 * 60; minute += 5) {
    for (int day = 1; day <= 9; ++day) {
      const auto time = fmt::format("2026-11-{:02}T{:02}:{:02}Z", day, minute / 60, minute % 60);
      busy.push_back(unacknowledged_bucket(time, kGb));
    }
  }
  const auto charges = price_isp({agreement}, usage(busy, kFiveMinutes), month("2026-11")).value();
  CHECK(lines(charges, ChargeKind::percentile)[0].quantity == 0);
  CHECK(lines(charges, ChargeKind::unacknowledged_volume)[0].quantity == static_cast<std::int64_t>(busy.size()) * kGb);
}

TEST_CASE("tiers and minimum begin again with each month of a quarter") {
  auto agreement = isp_agreement();
  agreement.tariff.tiers.push_back({{10 * kGb}, money("0.01"), money("0.01"), std::nullopt, std::nullopt});
  agreement.tariff.minimum = money("0.50");
  const auto charges =
      price_isp({agreement}, usage({bucket("2026-10-20T00:00Z", 12 * kGb), bucket("2026-11-20T00:00Z", 30 * kGb)}),
                month("2026-Q4"))
          .value();
  const auto short_of = lines(charges, ChargeKind::shortfall);
  REQUIRE(short_of.size() == 3);
  CHECK(short_of[0].month == "2026-10");
  CHECK(short_of[0].quantity == 22);
  CHECK(short_of[0].amount_minor == 28);
  CHECK(short_of[1].amount_minor == 10);  // 20 + 20 cents
  CHECK(short_of[2].amount_minor == 50);  // nothing used in December
  CHECK(total(charges) == 150);
  CHECK(check(charges));
}

TEST_CASE("peak hours are the ISP's wall clock, through a change of the clocks") {
  auto agreement = isp_agreement();
  agreement.timezone = "Europe/Berlin";
  agreement.tariff.peak.spans = {{kEveryDay, 18 * 60, 1440}};
  agreement.tariff.tiers = {{{0}, money("0.01"), money("0.02"), money("0.10"), money("0.20")}};
  // Summer: 18:00 is 16:00Z; winter: 17:00Z.
  const auto charges = price_isp({agreement},
                                 usage({bucket("2026-10-24T15:45Z", kGb), bucket("2026-10-24T16:00Z", 2 * kGb),
                                        bucket("2026-10-26T16:45Z", 4 * kGb), bucket("2026-10-26T17:00Z", 8 * kGb)}),
                                 month("2026-10", "Europe/Berlin"))
                           .value();
  REQUIRE(charges.lines.size() == 2);
  CHECK_FALSE(charges.lines[0].peak);
  CHECK(charges.lines[0].quantity == 5 * kGb);
  CHECK(charges.lines[1].quantity == 10 * kGb);
  CHECK(total(charges) == 105);
}

TEST_CASE("renegotiated within the month: each bucket by the terms of its time, terms of the month by their share") {
  auto first = isp_agreement(1);
  first.tariff.tiers = {{{0}, money("1.00"), money("1.00"), std::nullopt, std::nullopt},
                        {{30 * kGb}, money("0.50"), money("0.50"), std::nullopt, std::nullopt}};
  first.until = utc("2026-11-11T00:00Z");  // ten of thirty days
  auto second = isp_agreement(2, "2026-11-11T00:00Z");
  second.tariff.tiers = {{{0}, money("0.20"), money("0.20"), std::nullopt, std::nullopt}};
  second.tariff.minimum = money("30.00");
  const auto charges =
      price_isp({first, second},
                // An order of the first agreement, finished under the second, is priced by the second.
                usage({bucket("2026-11-10T23:45Z", 12 * kGb), bucket("2026-11-11T00:00Z", 5 * kGb)}), month("2026-11"))
          .value();
  const auto volume = lines(charges, ChargeKind::volume);
  REQUIRE(volume.size() == 3);
  CHECK(volume[0].quantity == 10 * kGb);  // a third of the tier
  CHECK(volume[0].amount_minor == 1000);
  CHECK(volume[1].tier == 1);
  CHECK(volume[1].amount_minor == 100);
  CHECK(volume[2].agreement == AgreementId{2});
  CHECK(volume[2].amount_minor == 100);
  const auto short_of = lines(charges, ChargeKind::shortfall);
  REQUIRE(short_of.size() == 1);
  CHECK(short_of[0].part == Proportion::of(2, 3));
  CHECK(short_of[0].amount_minor == 2000 - 100);
  CHECK(check(charges));
}

TEST_CASE("what is finished after the last agreement's end falls under the one that it was ordered under") {
  auto agreement = isp_agreement();
  agreement.until = utc("2026-11-01T00:00Z");
  const auto late = usage({bucket("2026-11-01T00:00Z", 100 * kGb)});
  CHECK(total(price_isp({agreement}, late, month("2026-11")).value()) == 200);
  const auto unknown =
      price_isp({agreement}, usage({bucket("2026-11-01T00:00Z", kGb, true, "O", 9)}), month("2026-11"));
  REQUIRE_FALSE(unknown);
  CHECK(says(unknown.error(), "usage at 2026-11-01T00:00:00Z is under no agreement"));
}

TEST_CASE("the 95th percentile of five-minute samples, silence included") {
  auto agreement = isp_agreement();
  agreement.tariff.tiers.clear();
  agreement.tariff.kind = TariffKind::percentile;
  agreement.tariff.per_megabit = money("2.00");
  // 30 days have 8640 samples, of which the 8208th in rising order counts: 432 may lie above it.
  Usage samples{kFiveMinutes, {}};
  const auto start = utc("2026-11-05T00:00Z");
  for (int i = 0; i < 433; ++i) {
    auto sample = bucket("2026-11-05T00:00Z", i == 0 ? 375'000'000 : 3'000'000'000, i % 2 == 0);
    sample.start = start + minutes(5 * i);
    samples.buckets.push_back(sample);
  }
  const auto charges = price_isp({agreement}, samples, month("2026-11")).value();
  const auto rate = lines(charges, ChargeKind::percentile);
  REQUIRE(rate.size() == 1);
  CHECK(rate[0].quantity == 375'000'000);  // 10 Mbit/s
  CHECK(rate[0].amount_minor == 2000);
  CHECK(total(charges) == 2000);  // bytes are listed, at no price
  CHECK(lines(charges, ChargeKind::volume).size() == 2);
  samples.buckets.pop_back();
  CHECK(total(price_isp({agreement}, samples, month("2026-11")).value()) == 0);
  samples.grain = kQuarterHour;
  samples.buckets.clear();
  CHECK(says(price_isp({agreement}, samples, month("2026-11")).error(), "needs usage by 5 minutes"));
}

TEST_CASE("tiers are filled by quarters of an hour, whatever the grain of the usage") {
  auto agreement = isp_agreement();
  agreement.tariff.tiers = {{{0}, money("1.00"), money("2.00"), std::nullopt, std::nullopt},
                            {{10 * kGb}, money("0.50"), money("0.25"), std::nullopt, std::nullopt}};
  const auto late_on_net = bucket("2026-11-20T00:10Z", 8 * kGb, true, "B");
  const auto early_off_net = bucket("2026-11-20T00:00Z", 8 * kGb, false, "A");
  const auto fine = price_isp({agreement}, usage({early_off_net, late_on_net}, kFiveMinutes), month("2026-11")).value();
  auto same_quarter = late_on_net;
  same_quarter.start = early_off_net.start;
  CHECK(fine == price_isp({agreement}, usage({early_off_net, same_quarter}), month("2026-11")).value());
  CHECK(lines(fine, ChargeKind::volume).at(0).quantity == 8 * kGb);  // on-net first: all of it in the first tier
}

TEST_CASE("a percentile of a part of the month counts that part's samples and pays that part") {
  auto agreement = isp_agreement(1, "2026-11-16T00:00Z");
  agreement.tariff.tiers.clear();
  agreement.tariff.kind = TariffKind::percentile;
  agreement.tariff.per_megabit = money("2.00");
  Usage samples{kFiveMinutes, {}};
  for (int i = 0; i < 4320; ++i) {
    auto sample = bucket("2026-11-16T00:00Z", 375'000'000);
    sample.start = sample.start + minutes(5 * i);
    samples.buckets.push_back(sample);
  }
  CHECK(total(price_isp({agreement}, samples, month("2026-11")).value()) == 1000);
}

TEST_CASE("a part of a month is priced by the GB alone") {
  auto agreement = isp_agreement();
  const auto some = usage({bucket("2026-11-20T00:00Z", 100 * kGb)});
  CHECK(total(price_isp({agreement}, some, month("2026-11-20")).value()) == 200);
  agreement.tariff.minimum = money("1.00");
  const auto refused = price_isp({agreement}, some, month("2026-11-20"));
  REQUIRE_FALSE(refused);
  CHECK(says(refused.error(), "price whole months"));
  // The agreement lies within the window as a whole: nothing is missing.
  agreement.from = utc("2026-11-20T00:00Z");
  agreement.until = utc("2026-11-21T00:00Z");
  CHECK(price_isp({agreement}, some, month("2026-11-20")));
}

TEST_CASE("bad input is refused by name") {
  const auto one = isp_agreement();
  const auto window = month("2026-11");
  CHECK(says(price_isp({one}, {}, {window.until, window.from}).error(), "the window is reversed"));
  CHECK(says(price_isp({one}, usage({bucket("2026-12-01T00:00Z", 1)}), window).error(), "outside the window"));
  CHECK(says(price_isp({one}, usage({bucket("2026-11-01T00:05Z", 1)}), window).error(), "off its grain"));
  CHECK(says(price_isp({one}, usage({bucket("2026-11-01T00:00Z", -1)}), window).error(), "below zero"));
  CHECK(says(price_isp({one, isp_agreement(2)}, {}, window).error(), "two agreements at once"));
  auto other = isp_agreement(2, "2027-01-01T00:00Z");
  other.isp = "SP2";
  CHECK(says(price_isp({one, other}, {}, window).error(), "agreements of SP1 and SP2"));
}

TEST_CASE("amounts and bytes that do not fit are refused") {
  auto dear = isp_agreement();
  dear.tariff.tiers[0].on_net = {std::numeric_limits<std::int64_t>::max(), currency()};
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  const auto window = month("2026-11");
  const auto above = price_isp({dear}, usage({bucket("2026-11-01T00:00Z", kMost)}), window);
  REQUIRE_FALSE(above);
  CHECK(says(above.error(), "an amount of money does not fit"));
  const auto bytes = usage({bucket("2026-11-01T00:00Z", kMost), bucket("2026-11-01T00:15Z", 1)});
  CHECK(says(price_isp({isp_agreement()}, bytes, window).error(), "the bytes do not fit"));
}

TEST_CASE("agreements in two currencies have a total each") {
  auto euros = isp_agreement();
  euros.until = utc("2026-11-01T00:00Z");
  auto dollars = isp_agreement(2, "2026-11-01T00:00Z");
  dollars.tariff.currency = currency("USD");
  dollars.tariff.tiers[0].on_net = dollars.tariff.tiers[0].off_net = money("0.10", "USD");
  const auto charges =
      price_isp({euros, dollars},
                usage({bucket("2026-10-31T23:45Z", 100 * kGb), bucket("2026-11-01T00:00Z", 100 * kGb)}),
                month("2026-Q4"))
          .value();
  REQUIRE(charges.totals.size() == 2);
  CHECK(charges.totals[0].amount_minor == 200);
  CHECK(charges.totals[1].amount_minor == 1000);
}

}  // namespace
}  // namespace waybill::tracker
