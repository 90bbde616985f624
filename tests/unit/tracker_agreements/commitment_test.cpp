#include "tracker/agreements/commitment.h"

#include <doctest/doctest.h>

#include "tests/unit/tracker_agreements/sample_terms.h"

namespace waybill::tracker {
namespace {

constexpr std::int64_t kGb = 1'000'000'000;

LocalMonth november() { return LocalCalendar::of("UTC")->month_at(utc("2026-11-05")); }

Commitment bytes_of_november(std::int64_t agreed, std::int64_t used) {
  Commitment commitment;
  commitment.term = month("2026-11");
  commitment.agreed = agreed;
  commitment.used = used;
  return commitment;
}

TEST_CASE("an ISP's minimum against the other lines of the month so far") {
  auto with = isp_agreement();
  with.tariff.minimum = money("100.00");
  const Usage usage{kQuarterHour,
                    {bucket("2026-11-02T10:00Z", 1000 * kGb), bucket("2026-11-20T00:00Z", 500 * kGb, false),
                     bucket("2026-11-20T00:15Z", 7 * kGb)}};
  const auto found = isp_commitments({with}, usage, november(), utc("2026-11-20T00:15Z")).value();
  REQUIRE(found.size() == 1);
  CHECK(found[0] == Commitment{{1}, CommitmentUnit::money, currency(), month("2026-11"), 10'000, 3'500});
  CHECK(isp_commitments({isp_agreement()}, usage, november(), utc("2026-11-20")).value().empty());
}

TEST_CASE("agreements of a part of a month commit to a part, and count their own") {
  auto first = isp_agreement(1), second = isp_agreement(2, "2026-11-16");
  first.until = second.from;
  first.tariff.minimum = money("100.00");
  second.tariff.minimum = money("60.00");
  const Usage usage{kQuarterHour,
                    {bucket("2026-11-02T10:00Z", 100 * kGb), bucket("2026-11-20T00:00Z", 200 * kGb, true, "O", 2)}};
  const auto found = isp_commitments({first, second}, usage, november(), utc("2026-12-01")).value();
  REQUIRE(found.size() == 2);
  CHECK(found[0].agreed == 5'000);
  CHECK(found[0].used == 200);
  CHECK(found[0].term == TimeWindow{utc("2026-11-01"), utc("2026-11-16")});
  CHECK(found[1].agreed == 3'000);
  CHECK(found[1].used == 400);
  CHECK(found[1].term == TimeWindow{utc("2026-11-16"), utc("2026-12-01")});
}

TEST_CASE("an owner's threshold against the bytes of every sender so far") {
  auto first = owner_contract(1), second = owner_contract(2, "2026-11-16");
  first.until = second.from;
  auto over = owner_contract(3, "2026-12-01");
  const Usage usage{
      kQuarterHour,
      {bucket("2026-11-15T23:45Z", kGb), bucket("2026-11-16T00:00Z", 2 * kGb), bucket("2026-11-20T00:00Z", 4 * kGb)}};
  const auto found = owner_commitments({first, second, over}, usage, november(), utc("2026-11-20"));
  REQUIRE(found.size() == 2);
  CHECK(found[0].agreed == 5 * kGb);
  CHECK(found[0].used == kGb);
  CHECK(found[1].used == 2 * kGb);
}

TEST_CASE("the straight line and where it meets what was agreed") {
  const auto half = utc("2026-11-16");
  const auto on_the_way = distance_to(bytes_of_november(1'000, 800), half);
  CHECK(on_the_way.remaining == 200);
  CHECK(on_the_way.projected == 1'600);
  CHECK(on_the_way.reached == utc("2026-11-19T18:00Z"));
  const auto too_slow = distance_to(bytes_of_november(1'000, 499), half);
  CHECK(too_slow.projected == 998);
  CHECK_FALSE(too_slow.reached.has_value());
  const auto at_the_very_end = distance_to(bytes_of_november(1'000, 500), half);
  CHECK(at_the_very_end.projected == 1'000);
  CHECK_FALSE(at_the_very_end.reached.has_value());
  const auto met = distance_to(bytes_of_november(1'000, 1'000), half);
  CHECK(met.remaining == 0);
  CHECK(met.projected == 2'000);
  CHECK_FALSE(met.reached.has_value());
  const auto nothing = distance_to(bytes_of_november(1'000, 0), half);
  CHECK(nothing.projected == 0);
  CHECK_FALSE(nothing.reached.has_value());
  CHECK(distance_to(bytes_of_november(1'000, 700), utc("2026-12-01")).projected == 700);
  CHECK(distance_to(bytes_of_november(1'000, 0), utc("2026-11-01")).projected == 0);
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  CHECK(distance_to(bytes_of_november(kMost, kMost - 1), utc("2026-11-02")).projected == kMost);
}

TEST_CASE("the line has met it at the instant that is said, and not a millisecond before") {
  for (const std::int64_t used : {1'000'003ll, 777'777'777ll, 31'415'926'535ll}) {
    const auto agreed = used / 7 * 9 + 1;
    const auto as_of = utc("2026-11-19T07:15Z");
    const auto reached = distance_to(bytes_of_november(agreed, used), as_of).reached;
    REQUIRE(reached.has_value());
    const auto line = [&](TimeMs at) {
      __extension__ using Wide = __int128;
      const Wide begin = utc("2026-11-01").value;
      return static_cast<Wide>(used) * (at.value - begin) / (as_of.value - begin);
    };
    CHECK((line(*reached) >= agreed));
    CHECK((line(*reached - DurationMs{1}) < agreed));
  }
}

}  // namespace
}  // namespace waybill::tracker
