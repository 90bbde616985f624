#include "tracker/paths/path_tables.h"

#include <doctest/doctest.h>

namespace waybill::tracker {
namespace {

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }
PrefixEntry entry(const char* cidr, std::int64_t isp) { return {IpPrefix::parse(cidr).value(), IspId{isp}}; }

RegisteredComponent component(std::int64_t id, const char* address, const char* name) {
  RegisteredComponent made;
  made.id = ComponentId{id};
  made.addresses = {ip(address)};
  made.name = name;
  return made;
}

TEST_CASE("tables answer by id, prefix and address") {
  auto core = component(5, "198.18.1.1", "core");
  core.addresses.push_back(ip("198.18.1.2"));
  const auto tables = PathTables::build(7, {{IspId{1}, "SP1"}, {IspId{2}, "SP2"}},
                                        {entry("198.18.1.0/24", 1), entry("198.18.2.0/24", 2)}, {core});
  REQUIRE(tables);
  CHECK(tables->version() == 7);
  CHECK(tables->isp_name(IspId{2}) == "SP2");
  CHECK(tables->isp_name(IspId{9}) == "isp#9");
  CHECK(tables->isp_of(ip("198.18.2.200")) == IspId{2});
  CHECK_FALSE(tables->isp_of(ip("198.18.3.1")));
  REQUIRE(tables->match(ip("198.18.1.2"), "").device != nullptr);
  CHECK(tables->match(ip("198.18.1.2"), "").device->id == ComponentId{5});
  CHECK(tables->match(ip("198.18.1.3"), "").device == nullptr);
}

TEST_CASE("contradictions are refused by name") {
  const auto refusal = [](std::vector<IspName> isps, std::vector<PrefixEntry> prefixes,
                          std::vector<RegisteredComponent> components) {
    const auto tables = PathTables::build(1, std::move(isps), std::move(prefixes), std::move(components));
    REQUIRE_FALSE(tables);
    CHECK(tables.error().kind == ErrorKind::refused);
    return tables.error().message;
  };
  const std::vector<IspName> isps{{IspId{1}, "SP1"}, {IspId{2}, "SP2"}};
  CHECK(refusal({{IspId{1}, "SP1"}, {IspId{2}, "SP1"}}, {}, {}) == "two ISPs are called 'SP1'");
  CHECK(refusal({{IspId{1}, "SP1"}, {IspId{1}, "SP2"}}, {}, {}) == "two ISPs have the id 1");
  CHECK(refusal({{IspId{0}, "SP1"}}, {}, {}) == "an ISP needs an id and a name");
  CHECK(refusal(isps, {entry("192.0.2.0/24", 3)}, {}) == "prefix 192.0.2.0/24 belongs to ISP 3, which has no name");
  CHECK(refusal(isps, {entry("192.0.2.0/24", 1), entry("192.0.2.0/24", 2)}, {}) ==
        "prefix 192.0.2.0/24 is given to two ISPs: remove it from one");
  CHECK(refusal(isps, {}, {component(1, "192.0.2.1", "a"), component(2, "192.0.2.1", "b")}) ==
        "component 'b': address 192.0.2.1 belongs to the component 'a' already: remove that first");
  CHECK(refusal(isps, {}, {component(1, "192.0.2.1", "a"), component(2, "192.0.2.2", "a")}) ==
        "there is a component named 'a' already");
  CHECK(refusal(isps, {}, {component(0, "192.0.2.1", "a")}) == "the component 'a' has no id");
  const auto tables =
      PathTables::build(1, isps, {}, {}, {{InsightId{1}, "router:a", "router:b", ComponentId{3}, true}});
  REQUIRE_FALSE(tables);
  CHECK(tables.error().message == "no registered component lies between 'router:a' and 'router:b'");
}

TEST_CASE("component kinds have one name each") {
  for (int kind = 1; kind <= 11; ++kind) {
    const auto text = to_string(static_cast<ComponentKind>(kind));
    CHECK(parse_component_kind(text).value() == static_cast<ComponentKind>(kind));
  }
  CHECK(parse_component_kind("inter-as-link").value() == ComponentKind::inter_isp_link);
  CHECK_FALSE(parse_component_kind("bridge"));
}

}  // namespace
}  // namespace waybill::tracker
