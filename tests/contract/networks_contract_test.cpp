#include <doctest/doctest.h>

#include "tests/contract/check_refused.h"
#include "tests/contract/engines.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

NetworkFile file(NetworkFileKind kind, char digit) {
  return {kind, std::string(64, digit), "rib.mrt.gz", {1'700'000'000'000}, {1'700'000'100'000}, "1 IPv4 prefix"};
}

}  // namespace

TEST_CASE_TEMPLATE("one network file of each kind; each change is a change of the path tables", Engine,
                   WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  auto& registry = store->registry();
  CHECK(registry.network_files()->empty());
  auto version = *registry.table_version();
  const auto raised = [&] {
    const auto before = version;
    version = *registry.table_version();
    return version > before;
  };
  const auto routes = file(NetworkFileKind::routes, 'a'), names = file(NetworkFileKind::as_names, 'b');
  REQUIRE(registry.set_network_file(names));
  REQUIRE(registry.set_network_file(routes));
  CHECK(raised());
  CHECK(*registry.network_files() == std::vector{routes, names});
  const auto newer = file(NetworkFileKind::routes, 'c');
  REQUIRE(registry.set_network_file(newer));
  CHECK(raised());
  CHECK(*registry.network_files() == std::vector{newer, names});
  CHECK(registry.remove_network_file(NetworkFileKind::routes) == true);
  CHECK(raised());
  CHECK(registry.remove_network_file(NetworkFileKind::routes) == false);
  CHECK(!raised());
  CHECK(*registry.network_files() == std::vector{names});
}

TEST_CASE_TEMPLATE("an ISP has several AS numbers, each of one ISP alone", Engine, WAYBILL_ENGINES) {
  const Engine engine;
  auto store = open(engine);
  auto& registry = store->registry();
  Isp first, second;
  first.name = "SP1";
  first.asns = {64501, 64500, 64501};
  second.name = "SP2";
  second.asns = {4'294'967'295};
  const auto sp1 = registry.add_isp(first);
  const auto sp2 = registry.add_isp(second);
  REQUIRE(sp1);
  REQUIRE(sp2);
  CHECK(sp1->asns == std::vector<std::uint32_t>{64500, 64501});
  const auto before = engine.dump();
  check_refused(engine, before, registry.set_asns(sp2->id, {1, 64500}), "AS64500 belongs to SP1");
  Isp third;
  third.name = "SP3";
  third.asns = {64501};
  check_refused(engine, before, registry.add_isp(third), "AS64501 belongs to SP1");
  CHECK(registry.set_asns(sp1->id, {7})->asns == std::vector<std::uint32_t>{7});
  REQUIRE(registry.remove_isp(sp1->id));
  CHECK(registry.set_asns(sp2->id, {7, 8})->asns == std::vector<std::uint32_t>{7, 8});
}
