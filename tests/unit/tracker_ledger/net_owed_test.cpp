#include "tracker/ledger/net_owed.h"

#include <numeric>
#include <random>

#include <doctest/doctest.h>

#include "tests/unit/tracker_ledger/sample_ledger.h"
#include "tracker/ledger/pseudonym.h"

namespace waybill::tracker {
namespace {

TEST_CASE("parts add up to the whole and none is off by a unit") {
  CHECK(apportion(100, {1, 1, 1}) == std::vector<std::int64_t>{34, 33, 33});
  CHECK(apportion(100, {0, 3, 1}) == std::vector<std::int64_t>{0, 75, 25});
  CHECK(apportion(100, {0, 0}) == std::vector<std::int64_t>{0, 0});
  CHECK(apportion(7, {}).empty());
  std::mt19937_64 random(3);
  for (int round = 0; round < 500; ++round) {
    std::vector<std::int64_t> weights(1 + random() % 9);
    for (auto& weight : weights) weight = static_cast<std::int64_t>(random() >> 4);
    const auto total = static_cast<std::int64_t>(random() >> 2);
    const auto parts = apportion(total, weights);
    CHECK(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}) == total);
  }
}

TEST_CASE("what one ISP's uplinks sent to another's customers, against the reverse") {
  const auto euro = currency();
  const std::vector<OffNetSender> senders{{"SP1", {{"SP2", {300}}, {"SP3", {100}}, {"", {100}}}, {{euro, 1000}}},
                                          {"SP2", {{"SP1", {50}}}, {{euro, 150}}},
                                          {"SP4", {{"SP1", {1}}}, {{currency("USD"), 9}}}};
  const auto owed = net_owed(senders).value();
  REQUIRE(owed.size() == 3);
  CHECK(owed[0].a == "SP1");
  CHECK(owed[0].b == "SP2");
  CHECK(owed[0].a_to_b.value == 300);
  CHECK(owed[0].b_to_a.value == 50);
  CHECK(owed[0].a_earned_minor == 600);
  CHECK(owed[0].b_earned_minor == 150);
  CHECK(owed[0].net_minor == 450);
  CHECK(owed[1].b == "SP3");
  CHECK(owed[1].net_minor == 200);
  CHECK(owed[2].b == "SP4");
  CHECK(owed[2].net_minor == -9);
  CHECK_FALSE(net_owed({{"SP1", {{"SP2", {-1}}}, {{euro, 1}}}}));
  CHECK_FALSE(net_owed({{"SP1", {{"SP2", {1}}}, {{euro, -1}}}}));
}

TEST_CASE("a client has one name for each recipient, and none without the secret") {
  AgentKey client;
  client.bytes[0] = 1;
  const ByteString secret(32, 's');
  const Pseudonyms one(secret, "isp SP1");
  CHECK(one.of(client) == Pseudonyms(secret, "isp SP1").of(client));
  CHECK(one.of(client) != Pseudonyms(secret, "isp SP2").of(client));
  CHECK(one.of(client) != Pseudonyms(ByteString(32, 't'), "isp SP1").of(client));
  CHECK(one.of(client) != one.of(AgentKey{}));
  CHECK(one.of(client).size() == 34);
  CHECK(one.of(client).find(client.brief()) == std::string::npos);
}

}  // namespace
}  // namespace waybill::tracker
