#pragma once
// Money: integers only. The unit is the millionth of a currency's minor unit ("micro-minor": 1 EUR = 100 cents =
// 100,000,000 micro-minor), so that a price per GB times bytes keeps its fractions until the one rounding at the end.
#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill {

// ISO 4217 alphabetic code, e.g. "EUR", with the number of decimal digits of its minor unit.
struct Currency {
  std::array<char, 3> code{'E', 'U', 'R'};
  int minor_digits = 2;

  std::string str() const { return {code.begin(), code.end()}; }
  auto operator<=>(const Currency&) const = default;
  // Refuses codes that are not in the table of money.cpp.
  static Result<Currency> parse(std::string_view code);
};

struct Money {
  std::int64_t micro_minor = 0;
  Currency currency;
  auto operator<=>(const Money&) const = default;
};

// "12.34", "0.0125": a decimal number in the currency's major unit. Refuses more digits than micro-minor can hold.
Result<Money> parse_money(std::string_view decimal, Currency currency);

// THE rounding rule, the only one: to the minor unit, halves to even (ISO 80000-1 rule A), applied once per statement
// line. Returns minor units (cents).
std::int64_t round_to_minor(Money amount);

// Minor units as a decimal number in the major unit: 1234 cents -> "12.34".
std::string format_minor(std::int64_t minor, Currency currency);
// All digits, without trailing zeros beyond the minor unit: for prices.
std::string format_exact(Money amount);

// bytes × price per GB (10^9 bytes), in micro-minor, truncated toward zero at 10^-6 of a minor unit.
// Computed in 128 bits; fails when the result does not fit.
Result<Money> price_of(std::int64_t bytes, Money per_gigabyte);

}  // namespace waybill
