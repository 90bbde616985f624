#include "tracker/reports/rate_order.h"

#include <doctest/doctest.h>

#include "tracker/reports/share.h"

namespace waybill::tracker {
namespace {

ComponentRate rate(const std::string& key, std::int64_t percentile, std::int64_t peak, std::int64_t total) {
  ComponentRate made{key, {}};
  made.figures.percentile = percentile;
  made.figures.peak = peak;
  made.figures.total = total;
  return made;
}

std::string ordered(const std::string& by) {
  std::vector<ComponentRate> rates{rate("d", 2, 9, 5), rate("b", 3, 7, 5), rate("a", 2, 7, 8), rate("c", 1, 7, 6)};
  order_rates(rates, parse_rate_order(by).value());
  std::string keys;
  for (const auto& each : rates) keys += each.key;
  return keys;
}

TEST_CASE("the most first, equals by key") {
  CHECK(ordered("percentile") == "badc");
  CHECK(ordered("peak") == "dabc");
  CHECK(ordered("bytes") == "acbd");
  CHECK(ordered("name") == "abcd");
  for (const auto* text : {"", "Peak", "average"}) {
    CHECK(parse_rate_order(text).error().message.find("one of percentile, peak, bytes, name") != std::string::npos);
  }
}

TEST_CASE("a share is rounded down, and none where there is no whole") {
  CHECK(percent_of(5, 8) == "62.5 %");
  CHECK(percent_of(2, 3) == "66.6 %");
  CHECK(percent_of(0, 3) == "0.0 %");
  CHECK(percent_of(7, 2) == "350.0 %");
  CHECK(percent_of(1, 0) == "-");
  constexpr std::int64_t kMost = 9'223'372'036'854'775'807;
  CHECK(percent_of(kMost, kMost) == "100.0 %");
}

}  // namespace
}  // namespace waybill::tracker
