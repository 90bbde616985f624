#include "tracker/reports/rate_samples.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "common/types/check.h"

namespace waybill::tracker {

namespace {

__extension__ using Wide = __int128;

}  // namespace

RateFigures rate_figures(std::span<const RateSample> samples, std::int64_t spans, int percent) {
  WAYBILL_ASSERT(percent >= 1 && percent <= 100, "a percentile is of a hundred");
  WAYBILL_ASSERT(static_cast<std::int64_t>(samples.size()) <= spans, "a span is counted once, and in the window");
  RateFigures figures;
  figures.spans = spans;
  std::vector<std::int64_t> bytes;
  bytes.reserve(samples.size());
  for (const auto& sample : samples) {
    bytes.push_back(sample.bytes);
    figures.total += sample.bytes;
    const bool earlier = sample.bytes == figures.peak && sample.start < figures.peak_start;
    if (sample.bytes > figures.peak || (earlier && sample.bytes > 0)) {
      figures.peak = sample.bytes;
      figures.peak_start = sample.start;
    }
  }
  if (spans == 0) return figures;
  std::sort(bytes.begin(), bytes.end());
  const auto rank = (spans * percent + 99) / 100;  // from 1, in rising order: the silent spans come first
  const auto silent = spans - static_cast<std::int64_t>(bytes.size());
  if (rank > silent) figures.percentile = bytes[static_cast<std::size_t>(rank - silent - 1)];
  return figures;
}

std::int64_t bits_per_second(std::int64_t bytes, DurationMs grain) {
  return static_cast<std::int64_t>(static_cast<Wide>(bytes) * 8000 / grain.value);
}

std::string megabits(std::int64_t bits_per_second) {
  return fmt::format("{}.{:03} Mbit/s", bits_per_second / 1'000'000, bits_per_second / 1000 % 1000);
}

}  // namespace waybill::tracker
