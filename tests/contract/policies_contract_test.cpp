#include <doctest/doctest.h>

#include "tests/contract/engines.h"
#include "tracker/store/policies.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

constexpr TimeMs kNow{1'793'534'400'000};

}  // namespace

TEST_CASE_TEMPLATE("policies are kept with their ends, and survive", Engine, WAYBILL_ENGINES) {
  Engine engine;
  {
    const auto store = contract::open(engine);
    const auto first = store->policies().add_policy({0, R"({"rate":100000})", kNow, kNow, std::nullopt});
    REQUIRE(first);
    const auto second =
        store->policies().add_policy({0, R"({"owner":"Größe","rate":1})", kNow, kNow + hours(1), kNow + hours(2)});
    REQUIRE(second);
    CHECK(second->id > first->id);
    REQUIRE(store->policies().end_policy(first->id, kNow + minutes(5)));
  }
  const auto store = contract::open(engine, StoreAccess::read_write);
  const auto kept = store->policies().policies();
  REQUIRE(kept);
  REQUIRE(kept->size() == 2);
  CHECK((*kept)[0].document == R"({"rate":100000})");
  CHECK((*kept)[0].valid_until == kNow + minutes(5));
  CHECK((*kept)[1].document == R"({"owner":"Größe","rate":1})");
  CHECK((*kept)[1].valid_from == kNow + hours(1));
  CHECK((*kept)[1].valid_until == kNow + hours(2));
  // One that has not begun ends where it begins.
  REQUIRE(store->policies().end_policy((*kept)[1].id, kNow));
  CHECK((*store->policies().policies())[1].valid_until == kNow + hours(1));
}

TEST_CASE_TEMPLATE("what policies refuse changes nothing", Engine, WAYBILL_ENGINES) {
  Engine engine;
  const auto store = contract::open(engine);
  const auto added = store->policies().add_policy({0, "{}", kNow, kNow, kNow + hours(1)});
  REQUIRE(added);
  const auto before = engine.dump();
  const auto refused = [&](const auto& outcome, const char* part) {
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().kind == ErrorKind::refused);
    CHECK(outcome.error().message.find(part) != std::string::npos);
    CHECK(engine.dump() == before);
  };
  refused(store->policies().add_policy({0, "{}", kNow, kNow, kNow}), "ends before it begins");
  refused(store->policies().end_policy(added->id + 1, kNow), "no policy");
  refused(store->policies().end_policy(added->id, kNow + hours(1)), "ends before that already");
}
