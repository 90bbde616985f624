#include "tracker/accounting/tally.h"

#include <doctest/doctest.h>

#include "tests/contract/sample_books.h"

using namespace waybill;
using namespace waybill::tracker;

TEST_CASE("a receipt counts in one object of each kind, from the widest to the narrowest") {
  const auto facts = facts_of(sample::issue({}));
  const auto objects = objects_of(facts);
  REQUIRE(objects.size() == 4);
  for (const auto& object : objects) {
    CHECK(object.from == facts.source_isp);
    CHECK(object.to == facts.destination_isp);
    CHECK(object.agreement == facts.agreement);
    CHECK_FALSE(object.cdn_node);
  }
  CHECK(objects[0].kind == AccountKind::isp_pair);
  CHECK(objects[0].owner.empty());
  CHECK(objects[1].owner == "MovieStudio");
  CHECK_FALSE(objects[1].content);
  CHECK(objects[2].content == facts.content);
  CHECK_FALSE(objects[2].client);
  CHECK(objects[3].client == facts.receiver);
}

TEST_CASE("a tally sums by object and quarter") {
  const auto facts = facts_of(sample::issue({}));
  Tally tally;
  tally.add(facts, sample::kNoon, {10}, {11});
  tally.add(facts, sample::kNoon + minutes(14), {20}, {22});
  tally.add(facts, sample::kNoon + minutes(15), {40}, {44});
  const auto changes = tally.changes();
  REQUIRE(changes.size() == 8);
  CHECK(changes[0].quarter == quarter_of(sample::kNoon));
  CHECK(changes[0].added == Counters{{30}, {33}, 2});
  CHECK(changes[1].added == Counters{{40}, {44}, 1});
}
