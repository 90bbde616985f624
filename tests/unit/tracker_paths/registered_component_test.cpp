#include <doctest/doctest.h>

#include "tracker/paths/component_claims.h"

namespace waybill::tracker {
namespace {

RegisteredComponent named(ComponentKind kind, const char* name) {
  RegisteredComponent made;
  made.kind = kind;
  made.name = name;
  return made;
}
IpPrefix prefix(const char* text) { return IpPrefix::parse(text).value(); }
NamePattern pattern(const char* text) { return NamePattern::parse(text).value(); }
std::string refusal(const Status& status) { return status ? "accepted" : status.error().message; }

TEST_CASE("patterns match whole names, whatever their case") {
  CHECK(pattern("*.core.sp1.example").matches("ae1.Core.SP1.example."));
  CHECK_FALSE(pattern("*.core.sp1.example").matches("core.sp1.example"));
  CHECK_FALSE(pattern("*.core.sp1.example").matches("ae1.core.sp1.example.org"));
  CHECK(pattern("ae?-*.muc*").matches("ae1-r7.x.muc"));
  CHECK_FALSE(pattern("ae?-*.muc*").matches("ae-r7.muc"));
  CHECK(pattern("a**b").str() == "a*b");
  CHECK(pattern("R1.Example.").str() == "r1.example");
  CHECK_FALSE(pattern("*a*").matches(""));
  // One that goes back at every letter still ends soon.
  CHECK_FALSE(pattern("*a*a*a*a*a*a*a*a*a*b").matches(std::string(255, 'a')));
}

TEST_CASE("bad patterns are refused") {
  for (const auto* text : {"", "*", "*.*", "?-?", "a b", "[ab]", "a/b", "\xc3\xbc.example"}) {
    CHECK_FALSE(NamePattern::parse(text));
  }
  CHECK_FALSE(NamePattern::parse(std::string(256, 'a')));
}

TEST_CASE("one group's address, prefix or pattern belongs to one component") {
  ComponentClaims claims;
  auto core = named(ComponentKind::router, "core");
  core.prefixes = {prefix("192.0.2.0/24")};
  core.patterns = {pattern("core.example")};
  REQUIRE(claims.add(core));
  auto rival = named(ComponentKind::network_switch, "rival");
  rival.prefixes = core.prefixes;
  CHECK(refusal(claims.add(rival)) ==
        "component 'rival': prefix 192.0.2.0/24 belongs to the component 'core' already: remove that first");
  rival.prefixes = {prefix("192.0.2.0/25")};
  rival.patterns = {pattern("CORE.example")};
  CHECK(refusal(claims.add(rival)).find("pattern core.example belongs to the component 'core'") != std::string::npos);
  rival.patterns = {};
  rival.prefixes.push_back(rival.prefixes[0]);
  CHECK(refusal(claims.add(rival)) == "component 'rival': prefix 192.0.2.0/25 is given twice");
  rival.prefixes.pop_back();
  CHECK(claims.add(rival));  // nested: the longer one counts
  auto network = named(ComponentKind::autonomous_system, "AS64500");
  network.prefixes = core.prefixes;
  CHECK(claims.add(network));  // what holds devices is matched beside them
  auto second = named(ComponentKind::autonomous_system, "AS64501");
  second.prefixes = core.prefixes;
  CHECK_FALSE(claims.add(second));
}

TEST_CASE("places need what they lie in, and no smaller one") {
  CHECK(check_component(named(ComponentKind::country, "Germany")));
  CHECK_FALSE(check_component(named(ComponentKind::city, "Munich")));
  auto router = named(ComponentKind::router, "core");
  router.place.city = "Munich";
  CHECK(refusal(check_component(router)) == "component 'core': a state or a city needs its country beside it");
  router.place.country = "Ger/many";
  CHECK_FALSE(check_component(router));
  router.place.country = "Germany";
  CHECK(check_component(router));
  auto state = named(ComponentKind::state, "Bavaria");
  state.place = {"Germany", "", "Munich"};
  CHECK_FALSE(check_component(state));
  CHECK_FALSE(check_component(named(ComponentKind::router, "")));
  CHECK_FALSE(check_component(named(ComponentKind::router, "a\nb")));
  CHECK_FALSE(check_component(named(ComponentKind::router, "\xff")));
}

}  // namespace
}  // namespace waybill::tracker
