#include "tracker/routing/networks.h"

#include <doctest/doctest.h>

#include "tests/harness/mmdb_writer.h"
#include "tests/harness/mrt_writer.h"
#include "tests/harness/test_folder.h"
#include "tracker/routing/routing_table_file.h"

using namespace waybill;
using namespace waybill::tracker;
using tests::MmdbWriter;
using tests::MrtWriter;

namespace {

IpAddress at(const char* text) { return IpAddress::parse(text).value(); }

std::string sample_dump() {
  MrtWriter dump;
  dump.peers({64500, 64501});
  dump.routes("0.0.0.0/0", {{0, MrtWriter::sequence_of({64500})}});
  dump.routes("20.1.0.0/16", {{0, MrtWriter::sequence_of({64500, 7, 100})}});
  dump.routes("2a00:1::/32", {{1, MrtWriter::segment(MrtWriter::set, {1, 2}) + MrtWriter::sequence_of({200})}});
  return dump.bytes;
}

MmdbWriter asn_database() {
  MmdbWriter writer;
  writer.add("20.1.0.0/16", MmdbWriter::asn(100, "Example Networks"));
  writer.add("2a00:1::/32", MmdbWriter::asn(4'200'000'001, "Other"));
  return writer;
}

MmdbWriter city_database() {
  MmdbWriter writer;
  writer.add("20.1.0.0/16", MmdbWriter::city("Germany", "Bavaria", "Munich"));
  writer.add("20.2.0.0/16", MmdbWriter::map({{"country", MmdbWriter::named("France")}}));
  writer.add("20.3.0.0/16", MmdbWriter::map({{"city", MmdbWriter::named("Springfield")}}));
  return writer;
}

Result<NetworkFile> keep(const tests::TestFolder& folder, NetworkFileKind kind, const std::string& bytes) {
  return keep_network_file(folder.path(), kind, folder.write("given", bytes), {}, {5000});
}

std::string refusal(const tests::TestFolder& folder, NetworkFileKind kind, const std::string& bytes) {
  const auto kept = keep(folder, kind, bytes);
  REQUIRE(!kept);
  CHECK(kept.error().kind == ErrorKind::refused);
  return kept.error().message;
}

std::size_t kept_files(const tests::TestFolder& folder) {
  const auto files = network_folder(folder.path());
  if (!std::filesystem::exists(files)) return 0;
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(files), {}));
}

}  // namespace

TEST_CASE("a table that is kept is read as the same, and nothing else is") {
  const auto dump = sample_dump();
  MemoryStream stream(dump);
  const auto table = read_mrt_dump(stream);
  REQUIRE(table);
  const auto bytes = write_routing_table(*table);
  const auto again = read_routing_table(bytes);
  REQUIRE(again);
  CHECK(write_routing_table(*again) == bytes);
  CHECK(again->facts() == table->facts());
  CHECK(again->origin(at("20.1.2.3")) == Asn{100});
  CHECK(print_as_path(again->find(at("2a00:1::1"))->path) == "{1,2} 200");
  for (std::size_t length = 0; length < bytes.size(); ++length) CHECK(!read_routing_table(bytes.substr(0, length)));
  CHECK(!read_routing_table(bytes + "x"));
}

TEST_CASE("what is kept is what is used afterwards, with its date and what was left out") {
  const tests::TestFolder folder;
  const auto routes = keep(folder, NetworkFileKind::routes, sample_dump());
  REQUIRE(routes);
  CHECK(routes->date.value == 1'700'000'000'000);
  CHECK(routes->loaded.value == 5000);
  CHECK(routes->source == "given");
  CHECK(routes->facts.find("1 left out: a default route, or wider than anybody's block, first 0.0.0.0/0") !=
        std::string::npos);
  const auto names = keep(folder, NetworkFileKind::as_names, "ASN,Name\n100,\"Example, Inc\"\nAS7\tSeven\n");
  const auto asn = keep(folder, NetworkFileKind::asn_database, asn_database().bytes("GeoLite2-ASN"));
  const auto city = keep(folder, NetworkFileKind::city_database, city_database().bytes("Some-City"));
  REQUIRE(names);
  REQUIRE(asn);
  REQUIRE(city);
  const auto networks = open_networks(folder.path(), {*routes, *names, *asn, *city});
  CHECK(networks->problems.empty());
  CHECK(networks->routes->origin(at("20.1.2.3")) == Asn{100});
  CHECK(networks->as_names->find(100) == "Example, Inc");
  CHECK(networks->as_names->find(7) == "Seven");
  CHECK(networks->asn_database->asn(at("20.1.2.3"))->asn == 100);
  CHECK(networks->asn_database->asn(at("20.1.2.3"))->organisation == "Example Networks");
  CHECK(networks->asn_database->asn(at("2a00:1::5"))->asn == 4'200'000'001);
  CHECK(!networks->asn_database->asn(at("20.2.0.1")));
  CHECK(networks->city_database->place(at("20.1.2.3")) == DatabasePlace{"Germany", "Bavaria", "Munich"});
  CHECK(networks->city_database->place(at("20.2.0.1")) == DatabasePlace{"France", "", ""});
  CHECK(!networks->city_database->place(at("20.3.0.1")));  // a city without its country
  CHECK(networks->city_database->built().value == 1'700'000'000'000);
}

TEST_CASE("a kept file that is gone or changed is named and left out; the others are used") {
  const tests::TestFolder folder;
  const auto routes = keep(folder, NetworkFileKind::routes, sample_dump());
  const auto names = keep(folder, NetworkFileKind::as_names, "100 Example\n");
  REQUIRE(routes);
  REQUIRE(names);
  const auto file = network_file_path(folder.path(), *routes);
  auto bytes = tests::TestFolder::read(file);
  bytes.back() ^= 1;
  std::ofstream(file, std::ios::binary) << bytes;
  const auto networks = open_networks(folder.path(), {*routes, *names});
  REQUIRE(networks->problems.size() == 1);
  CHECK(networks->problems[0] == "routes of given: it is not what was loaded: its checksum differs");
  CHECK(!networks->routes);
  CHECK(networks->as_names->find(100) == "Example");
  sweep_network_files(folder.path(), NetworkFileKind::routes, "");
  CHECK(kept_files(folder) == 1);
  CHECK(open_networks(folder.path(), {*routes})->problems.size() == 1);
  CHECK(open_networks(folder.path(), {})->problems.empty());
}

TEST_CASE("files of the wrong kind, cut off or corrupt are refused, and nothing is kept") {
  const tests::TestFolder folder;
  const auto dump = sample_dump();
  CHECK(refusal(folder, NetworkFileKind::routes, dump.substr(0, dump.size() - 3)).find("cut off") != std::string::npos);
  CHECK(refusal(folder, NetworkFileKind::routes, asn_database().bytes("GeoLite2-ASN")).find("of MRT type") !=
        std::string::npos);
  CHECK(refusal(folder, NetworkFileKind::asn_database, dump).find("no database in MaxMind's format") !=
        std::string::npos);
  CHECK(refusal(folder, NetworkFileKind::asn_database, city_database().bytes("GeoLite2-City")) ==
        "given is a database of type 'GeoLite2-City', which holds no AS numbers");
  CHECK(refusal(folder, NetworkFileKind::city_database, asn_database().bytes("GeoLite2-ASN")) ==
        "given is a database of type 'GeoLite2-ASN', which holds no cities");
  CHECK(refusal(folder, NetworkFileKind::asn_database, asn_database().bytes("GeoLite2-ASN", UINT64_MAX / 2)) ==
        "given is a damaged database: it says that it was built after the year 9999");
  const auto whole = asn_database().bytes("GeoLite2-ASN");
  CHECK(!keep(folder, NetworkFileKind::asn_database, whole.substr(0, whole.size() / 2)));
  auto corrupt = whole;
  corrupt.replace(6 * 40, 3, "\xff\xff\xff");  // a record of node 40 that points behind the data
  CHECK(refusal(folder, NetworkFileKind::asn_database, corrupt) ==
        "given: the database is corrupt at node 40 of its search tree");
  CHECK(!keep_network_file(folder.path(), NetworkFileKind::routes, folder.path() / "nothing", {}, {}));
  CHECK(kept_files(folder) == 0);
}

TEST_CASE("a table of AS names is refused by the line") {
  CHECK(AsNames::read("# a comment\n\n100;Example\r\n")->find(100) == "Example");
  CHECK(AsNames::read("100 Example\n100 Other\n").error().message == "line 2: AS100 comes twice");
  CHECK(AsNames::read("100 Example\nx Other\n").error().message == "line 2: 'x' is no AS number: 1 to 4294967295");
  CHECK(AsNames::read("100 Example\n101,\n").error().message == "line 2: the name is missing");
  CHECK(AsNames::read("100 Exa\x01mple\n").error().message.starts_with("line 1: the name is no UTF-8"));
  CHECK(AsNames::read("100 " + std::string(300, 'x')).error().message.starts_with("line 1: the name is longer"));
  CHECK(AsNames::read("asn,name\n").error().message == "there is no AS in the table");
  CHECK(AsNames::read("1 \"a \"\"b\"\"\"")->find(1) == "a \"b\"");
}
