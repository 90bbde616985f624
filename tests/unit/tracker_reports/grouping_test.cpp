#include "tracker/reports/grouping.h"

#include <doctest/doctest.h>

namespace waybill::tracker {
namespace {

AccountRow quarter_row(std::int64_t start_ms, std::int64_t bytes) {
  AccountRow row;
  row.quarter = quarter_of({start_ms});
  row.counters = {{bytes}, {bytes + 1}, 1};
  return row;
}

TEST_CASE("quarters add up to hours, days and months of the local calendar") {
  constexpr std::int64_t kQuarterMs = 900'000;
  const std::int64_t start = 1'792'886'400'000;  // 2026-10-25T00:00Z, 02:00 in Berlin; the hour comes twice
  std::vector<AccountRow> rows;
  for (int i = 0; i < 12; ++i) rows.push_back(quarter_row(start + i * kQuarterMs, 1 << i));
  auto clock = LocalClock::of("Europe/Berlin").value();
  const auto by_hour = fold_rows(rows, {Grouping::hour}, {}, clock);
  REQUIRE(by_hour.size() == 3);
  CHECK(by_hour[0].cells == std::vector<std::string>{"2026-10-25T02:00+02:00"});
  CHECK(by_hour[0].counters.acked.value == 0x0f);
  CHECK(by_hour[1].cells == std::vector<std::string>{"2026-10-25T02:00+01:00"});
  CHECK(by_hour[1].counters.acked.value == 0xf0);
  CHECK(by_hour[2].cells == std::vector<std::string>{"2026-10-25T03:00+01:00"});
  CHECK(by_hour[2].counters.acked.value == 0xf00);
  const auto by_day = fold_rows(rows, {Grouping::day}, {}, clock);
  REQUIRE(by_day.size() == 1);
  CHECK(by_day[0].cells == std::vector<std::string>{"2026-10-25"});
  CHECK(by_day[0].counters == Counters{{0xfff}, {0xfff + 12}, 12});
  rows.push_back(quarter_row(1'793'487'600'000, 1));  // 2026-10-31T23:00Z is November in Berlin
  const auto by_month = fold_rows(rows, {Grouping::month}, {}, clock);
  REQUIRE(by_month.size() == 2);
  CHECK(by_month[0].cells == std::vector<std::string>{"2026-10"});
  CHECK(by_month[1].cells == std::vector<std::string>{"2026-11"});
  CHECK(by_month[1].counters.acked.value == 1);
}

TEST_CASE("rows carry names; what is not named is told apart") {
  AccountRow row;
  row.from = IspId{1};
  row.to = IspId{};
  row.content = ContentId{};
  row.counters.acked = {7};
  ReportNames names;
  names.isps[IspId{1}] = "SP1";
  auto clock = LocalClock::of("UTC").value();
  const auto folded = fold_rows({row}, {Grouping::isp_pair, Grouping::content}, names, clock);
  REQUIRE(folded.size() == 1);
  CHECK(folded[0].cells == std::vector<std::string>{"SP1", "unknown", ContentId{}.hex(), "0000000000"});
  CHECK(names.isp(IspId{9}) == "isp#9");
  CHECK(columns_of({Grouping::isp_pair, Grouping::hour_of_day})[2].key == "hour_of_day");
  CHECK(columns_of({Grouping::hour_of_day})[0].heading == "HOUR OF DAY");
}

TEST_CASE("every grouping is known by its name, and nothing else is") {
  for (const auto* name : {"isp-pair", "from", "to", "traffic", "agreement", "source", "owner", "class", "content",
                           "title", "client", "hour-of-day", "quarter-hour", "hour", "day", "month"}) {
    const auto grouping = parse_grouping(name);
    REQUIRE(grouping.has_value());
    CHECK(to_string(*grouping) == name);
  }
  CHECK_FALSE(parse_grouping("week").has_value());
  CHECK(dimensions_of({Grouping::day, Grouping::hour, Grouping::owner}) ==
        std::set<AccountDimension>{AccountDimension::quarter, AccountDimension::owner});
}

}  // namespace
}  // namespace waybill::tracker
