#include "tracker/agreements/exact_amount.h"

#include <limits>
#include <numeric>

#include "common/types/check.h"

namespace waybill::tracker {

namespace {

__extension__ using Wide = __int128;
constexpr std::int64_t kMicro = 1'000'000;  // micro-minor units in a minor unit

tl::unexpected<Error> too_large() {
  return refuse("an amount of money does not fit: it exceeds 63 bits of minor units");
}

Wide size_of(Wide value) { return value < 0 ? -value : value; }

}  // namespace

Proportion Proportion::of(std::int64_t part, std::int64_t whole) {
  WAYBILL_ASSERT(whole > 0 && part >= 0, "a proportion of nothing");
  const auto common = std::gcd(part, whole);
  return {part / common, whole / common};
}

Result<std::int64_t> round_amount(std::int64_t quantity, Money price, std::int64_t per, Proportion part) {
  WAYBILL_ASSERT(per > 0 && part.denominator > 0, "a price per nothing");
  const Wide product = static_cast<Wide>(quantity) * price.micro_minor;
  Wide top = 0;
  Wide bottom = 0;
  if (__builtin_mul_overflow(product, static_cast<Wide>(part.numerator), &top)) return too_large();
  if (__builtin_mul_overflow(static_cast<Wide>(per) * kMicro, static_cast<Wide>(part.denominator), &bottom)) {
    return too_large();
  }
  Wide quotient = top / bottom;
  const Wide rest = size_of(top % bottom);
  const Wide other = bottom - rest;  // rest < bottom: compares with half without doubling
  if (rest > other || (rest == other && quotient % 2 != 0)) quotient += top < 0 ? -1 : 1;
  if (quotient > std::numeric_limits<std::int64_t>::max() || quotient < std::numeric_limits<std::int64_t>::min()) {
    return too_large();
  }
  return static_cast<std::int64_t>(quotient);
}

std::int64_t scale_down(std::int64_t value, Proportion part) {
  WAYBILL_ASSERT(value >= 0 && part.numerator <= part.denominator, "a part exceeds the whole");
  return static_cast<std::int64_t>(static_cast<Wide>(value) * part.numerator / part.denominator);
}

Result<std::int64_t> add_minor(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return too_large();
  return sum;
}

}  // namespace waybill::tracker
