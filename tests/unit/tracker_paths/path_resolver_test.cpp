#include "tracker/paths/path_resolver.h"

#include <doctest/doctest.h>

namespace waybill::tracker {
namespace {

using protocol::Hop;
using protocol::HopSide;
using protocol::Path;

constexpr IspId kSp1{1}, kBackbone{2}, kSp2{3};

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }
PrefixEntry entry(const char* cidr, IspId isp) { return {IpPrefix::parse(cidr).value(), isp}; }

PathTables tables(std::vector<RegisteredComponent> components = {},
                  const std::vector<ComponentInsight>& insights = {}) {
  return PathTables::build(
             12, {{kSp1, "SP1"}, {kBackbone, "BB"}, {kSp2, "SP2"}},
             {entry("198.18.1.0/24", kSp1), entry("198.18.0.0/24", kBackbone), entry("198.18.2.0/24", kSp2),
              entry("2001:db8:1::/48", kSp1), entry("2001:db8:2::/48", kSp2)},
             std::move(components), insights)
      .value();
}

// "198.18.1.1", "" for a silent hop, "address name"; the last one is the receiver where it equals the destination.
Path path(const char* source, const char* destination, const std::vector<std::string>& hops) {
  Path made{protocol::PathMethod::trace, ip(source), ip(destination), {}, false, {}};
  for (const auto& text : hops) {
    Hop hop;
    hop.ttl = static_cast<int>(made.hops.size()) + 1;
    const auto space = text.find(' ');
    if (!text.empty()) hop.address = IpAddress::parse(text.substr(0, space)).value();
    if (space != std::string::npos) hop.name = text.substr(space + 1);
    if (hop.address == made.destination) hop.side = HopSide::receiver;
    made.complete = made.complete || hop.side == HopSide::receiver;
    made.hops.push_back(std::move(hop));
  }
  return made;
}

std::vector<std::string> keys(const ResolvedPath& resolved) {
  std::vector<std::string> all;
  for (const auto& component : resolved.components) all.push_back(component.key);
  return all;
}

const PathComponent* with_key(const ResolvedPath& resolved, const std::string& key) {
  for (const auto& component : resolved.components) {
    if (component.key == key) return &component;
  }
  return nullptr;
}

using Keys = std::vector<std::string>;
using Isps = std::vector<IspId>;

TEST_CASE("an off-net path names every router, ISP and border, in order") {
  const auto measured =
      path("198.18.1.100", "198.18.2.100",
           {"198.18.1.1 access.sp1.example", "198.18.1.2", "198.18.0.1", "198.18.2.2", "198.18.2.100"});
  const auto resolved = resolve(measured, kSp1, kSp2, tables());
  CHECK(keys(resolved) == Keys{"isp:SP1", "router:198.18.1.1", "router:198.18.1.2", "inter-isp-link:SP1>BB", "isp:BB",
                               "router:198.18.0.1", "inter-isp-link:BB>SP2", "isp:SP2", "router:198.18.2.2"});
  CHECK(resolved.isps == Isps{kSp1, kBackbone, kSp2});
  CHECK(resolved.printed == "access.sp1.example 198.18.1.2 198.18.0.1 198.18.2.2 198.18.2.100");
  CHECK(resolved.table_version == 12);
  CHECK_FALSE(resolved.on_net);
  const auto* border = with_key(resolved, "inter-isp-link:SP1>BB");
  REQUIRE(border != nullptr);
  CHECK(border->near_address == ip("198.18.1.2"));
  CHECK(border->far_address == ip("198.18.0.1"));
  CHECK(border->isp == kSp1);
  CHECK(border->into == kBackbone);
  CHECK_FALSE(border->inferred);
  const auto* router = with_key(resolved, "router:198.18.1.1");
  CHECK(router->label == "access.sp1.example");
  CHECK(router->owner == "SP1");
  CHECK(router->isp == kSp1);
}

TEST_CASE("an on-net path stays in one ISP") {
  const auto resolved =
      resolve(path("198.18.1.100", "198.18.1.200", {"198.18.1.1", "198.18.1.200"}), kSp1, kSp1, tables());
  CHECK(keys(resolved) == Keys{"isp:SP1", "router:198.18.1.1"});
  CHECK(resolved.on_net);
  CHECK_FALSE(resolve(path("198.18.1.100", "198.18.1.200", {}), IspId{}, IspId{}, tables()).on_net);
}

TEST_CASE("silence stays visible and makes the border inferred") {
  const auto resolved = resolve(
      path("198.18.1.100", "198.18.2.100", {"198.18.1.1", "", "", "198.18.2.1", "198.18.2.100"}), kSp1, kSp2, tables());
  CHECK(resolved.printed == "198.18.1.1 * * 198.18.2.1 198.18.2.100");
  CHECK(keys(resolved) ==
        Keys{"isp:SP1", "router:198.18.1.1", "inter-isp-link:SP1>SP2", "isp:SP2", "router:198.18.2.1"});
  CHECK(with_key(resolved, "inter-isp-link:SP1>SP2")->inferred);
}

TEST_CASE("silence before the border does not blur it") {
  const auto resolved = resolve(path("198.18.1.100", "198.18.2.100", {"", "198.18.1.2", "198.18.2.1", "198.18.2.100"}),
                                kSp1, kSp2, tables());
  CHECK_FALSE(with_key(resolved, "inter-isp-link:SP1>SP2")->inferred);
}

TEST_CASE("a network that one address alone speaks for, out and back at once, is inferred") {
  const auto resolved = resolve(
      path("198.18.1.9", "198.18.1.8", {"198.18.1.1", "198.18.0.1", "198.18.1.2", "198.18.1.8"}), kSp1, kSp1, tables());
  CHECK(with_key(resolved, "inter-isp-link:SP1>BB")->inferred);
  CHECK(with_key(resolved, "inter-isp-link:BB>SP1")->inferred);
}

TEST_CASE("a private address behind silence or a stranger is nobody's, and the border stays inferred") {
  for (const char* before : {"", "203.0.113.1"}) {
    const auto resolved =
        resolve(path("198.18.1.100", "198.18.2.100", {"198.18.1.1", before, "10.0.0.1", "198.18.2.1", "198.18.2.100"}),
                kSp1, kSp2, tables());
    CHECK(with_key(resolved, "inter-isp-link:SP1>SP2")->inferred);
    REQUIRE(with_key(resolved, "router:/10.0.0.1") != nullptr);
    CHECK_FALSE(with_key(resolved, "router:/10.0.0.1")->isp);
  }
}

TEST_CASE("an incomplete trace ends in an inferred border") {
  const auto resolved = resolve(path("198.18.1.100", "198.18.2.100", {"198.18.1.1"}), kSp1, kSp2, tables());
  const auto* border = with_key(resolved, "inter-isp-link:SP1>SP2");
  REQUIRE(border != nullptr);
  CHECK(border->inferred);
  CHECK(border->far_address == ip("198.18.2.100"));
}

TEST_CASE("without a measured path the two ISPs and an inferred border remain") {
  Path none;
  none.source = ip("198.18.1.100");
  none.destination = ip("198.18.2.100");
  const auto resolved = resolve(none, kSp1, kSp2, tables());
  CHECK(keys(resolved) == Keys{"isp:SP1", "inter-isp-link:SP1>SP2", "isp:SP2"});
  CHECK(with_key(resolved, "inter-isp-link:SP1>SP2")->inferred);
  CHECK(resolved.printed.empty());
}

TEST_CASE("the one hop of loopback is a border that was seen") {
  const auto resolved = resolve(path("127.0.1.1", "127.0.2.1", {"127.0.2.1"}), kSp1, kSp2, tables());
  CHECK(keys(resolved) == Keys{"isp:SP1", "inter-isp-link:SP1>SP2", "isp:SP2"});
  CHECK_FALSE(with_key(resolved, "inter-isp-link:SP1>SP2")->inferred);
}

TEST_CASE("the customer's side is printed, not recorded") {
  auto measured = path("192.168.1.7", "198.18.1.200", {"192.168.1.1", "198.18.1.1", "198.18.1.200"});
  measured.hops[0].side = HopSide::customer;
  const auto resolved = resolve(measured, kSp1, kSp1, tables());
  CHECK(keys(resolved) == Keys{"isp:SP1", "router:198.18.1.1"});
  CHECK(resolved.printed == "192.168.1.1 198.18.1.1 198.18.1.200");
}

TEST_CASE("private routers inside an ISP are told apart by it") {
  const auto resolved = resolve(
      path("198.18.1.100", "198.18.2.100", {"198.18.1.1", "10.0.0.1", "198.18.2.1", "10.0.0.1", "198.18.2.100"}), kSp1,
      kSp2, tables());
  CHECK(keys(resolved) == Keys{"isp:SP1", "router:198.18.1.1", "router:SP1/10.0.0.1", "inter-isp-link:SP1>SP2",
                               "isp:SP2", "router:198.18.2.1", "router:SP2/10.0.0.1"});
  CHECK(with_key(resolved, "inter-isp-link:SP1>SP2")->near_address == ip("10.0.0.1"));
}

TEST_CASE("a public router of no known ISP belongs to nobody and blurs the border") {
  const auto resolved =
      resolve(path("198.18.1.100", "198.18.2.100", {"198.18.1.1", "203.0.113.1", "198.18.2.1", "198.18.2.100"}), kSp1,
              kSp2, tables());
  const auto* stranger = with_key(resolved, "router:203.0.113.1");
  REQUIRE(stranger != nullptr);
  CHECK(stranger->owner.empty());
  CHECK(stranger->isp == IspId{});
  const auto* border = with_key(resolved, "inter-isp-link:SP1>SP2");
  CHECK(border->inferred);
  CHECK(border->near_address == ip("198.18.1.1"));
}

TEST_CASE("a registered component gives its name, kind, owner and ISP") {
  RegisteredComponent peering;
  peering.id = ComponentId{170};
  peering.kind = ComponentKind::inter_isp_link;
  peering.addresses = {ip("198.18.1.9")};  // the far end of the peering link, numbered out of SP1's space
  peering.name = "link170";
  peering.owner = "Exchange";
  peering.isp = kSp2;
  RegisteredComponent node;
  node.id = ComponentId{171};
  node.kind = ComponentKind::host;
  node.addresses = {ip("198.18.2.100")};
  node.name = "cdn1";
  const auto resolved =
      resolve(path("198.18.1.100", "198.18.2.100", {"198.18.1.1", "198.18.1.9 ge0.sp1.example", "198.18.2.100"}), kSp1,
              kSp2, tables({peering, node}));
  CHECK(keys(resolved) == Keys{"isp:SP1", "router:198.18.1.1", "inter-isp-link:SP1>SP2", "isp:SP2",
                               "inter-isp-link:link170", "host:cdn1"});
  const auto* link = with_key(resolved, "inter-isp-link:link170");
  CHECK(link->registered == ComponentId{170});
  CHECK(link->owner == "Exchange");
  CHECK(link->isp == IspId{});  // the border has both ISPs: in sums over borders its bytes count once
  CHECK(with_key(resolved, "inter-isp-link:SP1>SP2")->far_address == ip("198.18.1.9"));
  CHECK(with_key(resolved, "host:cdn1")->owner == "SP2");
  CHECK(resolved.printed == "198.18.1.1 link170 cdn1");
}

RegisteredComponent named(std::int64_t id, ComponentKind kind, const char* name) {
  RegisteredComponent made;
  made.id = ComponentId{id};
  made.kind = kind;
  made.name = name;
  return made;
}

TEST_CASE("an address counts before the longest prefix, a prefix before the pattern that says most") {
  auto exact = named(1, ComponentKind::router, "exact");
  exact.addresses = {ip("198.18.1.1")};
  auto wide = named(2, ComponentKind::router, "wide");
  wide.prefixes = {IpPrefix::parse("198.18.1.0/24").value()};
  auto narrow = named(3, ComponentKind::network_switch, "narrow");
  narrow.prefixes = {IpPrefix::parse("198.18.1.0/28").value()};
  auto loose = named(4, ComponentKind::router, "loose");
  loose.patterns = {NamePattern::parse("*.example").value()};
  auto close = named(5, ComponentKind::router, "close");
  close.patterns = {NamePattern::parse("*.core.example").value()};
  const auto all = tables({exact, wide, narrow, loose, close});
  const auto hops = path("198.18.1.100", "198.18.2.100",
                         {"198.18.1.1 a.core.example", "198.18.1.2 b.core.example", "198.18.1.99",
                          "198.18.2.1 C.Core.Example.", "198.18.2.2 d.example", "198.18.2.3 d.example.org"});
  CHECK(keys(resolve(hops, kSp1, kSp2, all)) == Keys{"isp:SP1", "router:exact", "switch:narrow", "router:wide",
                                                     "inter-isp-link:SP1>SP2", "isp:SP2", "router:close",
                                                     "router:loose", "router:198.18.2.3"});
}

TEST_CASE("a router's prefix claims neither customers nor ends; a host's does") {
  auto wide = named(1, ComponentKind::router, "wide");
  wide.prefixes = {IpPrefix::parse("198.18.1.0/24").value()};
  auto farm = named(2, ComponentKind::host, "farm");
  farm.prefixes = {IpPrefix::parse("198.18.2.96/28").value()};
  auto measured = path("198.18.1.100", "198.18.2.100", {"198.18.1.50", "198.18.2.1", "198.18.2.100"});
  measured.hops[0].side = HopSide::customer;
  CHECK(keys(resolve(measured, kSp1, kSp2, tables({wide, farm}))) ==
        Keys{"isp:SP1", "inter-isp-link:SP1>SP2", "isp:SP2", "router:198.18.2.1", "host:farm"});
}

TEST_CASE("a device's place and the areas around it are components beside it, each once") {
  auto core = named(1, ComponentKind::router, "core");
  core.addresses = {ip("198.18.1.1"), ip("198.18.1.2")};
  core.place = {"Germany", "Bavaria", "Munich"};
  auto network = named(2, ComponentKind::autonomous_system, "AS64500");
  network.prefixes = {IpPrefix::parse("198.18.1.0/24").value()};
  network.owner = "SP1";
  auto city = named(3, ComponentKind::city, "Munich");
  city.place = {"Germany", "Bavaria", ""};
  city.owner = "Stadtwerke";
  auto other = named(4, ComponentKind::city, "Vienna");
  other.place = {"Austria", "", ""};
  other.patterns = {NamePattern::parse("*.vie.*").value()};
  const auto resolved = resolve(
      path("198.18.1.100", "198.18.2.100", {"198.18.1.1", "198.18.1.2", "198.18.2.1 r1.vie.example", "198.18.2.100"}),
      kSp1, kSp2, tables({core, network, city, other}));
  // The sender's address lies in the AS, too.
  CHECK(keys(resolved) == Keys{"isp:SP1", "as:AS64500", "router:core", "city:Germany/Bavaria/Munich",
                               "state:Germany/Bavaria", "country:Germany", "inter-isp-link:SP1>SP2", "isp:SP2",
                               "router:198.18.2.1", "city:Austria/Vienna", "country:Austria"});
  const auto* munich = with_key(resolved, "city:Germany/Bavaria/Munich");
  CHECK(munich->registered == ComponentId{3});
  CHECK(munich->owner == "Stadtwerke");
  CHECK(munich->label == "Munich");
  CHECK(with_key(resolved, "country:Austria")->registered == ComponentId{});
}

TEST_CASE("what is registered under the key of an ISP or a border states its owner") {
  auto border = named(1, ComponentKind::inter_isp_link, "SP1>SP2");
  border.owner = "Exchange";
  const auto resolved = resolve(path("198.18.1.100", "198.18.2.100", {"198.18.1.1", "198.18.2.1", "198.18.2.100"}),
                                kSp1, kSp2, tables({border}));
  CHECK(with_key(resolved, "inter-isp-link:SP1>SP2")->owner == "Exchange");
  CHECK(with_key(resolved, "inter-isp-link:SP1>SP2")->into == kSp2);
}

TEST_CASE("between routers 5 and 6 lies switch 1") {
  auto router5 = named(5, ComponentKind::router, "router5");
  router5.addresses = {ip("198.18.1.5")};
  const auto switch1 = named(1, ComponentKind::network_switch, "switch1");
  const auto line = named(2, ComponentKind::link, "line2");
  const auto resolved = [&](const std::vector<std::string>& hops, bool both_ways) {
    const std::vector<ComponentInsight> insights{
        {InsightId{1}, "router:router5", "router:198.18.1.6", switch1.id, both_ways},
        {InsightId{2}, "router:router5", "router:198.18.1.6", line.id, both_ways}};
    return keys(
        resolve(path("198.18.1.100", "198.18.1.200", hops), kSp1, kSp1, tables({router5, switch1, line}, insights)));
  };
  const Keys there{"isp:SP1", "router:router5", "switch:switch1", "link:line2", "router:198.18.1.6"};
  CHECK(resolved({"198.18.1.5", "198.18.1.6", "198.18.1.200"}, true) == there);
  CHECK(resolved({"198.18.1.5", "198.18.1.6", "198.18.1.200"}, false) == there);
  CHECK(resolved({"198.18.1.6", "198.18.1.5", "198.18.1.200"}, true) ==
        Keys{"isp:SP1", "router:198.18.1.6", "link:line2", "switch:switch1", "router:router5"});
  CHECK(resolved({"198.18.1.6", "198.18.1.5", "198.18.1.200"}, false) ==
        Keys{"isp:SP1", "router:198.18.1.6", "router:router5"});
  // Silence or another router between them: they do not follow each other.
  const Keys apart{"isp:SP1", "router:router5", "router:198.18.1.6"};
  CHECK(resolved({"198.18.1.5", "", "198.18.1.6", "198.18.1.200"}, true) == apart);
  CHECK(resolved({"198.18.1.5", "198.18.1.7", "198.18.1.6", "198.18.1.200"}, true) ==
        Keys{"isp:SP1", "router:router5", "router:198.18.1.7", "router:198.18.1.6"});
}

TEST_CASE("an insight across a border puts what lies there behind it; a silent end has no neighbour") {
  auto exchange = named(1, ComponentKind::network_switch, "ix");
  exchange.owner = "Exchange";
  auto node = named(2, ComponentKind::host, "cdn1");
  node.addresses = {ip("198.18.2.100")};
  const auto rack = named(3, ComponentKind::network_switch, "rack");
  const std::vector<ComponentInsight> insights{
      {InsightId{1}, "router:198.18.1.1", "router:198.18.2.1", exchange.id, true},
      {InsightId{2}, "router:198.18.2.1", "host:cdn1", rack.id, true}};
  const auto all = tables({exchange, node, rack}, insights);
  const auto whole =
      resolve(path("198.18.1.100", "198.18.2.100", {"198.18.1.1", "198.18.2.1", "198.18.2.100"}), kSp1, kSp2, all);
  CHECK(keys(whole) == Keys{"isp:SP1", "router:198.18.1.1", "inter-isp-link:SP1>SP2", "isp:SP2", "switch:ix",
                            "router:198.18.2.1", "switch:rack", "host:cdn1"});
  CHECK(with_key(whole, "switch:ix")->isp == IspId{});
  CHECK(with_key(whole, "switch:rack")->isp == kSp2);
  const auto cut = resolve(path("198.18.1.100", "198.18.2.100", {"198.18.1.1", "198.18.2.1"}), kSp1, kSp2, all);
  CHECK(with_key(cut, "switch:rack") == nullptr);
}

TEST_CASE("a path that comes back counts each component once") {
  const auto resolved =
      resolve(path("198.18.1.100", "198.18.1.200",
                   {"198.18.1.1", "198.18.0.1", "198.18.1.1", "198.18.0.1", "198.18.1.2", "198.18.1.200"}),
              kSp1, kSp1, tables());
  CHECK(keys(resolved) == Keys{"isp:SP1", "router:198.18.1.1", "inter-isp-link:SP1>BB", "isp:BB", "router:198.18.0.1",
                               "inter-isp-link:BB>SP1", "router:198.18.1.2"});
  CHECK(resolved.isps == Isps{kSp1, kBackbone, kSp1, kBackbone, kSp1});
  CHECK(resolved.on_net);
}

TEST_CASE("left-out TTLs print as silence, and absurd ones are bounded") {
  auto measured = path("2001:db8:1::100", "2001:db8:2::100", {"2001:db8:1::1", "2001:db8:2::100"});
  measured.hops[1].ttl = 3;
  CHECK(resolve(measured, kSp1, kSp2, tables()).printed == "2001:db8:1::1 * 2001:db8:2::100");
  measured.hops[1].ttl = 2'000'000'000;
  CHECK(resolve(measured, kSp1, kSp2, tables()).printed.size() < 1000);
}

}  // namespace
}  // namespace waybill::tracker
