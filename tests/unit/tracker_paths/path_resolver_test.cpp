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

PathTables tables(std::vector<RegisteredComponent> components = {}) {
  return PathTables::build(
             12, {{kSp1, "SP1"}, {kBackbone, "BB"}, {kSp2, "SP2"}},
             {entry("198.18.1.0/24", kSp1), entry("198.18.0.0/24", kBackbone), entry("198.18.2.0/24", kSp2),
              entry("2001:db8:1::/48", kSp1), entry("2001:db8:2::/48", kSp2)},
             std::move(components))
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
  peering.address = ip("198.18.1.9");  // the far end of the peering link, numbered out of SP1's space
  peering.name = "link170";
  peering.owner = "Exchange";
  peering.isp = kSp2;
  RegisteredComponent node;
  node.id = ComponentId{171};
  node.kind = ComponentKind::host;
  node.address = ip("198.18.2.100");
  node.name = "cdn1";
  const auto resolved =
      resolve(path("198.18.1.100", "198.18.2.100", {"198.18.1.1", "198.18.1.9 ge0.sp1.example", "198.18.2.100"}), kSp1,
              kSp2, tables({peering, node}));
  CHECK(keys(resolved) == Keys{"isp:SP1", "router:198.18.1.1", "inter-isp-link:SP1>SP2", "isp:SP2",
                               "inter-isp-link:link170", "host:cdn1"});
  const auto* link = with_key(resolved, "inter-isp-link:link170");
  CHECK(link->registered == ComponentId{170});
  CHECK(link->owner == "Exchange");
  CHECK(link->isp == kSp2);
  CHECK(with_key(resolved, "host:cdn1")->owner == "SP2");
  CHECK(resolved.printed == "198.18.1.1 link170 cdn1");
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
