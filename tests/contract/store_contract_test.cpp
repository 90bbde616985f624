// Opening, and what a transaction promises.
#include <doctest/doctest.h>

#include "tests/contract/engines.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

Isp isp_named(const std::string& name) {
  Isp isp;
  isp.name = name;
  return isp;
}

std::size_t isps_in(Store& store) { return store.registry().isps()->size(); }

}  // namespace

TEST_CASE_TEMPLATE("a place that holds nothing is refused, unless it is to be created", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  for (const auto access : {StoreAccess::read_write, StoreAccess::read_only}) {
    const auto store = open_store(engine.where(), access);
    REQUIRE_FALSE(store);
    CHECK(store.error().kind == ErrorKind::refused);
    CHECK(store.error().message.find("waybill-tracker init") != std::string::npos);
  }
  CHECK(open_store(engine.where(), StoreAccess::create));
  CHECK(open_store(engine.where(), StoreAccess::read_write));
}

TEST_CASE("engines that this version does not have are refused by name") {
  CHECK_FALSE(open_store("mysql://localhost/waybill"));
  CHECK_FALSE(open_store(""));
}

TEST_CASE_TEMPLATE("what was committed is there after it is opened again", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  {
    auto store = open(engine);
    REQUIRE(store->registry().add_isp(isp_named("SP1")));
  }
  CHECK(isps_in(*open(engine, StoreAccess::read_write)) == 1);
  CHECK(isps_in(*open(engine, StoreAccess::create)) == 1);
}

TEST_CASE_TEMPLATE("a transact keeps all of its changes or none", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  const auto add_two = [&](Status end) {
    return store->transact([&]() -> Status {
      REQUIRE(store->registry().add_isp(isp_named("SP1")));
      REQUIRE(store->transact([&]() -> Status {  // joins the outer one
        REQUIRE(store->registry().add_isp(isp_named("SP2")));
        return {};
      }));
      return end;
    });
  };
  const auto before = engine.dump();
  const auto refused = add_two(refuse("the body's own reason"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "the body's own reason");
  CHECK(engine.dump() == before);
  CHECK(add_two({}));
  CHECK(isps_in(*store) == 2);
}

TEST_CASE_TEMPLATE("a failed call inside a transact undoes all of it, even where the body let it pass", Engine,
                   WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  REQUIRE(store->registry().add_isp(isp_named("SP1")));
  const auto before = engine.dump();
  const auto status = store->transact([&]() -> Status {
    REQUIRE(store->registry().add_isp(isp_named("SP2")));
    CHECK_FALSE(store->registry().add_isp(isp_named("SP1")));
    return {};
  });
  REQUIRE_FALSE(status);
  CHECK(status.error().kind == ErrorKind::refused);
  CHECK(engine.dump() == before);
  CHECK(store->registry().add_isp(isp_named("SP2")));
}

TEST_CASE_TEMPLATE("a reader beside the writer sees what is committed and changes nothing", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto writer = open(engine);
  REQUIRE(writer->registry().add_isp(isp_named("SP1")));
  auto reader = open(engine, StoreAccess::read_only);
  CHECK(isps_in(*reader) == 1);
  const auto refused = reader->registry().add_isp(isp_named("SP9"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("read-only") != std::string::npos);
  REQUIRE(writer->transact([&]() -> Status {
    REQUIRE(writer->registry().add_isp(isp_named("SP2")));
    CHECK(isps_in(*reader) == 1);  // not before the commit
    return {};
  }));
  CHECK(isps_in(*reader) == 2);
}
