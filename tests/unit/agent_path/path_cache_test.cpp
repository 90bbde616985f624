#include "agent/path/path_cache.h"

#include <doctest/doctest.h>

namespace waybill::agent {
namespace {

using protocol::Path;

PathKey key(std::uint32_t destination) { return {IpAddress::from_v4(0xC6120164), IpAddress::from_v4(destination)}; }

Path path(int hops) {
  Path made;
  made.hops.resize(static_cast<std::size_t>(hops));
  return made;
}

TEST_CASE("a path is fresh for its lifetime and remembered beyond") {
  PathCache cache(minutes(10), 8);
  CHECK(cache.fresh(key(1), {0}) == nullptr);
  cache.put(key(1), path(3), {1000});
  REQUIRE(cache.fresh(key(1), {1000}) != nullptr);
  CHECK(cache.fresh(key(1), {1000})->hops.size() == 3);
  CHECK(cache.fresh(key(1), {600'999}) != nullptr);
  CHECK(cache.fresh(key(1), {601'000}) == nullptr);
  REQUIRE(cache.any(key(1)) != nullptr);
  cache.put(key(1), path(4), {700'000});
  CHECK(cache.fresh(key(1), {700'000})->hops.size() == 4);
  CHECK(cache.size() == 1);
}

TEST_CASE("the oldest path makes room") {
  PathCache cache(minutes(10), 2);
  cache.put(key(1), path(1), {100});
  cache.put(key(2), path(1), {50});
  cache.put(key(3), path(1), {200});
  CHECK(cache.size() == 2);
  CHECK(cache.any(key(2)) == nullptr);
  CHECK(cache.any(key(1)) != nullptr);
  cache.put(key(1), path(2), {300});  // known already: nobody has to go
  CHECK(cache.any(key(3)) != nullptr);
}

TEST_CASE("the same destination from another source is another path") {
  PathCache cache(minutes(10), 8);
  cache.put(key(1), path(1), {0});
  CHECK(cache.any({IpAddress::from_v4(9), IpAddress::from_v4(1)}) == nullptr);
}

TEST_CASE("the budget holds in every minute") {
  TraceBudget budget(6);
  for (int i = 0; i < 6; ++i) CHECK(budget.take({5}));
  CHECK_FALSE(budget.take({5}));
  CHECK_FALSE(budget.take({10'004}));
  CHECK(budget.take({10'005}));  // one every ten seconds
  CHECK_FALSE(budget.take({10'005}));
  int taken = 0;
  for (std::int64_t now = 20'000; now < 20'000 + 60'000; now += 7) taken += budget.take({now}) ? 1 : 0;
  CHECK(taken >= 5);
  CHECK(taken <= 6);
  CHECK_FALSE(TraceBudget(0).take({1'000'000}));
}

TEST_CASE("idle time saves up one minute's worth at most") {
  TraceBudget budget(3);
  CHECK(budget.take({0}));
  int taken = 0;
  while (budget.take({100'000'000})) ++taken;
  CHECK(taken == 3);
}

}  // namespace
}  // namespace waybill::agent
