#include "tracker/routing/mrt_dump.h"

#include <doctest/doctest.h>

#include "tests/harness/mrt_writer.h"
#include "tests/harness/test_folder.h"

using namespace waybill;
using namespace waybill::tracker;
using tests::MrtWriter;

namespace {

Result<RoutingTable> read(const std::string& bytes, DumpOptions options = {}) {
  MemoryStream stream(bytes);
  return read_mrt_dump(stream, options);
}

std::string refusal(const std::string& bytes) {
  const auto table = read(bytes);
  REQUIRE(!table);
  CHECK(table.error().kind == ErrorKind::refused);
  return table.error().message;
}

IpAddress at(const char* text) { return IpAddress::parse(text).value(); }

std::string path_to(const RoutingTable& table, const char* address) {
  const auto found = table.find(at(address));
  return found ? found->prefix.str() + " " + print_as_path(found->path) : "";
}

MrtWriter::Route by(std::uint16_t peer, const std::vector<std::uint32_t>& path) {
  return {peer, MrtWriter::sequence_of(path)};
}

}  // namespace

TEST_CASE("a dump of both families answers with the longest prefix, its origin and its path") {
  MrtWriter dump;
  dump.peers({64500, 4'200'000'001});
  dump.routes("20.0.0.0/8", {by(0, {64500, 100})});
  dump.routes("20.1.0.0/16", {by(1, {4'200'000'001, 7, 200})});
  dump.routes("20.1.2.0/24", {by(0, {64500, 300, 300})});
  dump.routes("2a00:1::/32", {by(0, {64500, 400})});
  dump.routes("2a00:1:2::/48", {by(1, {4'200'000'001, 500})});
  const auto table = read(dump.bytes);
  REQUIRE(table);
  CHECK(path_to(*table, "20.0.255.255") == "20.0.0.0/8 64500 100");
  CHECK(path_to(*table, "20.1.0.0") == "20.1.0.0/16 4200000001 7 200");
  CHECK(path_to(*table, "20.1.2.255") == "20.1.2.0/24 64500 300 300");
  CHECK(path_to(*table, "20.1.3.0") == "20.1.0.0/16 4200000001 7 200");
  CHECK(path_to(*table, "20.255.255.255") == "20.0.0.0/8 64500 100");
  CHECK(path_to(*table, "21.0.0.0") == "");
  CHECK(path_to(*table, "19.255.255.255") == "");
  CHECK(path_to(*table, "2a00:1:1:ffff::1") == "2a00:1::/32 64500 400");
  CHECK(path_to(*table, "2a00:1:2:ffff:ffff::1") == "2a00:1:2::/48 4200000001 500");
  CHECK(path_to(*table, "2a00:1:3::") == "2a00:1::/32 64500 400");
  CHECK(table->origin(at("20.1.2.3")) == Asn{300});
  CHECK(table->facts().date.value == 1'700'000'000'000);
  CHECK(table->facts().collector == "192.0.2.1");
  CHECK(table->facts().peers == 2);
}

TEST_CASE("of what peers say, the origin that most name, then the shortest path, then the first peer") {
  MrtWriter dump;
  dump.peers({10, 20, 30, 40});
  // The shortest path is one peer's wrong origin.
  dump.routes("20.0.0.0/16", {by(0, {666}), by(1, {20, 5, 100}), by(2, {30, 5, 5, 100})});
  dump.routes("20.1.0.0/16", {by(3, {40, 9, 100}), by(1, {20, 8, 100}), by(2, {30, 7, 6, 100})});
  // One peer's many paths are one voice.
  dump.routes("20.2.0.0/16",
              {{0, MrtWriter::sequence_of({10, 666}), true, 1},
               {0, MrtWriter::sequence_of({10, 1, 666}), true, 2},
               {1, MrtWriter::sequence_of({20, 2, 3, 100}), true, 1},
               {2, MrtWriter::sequence_of({30, 4, 5, 100}), true, 1}},
              true);
  // A set counts as one AS.
  dump.routes("20.3.0.0/16",
              {by(0, {10, 8, 8, 100}),
               {1, MrtWriter::segment(MrtWriter::set, {1, 2, 3, 4}) + MrtWriter::sequence_of({20, 100})}});
  const auto table = read(dump.bytes);
  REQUIRE(table);
  CHECK(path_to(*table, "20.0.0.1") == "20.0.0.0/16 20 5 100");
  CHECK(path_to(*table, "20.1.0.1") == "20.1.0.0/16 20 8 100");
  CHECK(path_to(*table, "20.2.0.1") == "20.2.0.0/16 20 2 3 100");
  CHECK(path_to(*table, "20.3.0.1") == "20.3.0.0/16 {1,2,3,4} 20 100");
}

TEST_CASE("paths of several segments: sets, confederations, a peer that is the origin, no origin at all") {
  MrtWriter dump;
  dump.peers({10, 0});
  const auto set_of = [](std::vector<std::uint32_t> numbers) { return MrtWriter::segment(MrtWriter::set, numbers); };
  dump.routes("20.0.0.0/16", {{0, MrtWriter::sequence_of({10, 5}) + set_of({77})}});
  dump.routes("20.1.0.0/16",
              {{0, MrtWriter::segment(MrtWriter::confederation, {65001}) + MrtWriter::sequence_of({10, 6})}});
  dump.routes("20.2.0.0/16", {{0, ""}});
  dump.routes("20.3.0.0/16", {{0, MrtWriter::sequence_of({10}) + set_of({7, 8})}});
  dump.routes("20.4.0.0/16", {{1, "", false}});
  dump.routes("20.5.0.0/16", {by(0, {10, 0})});
  dump.routes("20.6.0.0/16", {by(0, std::vector<std::uint32_t>(250, 9))});  // an attribute of two bytes' length
  const auto table = read(dump.bytes);
  REQUIRE(table);
  CHECK(path_to(*table, "20.0.0.1") == "20.0.0.0/16 10 5 {77}");
  CHECK(table->origin(at("20.0.0.1")) == Asn{77});
  CHECK(path_to(*table, "20.1.0.1") == "20.1.0.0/16 10 6");
  CHECK(path_to(*table, "20.2.0.1") == "20.2.0.0/16 10");
  CHECK(table->origin(at("20.6.0.1")) == Asn{9});
  CHECK(sequence_of(table->find(at("20.6.0.1"))->path) == std::vector<Asn>{9});
  CHECK(table->facts().without_origin == SkippedPrefixes{3, "20.3.0.0/16"});
  CHECK(path_to(*table, "20.3.0.1") == "");
}

TEST_CASE("equal paths are kept once; a prefix that is said again does not count") {
  MrtWriter dump;
  dump.peers({10});
  for (int i = 0; i < 50; ++i) dump.routes("20." + std::to_string(i) + ".0.0/16", {by(0, {10, 5, 6})});
  dump.routes("20.7.0.0/16", {by(0, {10, 666})});
  const auto table = read(dump.bytes);
  REQUIRE(table);
  CHECK(table->v4().size() == 50);
  CHECK(table->paths().size() == 2);
  CHECK(table->facts().repeated == SkippedPrefixes{1, "20.7.0.0/16"});
  CHECK(table->origin(at("20.7.0.1")) == Asn{6});
}

TEST_CASE("bogus prefixes are left out, counted, and the first of each kind is shown") {
  MrtWriter dump;
  dump.peers({10});
  for (const auto* prefix : {"0.0.0.0/0", "::/0", "4.0.0.0/7", "20.0.0.0/25", "20.0.0.1/32", "2a00:1::/49",
                             "10.1.0.0/16", "192.168.0.0/16", "198.51.100.0/24", "100.64.0.0/10", "240.0.0.0/8",
                             "224.0.0.0/8", "2001:db8::/32", "fc00:1::/32", "4000::/16", "20.0.0.0/24"}) {
    dump.routes(prefix, {by(0, {10, 5})});
  }
  const auto table = read(dump.bytes);
  REQUIRE(table);
  CHECK(table->v4().size() == 1);
  CHECK(table->v6().empty());
  CHECK(table->facts().bogus[static_cast<std::size_t>(BogusKind::too_wide)] == SkippedPrefixes{3, "0.0.0.0/0"});
  CHECK(table->facts().bogus[static_cast<std::size_t>(BogusKind::too_long)] == SkippedPrefixes{3, "20.0.0.0/25"});
  CHECK(table->facts().bogus[static_cast<std::size_t>(BogusKind::special_use)] == SkippedPrefixes{9, "10.1.0.0/16"});

  const auto lab = read(dump.bytes, {true});
  REQUIRE(lab);
  CHECK(lab->origin(at("192.168.3.4")) == Asn{5});
  CHECK(lab->facts().bogus[static_cast<std::size_t>(BogusKind::special_use)].count == 0);
  CHECK(lab->facts().bogus[static_cast<std::size_t>(BogusKind::too_wide)].count == 3);
}

TEST_CASE("several tables one behind the other are one dump of the earliest date") {
  MrtWriter dump;
  dump.peers({10});
  dump.routes("20.0.0.0/16", {by(0, {10, 5})});
  dump.seconds -= 60;
  dump.peers({30, 40});
  dump.routes("2a00:1::/32", {by(1, {40, 6})});
  dump.record(13, 3, "a multicast table is not read");
  const auto table = read(dump.bytes);
  REQUIRE(table);
  CHECK(table->facts().date.value == 1'699'999'940'000);
  CHECK(table->facts().other_records == 1);
  CHECK(table->origin(at("2a00:1::1")) == Asn{6});
  CHECK(table->origin(at("20.0.0.1")) == Asn{5});
}

// BIRD 2.0.12 as a collector (AS 65000) of one peer (AS 65001), with a static route of its own, `mrt dump` of
// "master*".
TEST_CASE("what BIRD writes is read") {
  const auto table = read(tests::TestFolder::read("tests/fuzz/corpus/fuzz_mrt_dump/bird_2_0_12"));
  REQUIRE(table);
  CHECK(path_to(*table, "20.1.0.1") == "20.1.0.0/16 65001");
  CHECK(path_to(*table, "20.2.3.4") == "20.2.3.0/24 65001");
  CHECK(path_to(*table, "2a00:1::1") == "2a00:1::/32 65001");
  CHECK(table->facts().without_origin == SkippedPrefixes{1, "20.7.0.0/16"});
  CHECK(table->facts().bogus[static_cast<std::size_t>(BogusKind::special_use)] == SkippedPrefixes{1, "10.9.0.0/16"});
  CHECK(table->facts().date.value == 1'795'631'970'000);
  CHECK(table->facts().collector == "127.0.0.12");
}

TEST_CASE("a dump that is cut off anywhere is refused, but between two records") {
  MrtWriter dump;
  std::vector<std::size_t> ends{0};
  dump.peers({10, 20});
  ends.push_back(dump.bytes.size());
  dump.routes("20.0.0.0/16", {by(0, {10, 5}), by(1, {20, 5})});
  ends.push_back(dump.bytes.size());
  dump.routes("2a00:1::/32", {by(0, {10, 5})});
  for (std::size_t length = 0; length < dump.bytes.size(); ++length) {
    const auto table = read(dump.bytes.substr(0, length));
    const bool at_end = std::find(ends.begin(), ends.end(), length) != ends.end();
    CHECK_MESSAGE(table.has_value() == (at_end && length > ends[1]), length);
    if (!table && !at_end) CHECK(table.error().message.find("cut off") != std::string::npos);
  }
}

TEST_CASE("what contradicts itself is refused with its byte") {
  MrtWriter dump;
  dump.peers({10, 20});
  const auto start = dump.bytes.size();
  const auto place = "at byte " + std::to_string(start) + " of the dump: ";
  const auto with = [&](auto change) {
    MrtWriter bad = dump;
    change(bad);
    return refusal(bad.bytes);
  };
  const auto prefix = IpPrefix::parse("20.0.0.0/16").value();
  CHECK(with([&](MrtWriter& bad) { bad.routes(prefix, {by(2, {10})}); }) ==
        place + "a route is of peer 2, and the table of peers has 2");
  CHECK(with([&](MrtWriter& bad) {
          auto body = bad.rib_body(prefix, {by(0, {10})}, false);
          body[4] = 33;
          bad.record(13, 2, body);
        }) == place + "a prefix has 33 bits of 32");
  CHECK(with([&](MrtWriter& bad) {
          bad.record(13, 2, bad.rib_body(prefix, {by(0, {10})}, false) + "x");
        }).starts_with(place + "the last route ends at byte"));
  CHECK(with([&](MrtWriter& bad) {
          const auto body = bad.rib_body(prefix, {by(0, {10})}, false);
          bad.record(13, 2, body.substr(0, body.size() - 1));
        }).starts_with(place + "a route wants"));
  CHECK(with([&](MrtWriter& bad) {
          bad.routes(prefix, {{0, std::string("\x02\x02\0\0\0\x01", 6)}});
        }) == place + "an AS path segment of 2 numbers is longer than its attribute");
  CHECK(with([&](MrtWriter& bad) {
          bad.routes(prefix, {{0, std::string("\x05\x01\0\0\0\x01", 6)}});
        }) == place + "an AS path segment is of kind 5");
  CHECK(with([&](MrtWriter& bad) { bad.record(12, 1, "x"); }).starts_with(place + "a record of the older TABLE_DUMP"));
  CHECK(with([&](MrtWriter& bad) { bad.record(16, 4, "x"); }).starts_with(place + "a record of MRT type 16"));
  CHECK(with([&](MrtWriter& bad) {
          bad.bytes += MrtWriter::number(0, 4) + MrtWriter::number(13, 2) + MrtWriter::number(2, 2) +
                       MrtWriter::number(0xfffffff0, 4);
        }).starts_with(place + "a record of 4294967280 bytes, more than"));
  // What is corrupt is so in a prefix that would be left out, too.
  CHECK(with([&](MrtWriter& bad) {
          bad.routes(IpPrefix::parse("10.0.0.0/8").value(), {by(7, {10})});
        }).starts_with(place));
}

TEST_CASE("files that are no dumps at all") {
  CHECK(refusal("") == "it holds no routing table: there is not one MRT record in it");
  CHECK(refusal("Network,Next Hop,Path\n1.0.0.0/24,1.1.1.1,13335\n").find("of MRT type") != std::string::npos);
  MrtWriter peers_alone;
  peers_alone.peers({10});
  CHECK(refusal(peers_alone.bytes) == "it holds no route that can be used");
  MrtWriter without_peers;
  without_peers.routes("20.0.0.0/16", {by(0, {10})});
  CHECK(refusal(without_peers.bytes) == "at byte 0 of the dump: routes come before the table of peers");
}

TEST_CASE("a look-up agrees with a search through all prefixes, over many generated tables") {
  std::uint64_t seed = 20240611;
  const auto random = [&](std::uint64_t below) {
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (seed >> 33) % below;
  };
  for (int round = 0; round < 20; ++round) {
    MrtWriter dump;
    dump.peers({10});
    std::vector<std::pair<IpPrefix, Asn>> prefixes;
    for (int i = 0; i < 60; ++i) {
      V4Row v4{static_cast<std::uint32_t>(20 + random(2)) << 24 | static_cast<std::uint32_t>(random(1 << 24)), 0, 0,
               static_cast<std::uint8_t>(8 + random(17))};
      v4.key &= ~std::uint32_t{0} << (32 - v4.length);
      V6Row v6{0x2a00000000000000 | random(1 << 20) << 16, 0, 0, static_cast<std::uint8_t>(16 + random(33))};
      v6.key &= ~std::uint64_t{0} << (64 - v6.length);
      for (const auto& prefix : {prefix_of(v4), prefix_of(v6)}) {
        const auto same = [&](const auto& known) { return known.first == prefix; };
        if (std::any_of(prefixes.begin(), prefixes.end(), same)) continue;
        prefixes.emplace_back(prefix, static_cast<Asn>(prefixes.size() + 1));
        dump.routes(prefix, {by(0, {prefixes.back().second})});
      }
    }
    const auto table = read(dump.bytes);
    REQUIRE(table);
    for (int i = 0; i < 2000; ++i) {
      IpAddress address;
      if (i % 2 == 0) {
        const auto near = prefixes[random(prefixes.size())].first.address;
        address = near;
        if (address.is_v4()) address = IpAddress::from_v4(v4_key(near) + static_cast<std::uint32_t>(random(3)) - 1);
      } else {
        address = IpAddress::from_v4(static_cast<std::uint32_t>(20 + random(2)) << 24 |
                                     static_cast<std::uint32_t>(random(1 << 24)));
      }
      std::optional<Asn> expected;
      int longest = -1;
      for (const auto& [prefix, asn] : prefixes) {
        if (prefix.length > longest && prefix.contains(address)) {
          longest = prefix.length;
          expected = asn;
        }
      }
      REQUIRE(table->origin(address) == expected);
    }
  }
}
