#pragma once
// Amounts as exact fractions in 128 bits, rounded once.
#include <cstdint>
#include <optional>

#include "common/types/money.h"
#include "common/types/result.h"

namespace waybill::tracker {

// A part of a month, in lowest terms: 1/1 is all of it.
struct Proportion {
  std::int64_t numerator = 1;
  std::int64_t denominator = 1;
  static Proportion of(std::int64_t part, std::int64_t whole);
  bool whole() const { return numerator == denominator; }
  bool operator==(const Proportion&) const = default;
};

// quantity × price ÷ `per` × part, in minor units, rounded once by the project's rule: to the minor unit, halves to
// even. Refused where it does not fit in 63 bits. `quantity` and `price` may be negative; `per` is above zero.
Result<std::int64_t> round_amount(std::int64_t quantity, Money price, std::int64_t per, Proportion part = {});

// value × part, rounded down. value >= 0.
std::int64_t scale_down(std::int64_t value, Proportion part);

// a + b; refused where it does not fit in 63 bits.
Result<std::int64_t> add_minor(std::int64_t a, std::int64_t b);

}  // namespace waybill::tracker
