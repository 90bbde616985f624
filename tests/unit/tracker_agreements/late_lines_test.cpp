#include <map>
#include <random>

#include <doctest/doctest.h>

#include "tests/unit/tracker_agreements/sample_terms.h"

namespace waybill::tracker {
namespace {

constexpr std::int64_t kGb = 1'000'000'000;

IspAgreement tiered(std::int64_t id, const std::string& from) {
  auto agreement = isp_agreement(id, from);
  agreement.timezone = "Europe/Berlin";
  agreement.tariff.peak.spans = {{kEveryDay, 18 * 60, 1440}, {0x60, 8 * 60, 12 * 60}};
  agreement.tariff.tiers = {{{0}, money("0.07"), money("0.11"), money("0.13"), money("0.17")},
                            {{40 * kGb}, money("0.03"), money("0.05"), money("0.0711"), money("0.0911")},
                            {{90 * kGb}, money("0.01"), money("0.02"), money("0.0311"), money("0.0411")}};
  agreement.tariff.minimum = money("9.00");
  return agreement;
}

std::vector<IspAgreement> history() {
  std::vector<IspAgreement> agreements{tiered(1, "2026-01-01T00:00Z"), tiered(2, "2026-10-17T11:15Z")};
  agreements[0].until = agreements[1].from;
  agreements[1].tariff.minimum = std::nullopt;
  return agreements;
}

// The usage of October, whose last week has an hour twice.
std::vector<UsageBucket> random_usage(std::mt19937_64& random, int count) {
  const auto window = month("2026-10", "Europe/Berlin");
  const auto quarters = static_cast<std::uint64_t>((window.until - window.from).value / kQuarterHour.value);
  std::vector<UsageBucket> buckets;
  for (int i = 0; i < count; ++i) {
    auto one = bucket("2026-10-01T00:00Z", static_cast<std::int64_t>(random() % 1'500'000'001), random() % 2 == 0,
                      random() % 3 == 0 ? "Label" : "MovieStudio");
    one.start = window.from + DurationMs{static_cast<std::int64_t>(random() % quarters) * kQuarterHour.value};
    if (random() % 5 == 0) one.content_class = ContentClass::live;
    buckets.push_back(one);
  }
  return buckets;
}

std::int64_t sum(const std::vector<ChargeLine>& lines) {
  std::int64_t result = 0;
  for (const auto& line : lines) result += line.amount_minor;
  return result;
}

// The bytes of one tier, computed otherwise: by the overlap of [used, used + bytes) with the tier's own stretch.
std::map<ChargeKey, std::int64_t> slowly(const std::vector<IspAgreement>& agreements,
                                         std::vector<UsageBucket> buckets) {
  auto calendar = LocalCalendar::of("Europe/Berlin").value();
  const auto october = calendar.month_at(utc("2026-10-10T00:00Z"));
  std::stable_sort(buckets.begin(), buckets.end(), [](const auto& a, const auto& b) {
    if (a.start != b.start) return a.start < b.start;
    if (a.on_net != b.on_net) return a.on_net;
    if (a.content_class != b.content_class) return a.content_class < b.content_class;
    return a.owner < b.owner;
  });
  std::map<ChargeKey, std::int64_t> bytes;
  for (const auto& agreement : agreements) {
    const auto from = std::max(agreement.from, october.window.from);
    const auto until = agreement.until ? std::min(*agreement.until, october.window.until) : october.window.until;
    std::int64_t used = 0;
    for (const auto& one : buckets) {
      if (one.start < from || one.start >= until) continue;
      for (std::size_t tier = 0; tier < agreement.tariff.tiers.size(); ++tier) {
        const auto bound = [&](std::size_t index) {
          if (index >= agreement.tariff.tiers.size()) return std::int64_t{1} << 60;
          __extension__ using Wide = __int128;
          return static_cast<std::int64_t>(static_cast<Wide>(agreement.tariff.tiers[index].from.value) *
                                           (until.value - from.value) /
                                           (october.window.until - october.window.from).value);
        };
        const auto low = std::max(used, bound(tier));
        const auto high = std::min(used + one.acked.value, bound(tier + 1));
        if (high <= low) continue;
        ChargeLine line;
        line.month = "2026-10";
        line.agreement = agreement.id;
        line.tier = static_cast<int>(tier);
        line.on_net = one.on_net;
        line.peak = agreement.tariff.peak.contains(calendar.minute_at(one.start));
        line.content_class = one.content_class;
        line.owner = one.owner;
        bytes[key_of(line)] += high - low;
      }
      used += one.acked.value;
    }
  }
  return bytes;
}

TEST_CASE("the bytes of every line, computed the slow way") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 30; ++round) {
    const auto buckets = random_usage(random, 1 + static_cast<int>(random() % 400));
    const auto charges = price_isp(history(), {kQuarterHour, buckets}, month("2026-10", "Europe/Berlin")).value();
    REQUIRE(check(charges));
    auto expected = slowly(history(), buckets);
    for (const auto& line : charges.lines) {
      if (line.kind != ChargeKind::volume || line.quantity == 0) continue;
      CHECK(expected[key_of(line)] == line.quantity);
      expected.erase(key_of(line));
    }
    CHECK(expected.empty());
  }
}

TEST_CASE("whatever comes late, the statements together charge what one statement of all would") {
  std::mt19937_64 random(11);
  const auto window = month("2026-10", "Europe/Berlin");
  for (int round = 0; round < 30; ++round) {
    auto buckets = random_usage(random, 20 + static_cast<int>(random() % 200));
    std::vector<ChargeLine> charged;
    for (int statement = 0; statement < 4; ++statement) {
      const auto now = price_isp(history(), {kQuarterHour, buckets}, window).value();
      const auto late = statement == 0 ? now.lines : late_lines(charged, now.lines).value();
      charged.insert(charged.end(), late.begin(), late.end());
      REQUIRE(sum(charged) == sum(now.lines));
      CHECK(late_lines(charged, now.lines).value().empty());  // nothing more is late
      for (auto more : random_usage(random, 5)) buckets.push_back(more);
    }
  }
}

TEST_CASE("a late line shows both figures, and one that moved to another tier is owed back") {
  auto agreement = isp_agreement();
  agreement.tariff.tiers = {{{0}, money("1.00"), money("1.00"), std::nullopt, std::nullopt},
                            {{10 * kGb}, money("0.50"), money("0.50"), std::nullopt, std::nullopt}};
  const auto window = month("2026-11");
  const auto settled =
      price_isp({agreement}, {kQuarterHour, {bucket("2026-11-20T00:00Z", 10 * kGb, true, "Then")}}, window).value();
  const auto now =
      price_isp(
          {agreement},
          {kQuarterHour,
           {bucket("2026-11-20T00:00Z", 10 * kGb, true, "Then"), bucket("2026-11-02T00:00Z", 10 * kGb, true, "Late")}},
          window)
          .value();
  const auto late = late_lines(settled.lines, now.lines).value();
  REQUIRE(late.size() == 3);
  CHECK(late[0].owner == "Late");
  CHECK(late[0].amount_minor == 1000);
  CHECK(late[1].owner == "Then");  // its first tier's bytes are taken by what came before them
  CHECK(late[1].settled_quantity == 10 * kGb);
  CHECK(late[1].quantity == 0);
  CHECK(late[1].amount_minor == -1000);
  CHECK(late[2].amount_minor == 500);
  for (const auto& line : late) CHECK(line.late);
  Charges both{late, total_charges(late, {}).value(), {}};
  CHECK(check(both));
  CHECK(both.totals.front().amount_minor == 500);
}

TEST_CASE("charges that do not follow from their figures are refused") {
  auto agreement = isp_agreement();
  agreement.tariff.minimum = money("5.00");
  const auto good =
      price_isp({agreement}, {kQuarterHour, {bucket("2026-11-20T00:00Z", 100 * kGb)}}, month("2026-11")).value();
  REQUIRE(check(good));
  REQUIRE(good.lines.size() == 2);
  auto amount = good;
  ++amount.lines[0].amount_minor;
  CHECK(check(amount).error().message == "the volume line of 2026-11: its figures make 2.00, not 2.01");
  auto total_off = good;
  --total_off.totals[0].amount_minor;
  CHECK(check(total_off).error().message == "the totals are not the sums of the lines");
  auto base = good;
  base.lines[1].quantity = 100;
  base.lines[1].amount_minor = 400;
  base.totals[0].amount_minor = 600;
  CHECK(check(base).error().message.find("computed from 100 minor units") != std::string::npos);
  auto twice = good;
  twice.lines[1] = twice.lines[0];
  CHECK(check(twice).error().message == "a line stands twice");
}

}  // namespace
}  // namespace waybill::tracker
