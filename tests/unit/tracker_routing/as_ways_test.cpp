#include "tracker/routing/as_ways.h"

#include <doctest/doctest.h>

#include "tests/harness/mrt_writer.h"
#include "tracker/routing/mrt_dump.h"

using namespace waybill;
using namespace waybill::tracker;
using tests::MrtWriter;

namespace {

using Way = std::vector<Asn>;

AsWays ways_of(const std::vector<std::vector<std::uint32_t>>& paths) {
  AsWaysReader reader;
  for (const auto& path : paths) {
    std::vector<std::uint32_t> words{static_cast<std::uint32_t>(path.size())};
    words.insert(words.end(), path.begin(), path.end());
    reader.add(words);
  }
  return reader.finish();
}

}  // namespace

TEST_CASE("each network on a path tells its own way to the origin") {
  const auto ways = ways_of({{10, 20, 30, 40}, {50, 30, 40}});
  CHECK(ways.between(10, 40) == Way{10, 20, 30, 40});
  CHECK(ways.between(20, 40) == Way{20, 30, 40});
  CHECK(ways.between(50, 40) == Way{50, 30, 40});
  CHECK(ways.between(40, 40) == Way{40});
  CHECK(ways.between(10, 30).empty());  // nobody says how to get to what 30 announces
  CHECK(ways.between(40, 10).empty());
}

TEST_CASE("which networks are side by side on some route") {
  const auto ways = ways_of({{10, 20, 30, 40}});
  CHECK(ways.adjacent(20, 30));
  CHECK(ways.adjacent(30, 20));
  CHECK_FALSE(ways.adjacent(10, 30));
  CHECK(ways.knows(40));
  CHECK_FALSE(ways.knows(50));
}

TEST_CASE("a network that stands several times running on a path is passed once") {
  CHECK(ways_of({{10, 20, 20, 20, 40}}).between(10, 40) == Way{10, 20, 40});
}

TEST_CASE("of two ways the first that was read stands; a circle of both is no way") {
  CHECK(ways_of({{10, 20, 40}, {10, 30, 40}}).between(10, 40) == Way{10, 20, 40});
  CHECK(ways_of({{10, 20, 40}, {20, 10, 40}}).between(10, 40) == Way{10, 20, 40});
  CHECK(ways_of({{10, 20, 30, 40}, {30, 10, 40}, {20, 30, 10, 40}}).between(10, 40) == Way{10, 20, 30, 40});
}

TEST_CASE("a set has no order, so that its path tells nothing") {
  AsWaysReader reader;
  reader.add(std::vector<std::uint32_t>{1, 10, kAsSetMark | 2, 20, 30, 1, 40});
  reader.add(std::vector<std::uint32_t>{1, 40});
  CHECK(reader.finish().steps().empty());
}

TEST_CASE("every peer's routes of a dump count, chosen or not") {
  MrtWriter dump;
  dump.peers({10, 50});
  dump.routes("20.1.0.0/16", {{0, MrtWriter::sequence_of({10, 20, 30, 40})}, {1, MrtWriter::sequence_of({50, 40})}});
  MemoryStream stream(dump.bytes);
  const auto table = read_mrt_dump(stream);
  REQUIRE(table);
  CHECK(table->ways().between(10, 40) == Way{10, 20, 30, 40});
  CHECK(table->ways().between(50, 40) == Way{50, 40});
}

TEST_CASE("what is restored must be in order, one step from each network to each origin") {
  CHECK(AsWays::restore({{1, 9, 2}, {2, 9, 9}})->between(1, 9) == Way{1, 2, 9});
  CHECK(!AsWays::restore({{2, 9, 9}, {1, 9, 2}}));
  CHECK(!AsWays::restore({{1, 9, 2}, {1, 9, 3}}));
  // Made by nobody's reader: a circle ends.
  CHECK(AsWays::restore({{1, 9, 2}, {2, 9, 1}})->between(1, 9).empty());
}
