#include "tracker/paths/address_verdict.h"

#include <doctest/doctest.h>

#include "tests/harness/mmdb_writer.h"
#include "tests/harness/mrt_writer.h"
#include "tests/harness/test_folder.h"
#include "tracker/paths/path_resolver.h"
#include "tracker/paths/path_verdict.h"

namespace waybill::tracker {
namespace {

using tests::MmdbWriter;
using tests::MrtWriter;

constexpr IspId kSp1{1}, kTransit{2}, kSp2{3};
IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }

std::shared_ptr<const RoutingTable> routes() {
  MrtWriter dump;
  dump.peers({64500});
  const auto route = [&](const char* prefix, std::vector<std::uint32_t> path) {
    dump.routes(prefix, {{0, MrtWriter::sequence_of(path)}});
  };
  route("20.1.0.0/16", {64500, 10, 10, 100});    // SP1, over AS 10
  route("20.2.0.0/16", {64500, 100, 300, 200});  // SP2, over SP1 and a stranger
  route("20.3.0.0/16", {64500, 20});             // transit
  route("20.9.0.0/16", {64500, 999});            // no ISP's
  MemoryStream stream(dump.bytes);
  return std::make_shared<const RoutingTable>(read_mrt_dump(stream).value());
}

// SP1 has a prefix of its own beside what BGP says of it; transit and SP2 are known by their numbers alone.
PathTables tables(std::shared_ptr<const RoutingTable> table, std::vector<RegisteredComponent> components = {}) {
  auto built = PathTables::build(3, {{kSp1, "SP1"}, {kTransit, "TR"}, {kSp2, "SP2"}},
                                 {{IpPrefix::parse("20.1.0.0/17").value(), kSp1}}, std::move(components))
                   .value();
  built.use_routes(std::move(table), {{100, kSp1}, {20, kTransit}, {21, kTransit}, {200, kSp2}});
  return built;
}

Networks networks(const tests::TestFolder& folder) {
  Networks known;
  known.routes = routes();
  known.as_names = std::make_shared<const AsNames>(AsNames::read("100 First\n999 Nobody").value());
  MmdbWriter asn, city;
  asn.add("20.0.0.0/8", MmdbWriter::asn(20, "By the database"));
  city.add("20.0.0.0/8", MmdbWriter::city("Germany", "Hesse", "Frankfurt"));
  const auto open = [&](const char* name, const std::string& bytes, AddressDatabaseKind kind) {
    return std::shared_ptr<const AddressDatabase>(AddressDatabase::open(folder.write(name, bytes), kind).value());
  };
  known.asn_database = open("asn", asn.bytes("Test-ASN"), AddressDatabaseKind::asn);
  known.city_database = open("city", city.bytes("Test-City"), AddressDatabaseKind::city);
  return known;
}

RegisteredComponent component(const char* pattern, Place place, IspId isp = {}) {
  RegisteredComponent made;
  made.id = {7};
  made.name = "corrected";
  made.patterns = {NamePattern::parse(pattern).value()};
  made.place = std::move(place);
  made.isp = isp;
  return made;
}

protocol::Path trace(std::vector<const char*> hops, const char* destination) {
  protocol::Path path{protocol::PathMethod::trace, ip("20.1.0.5"), ip(destination), {}, true, {}};
  for (const auto* text : hops) {
    protocol::Hop hop;
    hop.ttl = static_cast<int>(path.hops.size()) + 1;
    hop.address = ip(text);
    path.hops.push_back(hop);
  }
  protocol::Hop last;
  last.ttl = static_cast<int>(path.hops.size()) + 1;
  last.address = path.destination;
  last.side = protocol::HopSide::receiver;
  path.hops.push_back(last);
  return path;
}

}  // namespace

TEST_CASE("the registry is believed before the operator's components, these before BGP, this before a database") {
  const tests::TestFolder folder;
  const auto known = networks(folder);
  const auto judge = [&](const char* address, const char* name, std::vector<RegisteredComponent> components = {}) {
    return judge_address(ip(address), name, tables(known.routes, std::move(components)), known,
                         RouterPlaces::shipped());
  };
  const auto inside = judge("20.1.0.9", "");
  CHECK(inside.isp()->by == Detector::registry_prefix);
  CHECK(inside.isp()->isp == kSp1);
  CHECK(inside.as()->asn == Asn{100});  // the one number that SP1 has
  CHECK(inside.isp()->confidence == Confidence::stated);
  const auto by_bgp = judge("20.1.200.9", "");
  CHECK(by_bgp.isp()->by == Detector::bgp);
  CHECK(by_bgp.isp()->isp == kSp1);
  CHECK(by_bgp.isp()->as_name == "First");
  CHECK(by_bgp.isp()->detail == "20.1.0.0/16 by AS path 64500 10 10 100, 2023-11-14T22:13Z");
  const auto registered = judge("20.1.200.9", "x.fix.net", {component("*.fix.net", {}, kSp2)});
  CHECK(registered.isp()->by == Detector::component);
  CHECK(registered.isp()->isp == kSp2);
  const auto by_database = judge("20.200.0.1", "");
  CHECK(by_database.isp()->by == Detector::asn_database);
  CHECK(by_database.isp()->isp == kTransit);
  CHECK(by_database.isp()->confidence == Confidence::medium);
  CHECK(by_database.as()->as_name == "By the database");
  // An AS of no ISP says whose AS, not which ISP.
  const auto stranger = judge("20.9.0.1", "");
  CHECK(stranger.as()->by == Detector::bgp);
  CHECK(stranger.as()->asn == Asn{999});
  CHECK(stranger.isp()->by == Detector::asn_database);
  // Nobody outside knows a private address.
  CHECK(judge("10.0.0.1", "").sayings.empty());
}

TEST_CASE("the operator's word of a place comes before the database of cities, this before the router's name") {
  const tests::TestFolder folder;
  auto known = networks(folder);
  const auto place = [&](const char* name, std::vector<RegisteredComponent> components = {}) {
    const auto verdict = judge_address(ip("20.3.0.1"), name, tables(known.routes, std::move(components)), known,
                                       RouterPlaces::shipped());
    const auto* said = verdict.place();
    return said == nullptr ? "" : said->place.city + " by " + std::string(to_string(said->by));
  };
  CHECK(place("core1.sjc2.isp.com", {component("*.sjc2.isp.com", {"Canada", "", "Toronto"})}) ==
        "Toronto by component");
  CHECK(place("core1.sjc2.isp.com") == "Frankfurt by city database");
  known.city_database.reset();
  CHECK(place("core1.sjc2.isp.com") == "San Jose by router name");
  CHECK(place("core1.xx.isp.com") == "");
}

TEST_CASE("a hop that no prefix of the registry covers lies with the ISP whose AS originates its route") {
  const auto table = routes();
  const auto path = trace({"20.1.0.1", "20.3.0.1", "10.0.0.1", "20.2.0.1"}, "20.2.0.9");
  const auto resolved = resolve(path, kSp1, kSp2, tables(table));
  CHECK(resolved.isps == std::vector{kSp1, kTransit, kSp2});
  CHECK(resolved.table_version == 3);
  std::vector<std::string> said;
  for (const auto& component : resolved.components) {
    said.push_back(component.key + " " + std::string(to_string(component.isp_source)));
  }
  CHECK(said == std::vector<std::string>{"isp:SP1 registry", "router:20.1.0.1 registry", "inter-isp-link:SP1>TR BGP",
                                         "isp:TR BGP", "router:20.3.0.1 BGP", "router:TR/10.0.0.1 BGP",
                                         "inter-isp-link:TR>SP2 BGP", "isp:SP2 BGP", "router:20.2.0.1 BGP"});
  // Without the table, and for the ends of a path, the registry alone counts.
  CHECK(resolve(path, kSp1, kSp2, tables(nullptr)).isps == std::vector{kSp1, kSp2});
  CHECK(!tables(table).isp_of(ip("20.3.0.1")));
  CHECK(tables(table).place(ip("20.1.0.1")).source == IspSource::registry);
}

TEST_CASE("a border between networks that no route has side by side is inferred") {
  const auto known = tables(routes());  // SP1's AS 100 and SP2's AS 200 have AS 300 between them; SP1's is beside 10
  const auto inferred = [&](std::vector<const char*> hops) {
    std::string all;
    for (const auto& component : resolve(trace(hops, "20.2.0.9"), kSp1, kSp2, known).components) {
      if (component.kind == ComponentKind::inter_isp_link) all += component.label + (component.inferred ? "? " : " ");
    }
    return all;
  };
  CHECK(inferred({"20.1.0.1", "20.2.0.1"}) == "SP1>SP2? ");
  CHECK_FALSE(tables(nullptr).never_adjacent(kSp1, kSp2));
  CHECK_FALSE(known.never_adjacent(kSp1, IspId{9}));  // of no network that is known
}

TEST_CASE("which ISPs are crossed: by the trace, else by the routing table, else the two ends") {
  const auto known = tables(routes());
  const PathEnd from{kSp1, ip("20.1.0.5")}, to{kSp2, ip("20.2.0.9")};
  PathPredictor predictor([](IspId isp) { return std::to_string(isp.value); });
  const TimeMs now{100'000'000};
  const auto unknown = predictor.predict(from, to, now);
  const auto table = routes();
  const auto& ways = table->ways();
  const auto as_path = as_path_between(100, 200, ways);
  CHECK(as_path == std::vector<Asn>{100, 300, 200});
  CHECK(as_path_between(200, 100, ways) == std::vector<Asn>{200, 300, 100});  // the other way round
  CHECK(as_path_between(20, 200, ways).empty());

  // For the coordinator, which knows no addresses between two ISPs.
  CHECK(known.isps_between(kSp1, kSp2) == std::vector<RoutedIsp>{{kSp1, false}, {kSp2, true}});
  CHECK(known.isps_between(kTransit, kSp2).empty());
  CHECK(tables(nullptr).isps_between(kSp1, kSp2).empty());

  const auto by_routes = judge_path(from, to, unknown, as_path, known);
  CHECK(by_routes.isps == std::vector{kSp1, kSp2});
  REQUIRE(by_routes.links.size() == 1);
  CHECK(by_routes.links[0].inferred);  // AS 300 lies between
  CHECK(by_routes.confidence == Confidence::medium);
  const auto direct = judge_path(from, to, unknown, {100, 20, 21, 200}, known);
  CHECK(direct.isps == std::vector{kSp1, kTransit, kSp2});
  CHECK(!direct.links[0].inferred);
  CHECK(judge_path(from, to, unknown, {20, 200}, known).confidence == Confidence::low);  // not the source's network

  const auto ends = judge_path(from, to, unknown, {}, known);
  CHECK(ends.confidence == Confidence::low);
  CHECK(ends.links[0].inferred);

  const auto resolved = std::make_shared<const ResolvedPath>(
      resolve(trace({"20.1.0.1", "20.3.0.1", "20.2.0.1"}, "20.2.0.9"), kSp1, kSp2, known));
  predictor.learn(from, to, resolved, now);
  const auto traced = judge_path(from, to, predictor.predict(from, to, now), as_path, known);
  CHECK(traced.isps == std::vector{kSp1, kTransit, kSp2});
  CHECK(traced.confidence == Confidence::high);
  CHECK(traced.links.size() == 2);
  const PathEnd elsewhere{kSp2, ip("20.2.200.9")};
  CHECK(judge_path(from, elsewhere, predictor.predict(from, elsewhere, now), {}, known).confidence ==
        Confidence::medium);
}

}  // namespace waybill::tracker
