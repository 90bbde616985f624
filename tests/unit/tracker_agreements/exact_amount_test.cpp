#include "tracker/agreements/exact_amount.h"

#include <limits>
#include <random>

#include <doctest/doctest.h>

#include "tests/unit/tracker_agreements/sample_terms.h"

namespace waybill::tracker {
namespace {

constexpr std::int64_t kGigabyte = 1'000'000'000;
constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

TEST_CASE("halves go to even, and only a true half is one") {
  const auto price = money("0.01");  // one cent a GB
  CHECK(round_amount(500'000'000, price, kGigabyte) == 0);
  CHECK(round_amount(1'500'000'000, price, kGigabyte) == 2);
  CHECK(round_amount(2'500'000'000, price, kGigabyte) == 2);
  // A byte above half a cent: rounding in two steps would lose it.
  CHECK(round_amount(500'000'001, price, kGigabyte) == 1);
  CHECK(round_amount(-500'000'001, price, kGigabyte) == -1);
  CHECK(round_amount(-1'500'000'000, price, kGigabyte) == -2);
}

TEST_CASE("a part of a month is exact") {
  // A third of 100.00 is 33.333...; ten of thirty days.
  CHECK(round_amount(1, money("100.00"), 1, Proportion::of(10, 30)) == 3333);
  CHECK(round_amount(1, money("0.01"), 1, Proportion::of(15, 30)) == 0);
  CHECK(round_amount(1, money("0.03"), 1, Proportion::of(15, 30)) == 2);
  CHECK(scale_down(100, Proportion::of(10, 30)) == 33);
  CHECK(scale_down(kMost, Proportion::of(1, 1)) == kMost);
  CHECK(scale_down(kMost, Proportion::of(0, 5)) == 0);
}

TEST_CASE("what does not fit is refused, and the largest that fits is exact") {
  CHECK(round_amount(kMost, money("0.01"), 1) == kMost);
  const auto above = round_amount(kMost, money("0.02"), 1);
  REQUIRE_FALSE(above);
  CHECK(above.error().kind == ErrorKind::refused);
  CHECK(above.error().message.find("does not fit") != std::string::npos);
  CHECK_FALSE(round_amount(kMost, {kMost, currency()}, 1, Proportion::of(2'678'399'999, 2'678'400'000)));
  CHECK_FALSE(add_minor(kMost, 1));
  CHECK(add_minor(kMost, -1) == kMost - 1);
}

TEST_CASE("against the definition, with small numbers") {
  std::mt19937_64 random(4);
  for (int round = 0; round < 20'000; ++round) {
    const auto quantity = static_cast<std::int64_t>(random() % 2'000);
    const auto micro = static_cast<std::int64_t>(random() % 3'000'000);
    const auto per = static_cast<std::int64_t>(random() % 9 + 1);
    const auto whole = static_cast<std::int64_t>(random() % 31 + 1);
    const auto part = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(whole + 1));
    const auto rounded = round_amount(quantity, {micro, currency()}, per, Proportion::of(part, whole)).value();
    // |2 (rounded × D) - 2 N| <= D, and an even result where it is equal.
    const auto n = quantity * micro * part;
    const auto d = per * 1'000'000 * whole;
    const auto off = 2 * (rounded * d - n);
    const bool nearest = off <= d && -off <= d;
    const bool half = off == d || -off == d;
    if (!nearest || (half && rounded % 2 != 0)) FAIL_CHECK(quantity << " " << micro << " " << per);
  }
}

}  // namespace
}  // namespace waybill::tracker
