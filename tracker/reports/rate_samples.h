#pragma once
// From the bytes of equal spans of time to rates: the percentile, peak and average by which links are measured. Pure.
#include <cstdint>
#include <span>
#include <string>

#include "common/types/units.h"

namespace waybill::tracker {

struct RateSample {
  TimeMs start{};
  std::int64_t bytes = 0;
};

// Bytes of single spans of `grain`; what it takes to say them as a rate stays with whoever shows them.
struct RateFigures {
  std::int64_t spans = 0;       // that the window holds, silent ones included
  std::int64_t percentile = 0;  // bytes in the ceil(percent / 100 * spans)-th span in rising order
  std::int64_t peak = 0;
  TimeMs peak_start{};     // the first of the spans with the most; 0 where all are silent
  std::int64_t total = 0;  // over all spans
};

// `samples`: spans with traffic, each once, inside the window; the others carried nothing. `percent`: 1..100.
RateFigures rate_figures(std::span<const RateSample> samples, std::int64_t spans, int percent);

// Bits a second, rounded down: bytes x 8 / grain.
std::int64_t bits_per_second(std::int64_t bytes, DurationMs grain);
// "12.345 Mbit/s", three decimals, rounded down.
std::string megabits(std::int64_t bits_per_second);

}  // namespace waybill::tracker
