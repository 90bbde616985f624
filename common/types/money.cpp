#include "common/types/money.h"

#include <algorithm>
#include <limits>

#include <fmt/core.h>

namespace waybill {

namespace {

constexpr std::int64_t kMicro = 1'000'000;
constexpr std::int64_t kGigabyte = 1'000'000'000;
__extension__ using Wide = __int128;

struct CurrencyDigits {
  std::string_view code;
  int digits;
};
// ISO 4217 (list one): the currencies that agreements are made in so far. Add one with its minor unit's digits.
constexpr CurrencyDigits kCurrencies[] = {{"AUD", 2}, {"BRL", 2}, {"CAD", 2}, {"CHF", 2}, {"CNY", 2}, {"CZK", 2},
                                          {"DKK", 2}, {"EUR", 2}, {"GBP", 2}, {"HUF", 2}, {"INR", 2}, {"JPY", 0},
                                          {"KRW", 0}, {"MXN", 2}, {"NOK", 2}, {"NZD", 2}, {"PLN", 2}, {"SEK", 2},
                                          {"SGD", 2}, {"TND", 3}, {"USD", 2}, {"ZAR", 2}};

std::int64_t power_of_ten(int exponent) {
  std::int64_t value = 1;
  for (int i = 0; i < exponent; ++i) value *= 10;
  return value;
}

}  // namespace

Result<Currency> Currency::parse(std::string_view code) {
  for (const auto& known : kCurrencies) {
    if (known.code == code) return Currency{{code[0], code[1], code[2]}, known.digits};
  }
  return refuse(fmt::format("'{}' is not a currency that Waybill knows (ISO 4217 code such as EUR)", code));
}

Result<Money> parse_money(std::string_view decimal, Currency currency) {
  const auto bad = [&](std::string_view why) {
    return refuse(fmt::format("'{}' is not an amount of {}: {}", decimal, currency.str(), why));
  };
  const int fraction_digits = currency.minor_digits + 6;
  std::string_view rest = decimal;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (negative) rest.remove_prefix(1);
  Wide value = 0;
  int digits = 0;
  int after_point = -1;
  for (const char c : rest) {
    if (c == '.' && after_point < 0) {
      after_point = 0;
      continue;
    }
    if (c < '0' || c > '9') return bad("write it as 12 or 12.34");
    if (after_point >= 0 && ++after_point > fraction_digits) return bad("too many digits after the point");
    if (++digits > 24) return bad("it is too large");
    value = value * 10 + (c - '0');
  }
  if (digits == 0) return bad("it has no digits");
  value *= power_of_ten(fraction_digits - std::max(after_point, 0));
  if (value > std::numeric_limits<std::int64_t>::max()) return bad("it is too large");
  return Money{static_cast<std::int64_t>(negative ? -value : value), currency};
}

std::int64_t round_to_minor(Money amount) {
  std::int64_t quotient = amount.micro_minor / kMicro;
  const std::int64_t remainder = amount.micro_minor % kMicro;
  const std::int64_t size = remainder < 0 ? -remainder : remainder;
  if (size > kMicro / 2 || (size == kMicro / 2 && quotient % 2 != 0)) quotient += amount.micro_minor < 0 ? -1 : 1;
  return quotient;
}

std::string format_minor(std::int64_t minor, Currency currency) {
  const std::int64_t unit = power_of_ten(currency.minor_digits);
  const std::int64_t size = minor < 0 ? -minor : minor;
  const char* sign = minor < 0 ? "-" : "";
  if (currency.minor_digits == 0) return fmt::format("{}{}", sign, size);
  return fmt::format("{}{}.{:0{}}", sign, size / unit, size % unit, currency.minor_digits);
}

std::string format_exact(Money amount) {
  const std::int64_t unit = power_of_ten(amount.currency.minor_digits + 6);
  const std::int64_t size = amount.micro_minor < 0 ? -amount.micro_minor : amount.micro_minor;
  auto fraction = fmt::format("{:0{}}", size % unit, amount.currency.minor_digits + 6);
  while (fraction.size() > static_cast<std::size_t>(amount.currency.minor_digits) && fraction.back() == '0') {
    fraction.pop_back();
  }
  const char* sign = amount.micro_minor < 0 ? "-" : "";
  return fmt::format("{}{}{}{}", sign, size / unit, fraction.empty() ? "" : ".", fraction);
}

Result<Money> price_of(std::int64_t bytes, Money per_gigabyte) {
  const Wide exact = static_cast<Wide>(bytes) * per_gigabyte.micro_minor / kGigabyte;
  if (exact > std::numeric_limits<std::int64_t>::max() || exact < std::numeric_limits<std::int64_t>::min()) {
    return fail("an amount does not fit in 63 bits");
  }
  return Money{static_cast<std::int64_t>(exact), per_gigabyte.currency};
}

}  // namespace waybill
