#include "common/runtime/clock.h"

#include <ctime>

#include <doctest/doctest.h>

#include "common/runtime/random.h"

using namespace waybill;
using namespace waybill::runtime;

TEST_CASE("the system's clock gives UTC milliseconds, and a monotonic time that never falls") {
  const SystemClock clock;
  const auto before = std::time(nullptr);
  const auto now = clock.now();
  const auto after = std::time(nullptr);
  CHECK(now.value >= (before - 1) * 1000);
  CHECK(now.value < (after + 1) * 1000);
  auto last = clock.monotonic();
  for (int i = 0; i < 1000; ++i) {
    const auto next = clock.monotonic();
    CHECK(next >= last);
    last = next;
  }
}

TEST_CASE("a manual clock moves when it is told") {
  ManualClock clock(TimeMs{1000});
  CHECK(clock.now() == TimeMs{1000});
  clock.advance(seconds(2));
  CHECK(clock.now() == TimeMs{3000});
  CHECK(clock.monotonic() == DurationMs{3000});
  clock.set(TimeMs{5000});
  CHECK(clock.now() == TimeMs{5000});
}

TEST_CASE("seeded random numbers repeat, stay below their limit and reach all of it") {
  Random one(42), two(42), other(43);
  CHECK(one.next() == two.next());
  CHECK(one.next() != other.next());
  Random dice(7);
  int counts[6] = {};
  for (int i = 0; i < 6000; ++i) {
    const auto value = dice.below(6);
    REQUIRE(value < 6);
    ++counts[value];
  }
  for (const int count : counts) CHECK(count > 850);
  CHECK(dice.below(1) == 0);
  CHECK(Random::from_system().next() != Random::from_system().next());
}
