#include "tracker/accounting/work_meter.h"

#include <vector>

#include <doctest/doctest.h>

namespace waybill::tracker {

TEST_CASE("long work is told of once a second, with what is done and what was expected; short work is not") {
  runtime::ManualClock clock(TimeMs{1'000'000});
  std::vector<WorkDone> told;
  WorkMeter meter(clock, [&](const WorkDone& work) { told.push_back(work); });
  meter.begin("receipts counted", 10'000);
  for (int receipt = 0; receipt < 5'000; ++receipt) meter.step();
  CHECK(told.empty());
  clock.advance(seconds(1));
  for (int receipt = 0; receipt < 2'000; ++receipt) meter.step();
  REQUIRE(told.size() == 1);
  CHECK(told.front().what == "receipts counted");
  CHECK(told.front().done > 5'000);
  CHECK(told.front().done <= 5'000 + 256);
  CHECK(told.front().expected == 10'000);
  clock.advance(seconds(1));
  meter.begin("the same for the objects", 300);
  for (int receipt = 0; receipt < 300; ++receipt) meter.step();
  REQUIRE(told.size() == 2);
  CHECK(told.back().what == "the same for the objects");
  CHECK(told.back().done <= 300);
}

}  // namespace waybill::tracker
