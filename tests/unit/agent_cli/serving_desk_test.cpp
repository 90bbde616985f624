#include "agent/cli/serving_desk.h"

#include <doctest/doctest.h>

namespace waybill::cli {

TEST_CASE("load is told while there is some, and its end once: a rate that lingers is not the last word") {
  const protocol::LoadReport serving{ByteRate{5000}, 1}, lingering{ByteRate{5000}, 0}, idle{ByteRate{0}, 0};
  std::vector<protocol::LoadReport> told;
  bool told_busy = false;
  for (const auto& present : {idle, serving, lingering, idle, idle, serving, idle, idle}) {
    if (!load_report_due(present, told_busy)) continue;
    told.push_back(present);
    told_busy = is_busy(present);
  }
  REQUIRE(told.size() == 5);
  CHECK(told[1].orders_served == 0);
  CHECK(told[2].upload_rate == ByteRate{0});
  CHECK(told[4].upload_rate == ByteRate{0});
}

}  // namespace waybill::cli
