#include "common/types/money.h"

#include <limits>

#include <doctest/doctest.h>

using namespace waybill;

namespace {

const Currency kEuro = Currency::parse("EUR").value();
const Currency kYen = Currency::parse("JPY").value();
const Currency kDinar = Currency::parse("TND").value();

Money euro(std::int64_t micro_minor) { return {micro_minor, kEuro}; }

}  // namespace

TEST_CASE("currencies: known codes carry their minor digits, others are refused by name") {
  CHECK(kEuro.minor_digits == 2);
  CHECK(kYen.minor_digits == 0);
  CHECK(kDinar.minor_digits == 3);
  for (const auto* bad : {"", "eur", "EURO", "XXX", "EU"}) {
    const auto parsed = Currency::parse(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind == ErrorKind::refused);
  }
}

TEST_CASE("rounding: to the minor unit, halves to even, in both signs") {
  struct Case {
    std::int64_t micro, minor;
  };
  for (const auto& [micro, minor] :
       {Case{0, 0}, Case{499'999, 0}, Case{500'000, 0}, Case{500'001, 1}, Case{1'500'000, 2}, Case{2'500'000, 2},
        Case{2'500'001, 3}, Case{3'500'000, 4}, Case{999'999, 1}, Case{1'000'000, 1}}) {
    CAPTURE(micro);
    CHECK(round_to_minor(euro(micro)) == minor);
    CHECK(round_to_minor(euro(-micro)) == -minor);
  }
}

TEST_CASE("rounding: halves to even leave no drift over a run of amounts") {
  std::int64_t rounded = 0, exact = 0;
  for (std::int64_t cents = 0; cents < 1000; ++cents) {
    const auto micro = cents * 1'000'000 + 500'000;
    exact += micro;
    rounded += round_to_minor(euro(micro));
  }
  CHECK(rounded * 1'000'000 == exact);
}

TEST_CASE("parse_money: decimal text into micro-minor units") {
  CHECK(parse_money("12.34", kEuro).value() == euro(1'234'000'000));
  CHECK(parse_money("0.0125", kEuro).value() == euro(1'250'000));
  CHECK(parse_money("12", kEuro).value() == euro(1'200'000'000));
  CHECK(parse_money("-0.01", kEuro).value() == euro(-1'000'000));
  CHECK(parse_money("0.00000001", kEuro).value() == euro(1));
  CHECK(parse_money("5", kYen).value() == Money{5'000'000, kYen});
  CHECK(parse_money("1.234", kDinar).value() == Money{1'234'000'000, kDinar});
}

TEST_CASE("parse_money: what is no amount is refused, naming it") {
  for (const auto* bad : {"", "-", ".", "1,5", "1.2.3", "+1", " 1", "1 ", "1e3", "0x1", "0.000000001", "--1",
                          "99999999999999999999999999", "92233720368.54775808"}) {
    CAPTURE(bad);
    const auto parsed = parse_money(bad, kEuro);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind == ErrorKind::refused);
    CHECK(parsed.error().message.find(bad) != std::string::npos);
  }
  CHECK(parse_money("92233720368.54775807", kEuro).value() == euro(std::numeric_limits<std::int64_t>::max()));
}

TEST_CASE("format: minor units and exact prices") {
  CHECK(format_minor(1234, kEuro) == "12.34");
  CHECK(format_minor(-5, kEuro) == "-0.05");
  CHECK(format_minor(7, kYen) == "7");
  CHECK(format_minor(7, kDinar) == "0.007");
  CHECK(format_exact(euro(1'250'000)) == "0.0125");
  CHECK(format_exact(euro(1'200'000'000)) == "12.00");
  CHECK(format_exact(euro(-1)) == "-0.00000001");
  CHECK(format_exact({5'000'000, kYen}) == "5");
}

TEST_CASE("format_exact and parse_money are inverse") {
  for (const std::int64_t micro : {0L, 1L, 999'999L, 1'000'001L, 123'456'789'012L, -1L, -123'456'789L}) {
    CHECK(parse_money(format_exact(euro(micro)), kEuro).value() == euro(micro));
  }
}

TEST_CASE("price_of: bytes times price per GB in 128 bits, truncated toward zero") {
  const auto cent_per_gb = euro(1'000'000);
  CHECK(price_of(1'000'000'000, cent_per_gb).value() == euro(1'000'000));
  CHECK(price_of(999, cent_per_gb).value() == euro(0));
  CHECK(price_of(1'500, cent_per_gb).value() == euro(1));
  CHECK(price_of(-1'500, cent_per_gb).value() == euro(-1));
  // The product passes 2^63 while the result does not.
  CHECK(price_of(1'000'000'000'000'000'000, euro(9'000'000'000)).value() == euro(9'000'000'000'000'000'000));
  CHECK_FALSE(price_of(std::numeric_limits<std::int64_t>::max(), euro(2'000'000'000)));
}
