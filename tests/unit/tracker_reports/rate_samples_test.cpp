#include "tracker/reports/rate_samples.h"

#include <vector>

#include <doctest/doctest.h>

namespace waybill::tracker {
namespace {

TimeMs at(int span) { return {1'793'534'400'000 + span * 300'000LL}; }

TEST_CASE("the percentile counts silent spans") {
  std::vector<RateSample> samples;
  for (int i = 0; i < 100; ++i) samples.push_back({at(i), i + 1});
  CHECK(rate_figures(samples, 100, 95).percentile == 95);  // the 95th of 1..100
  CHECK(rate_figures(samples, 100, 100).percentile == 100);
  CHECK(rate_figures(samples, 100, 1).percentile == 1);
  CHECK(rate_figures(samples, 200, 95).percentile == 90);  // the 190th of a hundred zeros and 1..100
  CHECK(rate_figures(samples, 200, 50).percentile == 0);
  CHECK(rate_figures(samples, 101, 95).percentile == 95);  // ceil(95.95) = 96th, of which one is silent
  CHECK(rate_figures(samples, 2000, 95).percentile == 0);  // the 1900th: the last silent one
  CHECK(rate_figures(samples, 2000, 96).percentile == 20);
}

TEST_CASE("the peak is the first span with the most; the total is of all") {
  const std::vector<RateSample> samples{{at(3), 5}, {at(7), 9}, {at(5), 9}, {at(9), 1}};
  const auto figures = rate_figures(samples, 10, 95);
  CHECK(figures.peak == 9);
  CHECK(figures.peak_start == at(5));
  CHECK(figures.total == 24);
  CHECK(figures.spans == 10);
  const auto silent = rate_figures({}, 10, 95);
  CHECK(silent.percentile == 0);
  CHECK(silent.peak_start == TimeMs{});
  CHECK(rate_figures({}, 0, 95).percentile == 0);
}

TEST_CASE("bytes as rates, without overflow") {
  CHECK(bits_per_second(37'500'000, minutes(5)) == 1'000'000);
  CHECK(bits_per_second(9'000'000'000'000'000'000, minutes(5)) == 240'000'000'000'000'000);
  CHECK(megabits(12'345'999) == "12.345 Mbit/s");
  CHECK(megabits(999) == "0.000 Mbit/s");
}

}  // namespace
}  // namespace waybill::tracker
