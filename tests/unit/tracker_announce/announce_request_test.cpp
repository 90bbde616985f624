#include "tracker/announce/announce_request.h"

#include <doctest/doctest.h>

#include "common/protocol/limits.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

const IpAddress kObserved = *IpAddress::parse("198.51.100.7");
const std::string kHash = "%eb%3b%e2%0c%e3VX%972J6%cf%9dr%e1%0d%0e%0do%9a";
const std::string kPeer = "&peer_id=-TR3000-0pd5avj7xd0o";
const std::string kTotals = "&uploaded=5&downloaded=6&left=7";

// As Transmission 3.00 says it, with `more` behind.
std::string said(const std::string& more = "") {
  return "info_hash=" + kHash + kPeer + "&port=6883" + kTotals + "&numwant=80&key=58fa93c2&compact=1&event=started" +
         more;
}

AnnounceFault fault_of(const std::string& query) {
  const auto read = parse_announce(query, kObserved);
  REQUIRE_FALSE_MESSAGE(read, query);
  CHECK_FALSE(read.error().message.empty());
  return read.error().fault;
}

}  // namespace

TEST_CASE("an announce is read as its client said it") {
  const auto announce = parse_announce(said(), kObserved);
  REQUIRE(announce);
  CHECK(announce->twin.hex() == "eb3be20ce3565897324a36cf9d72e10d0e0d6f9a");
  CHECK(announce->peer_id == "-TR3000-0pd5avj7xd0o");
  CHECK(announce->port == 6883);
  CHECK(announce->uploaded == 5);
  CHECK(announce->downloaded == 6);
  CHECK(announce->left == 7);
  CHECK(announce->event == Announce::Event::started);
  CHECK(announce->compact);
  CHECK(announce->numwant == 80);
}

TEST_CASE("a plus sign in a hash is a plus sign") {
  const auto announce = parse_announce("info_hash=++++++++++++++++++++" + kPeer + "&port=1" + kTotals, kObserved);
  REQUIRE(announce);
  CHECK(announce->twin.str() == std::string(20, '+'));
}

TEST_CASE("what is left out has its default, and what is unknown is ignored") {
  const auto announce = parse_announce("info_hash=" + kHash + kPeer + "&port=1" + kTotals + "&trackerid=x", kObserved);
  REQUIRE(announce);
  CHECK(announce->event == Announce::Event::none);
  CHECK(announce->compact);
  CHECK(announce->numwant == 50);
  CHECK_FALSE(parse_announce("info_hash=" + kHash + kPeer + "&port=1&compact=0" + kTotals, kObserved)->compact);
  CHECK(parse_announce("info_hash=" + kHash + kPeer + "&port=1&numwant=9999" + kTotals, kObserved)->numwant == 200);
}

TEST_CASE("only the address that was observed may be said") {
  CHECK(parse_announce(said("&ip=198.51.100.7"), kObserved));
  CHECK(parse_announce(said("&ip="), kObserved));
  CHECK(parse_announce(said("&ipv6=2001%3adb8%3a%3a1"), kObserved));  // clients add it of themselves: it is not used
  CHECK(fault_of(said("&ip=198.51.100.8")) == AnnounceFault::forged_address);
  CHECK(fault_of(said("&ip=nonsense")) == AnnounceFault::forged_address);
}

TEST_CASE("absurd numbers are refused by name") {
  const std::string begin = "info_hash=" + kHash + kPeer;
  const auto beyond = std::to_string(protocol::kMaxContentBytes + 1);
  const std::string absurd[] = {
      begin + "&port=0" + kTotals,
      begin + "&port=65536" + kTotals,
      begin + "&port=-1" + kTotals,
      begin + "&port=1&uploaded=0&downloaded=0&left=" + beyond,
      begin + "&port=1&uploaded=-1&downloaded=0&left=0",
      begin + "&port=1&uploaded=0&downloaded=99999999999999999999999&left=0",
      begin + "&port=1&compact=2" + kTotals,
  };
  for (const auto& query : absurd) CHECK(fault_of(query) == AnnounceFault::absurd_number);
}

TEST_CASE("what cannot be read is refused") {
  const std::string begin = "info_hash=" + kHash;
  const std::string bad[] = {
      "",
      "info_hash=short" + kPeer + "&port=1" + kTotals,
      begin + "&peer_id=short&port=1" + kTotals,
      begin + kPeer + kTotals,
      begin + kPeer + "&port=1&uploaded=0&downloaded=0",
      begin + kPeer + "&port=1x" + kTotals,
      begin + kPeer + "&port=" + kTotals,
      said("&left=8"),  // twice
      said("&x=%"),
      said("&x=%4"),
      said("&x=%zz"),
      begin + kPeer + "&port=1&event=begun" + kTotals,
      said("&x=" + std::string(kMaxAnnounceBytes, 'a')),
  };
  for (const auto& query : bad) CHECK(fault_of(query) == AnnounceFault::malformed);
}

TEST_CASE("a scrape names at most so many contents") {
  std::string query;
  for (std::size_t i = 0; i < kMaxScrapedContents; ++i) query += "info_hash=" + kHash + "&";
  REQUIRE(parse_scrape(query));
  CHECK(parse_scrape(query)->size() == kMaxScrapedContents);
  CHECK_FALSE(parse_scrape(query + "info_hash=" + kHash));
  CHECK_FALSE(parse_scrape(""));
  CHECK_FALSE(parse_scrape("info_hash=abc"));
}

TEST_CASE("the paths of stock clients") {
  CHECK(is_announce_path("/announce/k"));
  CHECK(is_announce_path("/scrape/k"));
  CHECK(is_announce_path("/torrent/k/c.torrent"));
  CHECK_FALSE(is_announce_path("/v1/torrent/c"));
  CHECK_FALSE(is_announce_path("/announce"));
}
