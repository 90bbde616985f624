#include "tracker/paths/prefix_table.h"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>

namespace waybill::tracker {
namespace {

PrefixEntry entry(const char* cidr, std::int64_t isp) { return {IpPrefix::parse(cidr).value(), IspId{isp}}; }

std::int64_t find(const PrefixTable& table, const char* address) {
  return table.find(IpAddress::parse(address).value()).value_or(IspId{}).value;
}

// The definition of longest prefix match, with none of the table's cleverness.
std::optional<IspId> find_slowly(const std::vector<PrefixEntry>& entries, const IpAddress& address) {
  std::optional<IspId> best;
  int best_length = -1;
  for (const auto& candidate : entries) {
    if (candidate.prefix.length > best_length && candidate.prefix.contains(address)) {
      best = candidate.isp;
      best_length = candidate.prefix.length;
    }
  }
  return best;
}

IpAddress random_address(std::mt19937& random, bool v4) {
  // Few distinct leading bytes, so that prefixes nest and addresses hit them.
  const auto byte = [&] { return static_cast<unsigned char>(random() % 3 == 0 ? random() : (random() % 4) * 85); };
  if (v4) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | byte();
    return IpAddress::from_v4(value);
  }
  IpAddress address;
  for (auto& part : address.bytes) part = byte();
  address.bytes[0] = 0x20;
  return address;
}

IpPrefix random_prefix(std::mt19937& random, bool v4) {
  IpPrefix prefix{random_address(random, v4), static_cast<int>(random() % (v4 ? 33 : 129))};
  for (int bit = prefix.mapped_length(); bit < 128; ++bit) {
    prefix.address.bytes[static_cast<std::size_t>(bit / 8)] &= static_cast<unsigned char>(~(0x80 >> bit % 8));
  }
  return prefix;
}

// The first and last address of a prefix and their neighbours: where a range table goes wrong first.
std::vector<IpAddress> edges(const IpPrefix& prefix) {
  IpAddress last = prefix.address;
  for (int bit = prefix.mapped_length(); bit < 128; ++bit) {
    last.bytes[static_cast<std::size_t>(bit / 8)] |= static_cast<unsigned char>(0x80 >> bit % 8);
  }
  IpAddress after = last, before = prefix.address;
  for (std::size_t i = 16; i-- > 0 && ++after.bytes[i] == 0;) {
  }
  for (std::size_t i = 16; i-- > 0 && before.bytes[i]-- == 0;) {
  }
  return {prefix.address, last, after, before};
}

TEST_CASE("the longest prefix wins, in both families") {
  const auto table =
      PrefixTable::build({entry("198.18.0.0/15", 1), entry("198.18.0.0/16", 2), entry("198.18.7.0/24", 3),
                          entry("198.18.7.9/32", 4), entry("2001:db8::/32", 5), entry("2001:db8:1::/48", 6)});
  REQUIRE(table);
  CHECK(find(*table, "198.19.0.1") == 1);
  CHECK(find(*table, "198.18.0.0") == 2);
  CHECK(find(*table, "198.18.7.8") == 3);
  CHECK(find(*table, "198.18.7.9") == 4);
  CHECK(find(*table, "198.18.7.10") == 3);
  CHECK(find(*table, "198.18.8.0") == 2);
  CHECK(find(*table, "198.20.0.0") == 0);
  CHECK(find(*table, "198.17.255.255") == 0);
  CHECK(find(*table, "2001:db8:ffff::1") == 5);
  CHECK(find(*table, "2001:db8:1::1") == 6);
  CHECK(find(*table, "2001:db9::") == 0);
}

TEST_CASE("default routes cover their own family only, to its very end") {
  const auto table = PrefixTable::build({entry("0.0.0.0/0", 1), entry("255.255.255.0/24", 2), entry("ff00::/8", 3)});
  REQUIRE(table);
  CHECK(find(*table, "0.0.0.0") == 1);
  CHECK(find(*table, "255.255.254.255") == 1);
  CHECK(find(*table, "255.255.255.255") == 2);
  CHECK(find(*table, "::1") == 0);
  CHECK(find(*table, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") == 3);
  CHECK(find(*PrefixTable::build({entry("::/0", 4)}), "8.8.8.8") == 0);
}

TEST_CASE("a prefix at the very end of another leaves it whole") {
  const auto table =
      PrefixTable::build({entry("192.0.2.0/24", 1), entry("192.0.2.255/32", 2), entry("192.0.3.0/24", 3),
                          entry("2001:db8::/32", 4), entry("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/128", 5)});
  REQUIRE(table);
  CHECK(find(*table, "192.0.2.254") == 1);
  CHECK(find(*table, "192.0.2.255") == 2);
  CHECK(find(*table, "192.0.3.0") == 3);
  CHECK(find(*table, "2001:db8:ffff:ffff:ffff:ffff:ffff:fffe") == 4);
  CHECK(find(*table, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff") == 5);
  CHECK(find(*table, "2001:db9::") == 0);
}

TEST_CASE("an empty table finds nothing") { CHECK(find(PrefixTable(), "192.0.2.1") == 0); }

TEST_CASE("one prefix for two ISPs is refused, the same pair twice is not") {
  const auto twice = PrefixTable::build({entry("192.0.2.0/24", 1), entry("192.0.2.0/24", 2)});
  REQUIRE_FALSE(twice);
  CHECK(twice.error().kind == ErrorKind::refused);
  CHECK(twice.error().message.find("192.0.2.0/24") != std::string::npos);
  const auto again = PrefixTable::build({entry("192.0.2.0/24", 1), entry("192.0.2.0/24", 1)});
  REQUIRE(again);
  CHECK(find(*again, "192.0.2.77") == 1);
  CHECK_FALSE(PrefixTable::build({entry("192.0.2.0/24", 0)}));
}

TEST_CASE("neighbouring prefixes of one ISP share a range") {
  const auto table =
      PrefixTable::build({entry("192.0.2.0/25", 1), entry("192.0.2.128/25", 1), entry("192.0.2.0/30", 1)});
  REQUIRE(table);
  CHECK(table->ranges() == 2);  // the ISP's, and the gap behind it
}

TEST_CASE("random tables agree with a linear search") {
  std::mt19937 random(88633);
  int hits = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<PrefixEntry> entries;
    for (std::size_t i = 0, count = random() % 80; i < count; ++i) {
      const auto prefix = random_prefix(random, random() % 2 == 0);
      const auto same = [&](const PrefixEntry& other) { return other.prefix == prefix; };
      if (std::none_of(entries.begin(), entries.end(), same))
        entries.push_back({prefix, IspId{static_cast<std::int64_t>(1 + random() % 5)}});
    }
    const auto table = PrefixTable::build(entries);
    REQUIRE(table);
    std::vector<IpAddress> probes;
    for (int i = 0; i < 300; ++i) probes.push_back(random_address(random, i % 2 == 0));
    for (const auto& known : entries) {
      for (const auto& address : edges(known.prefix)) probes.push_back(address);
    }
    for (const auto& address : probes) {
      const auto expected = find_slowly(entries, address);
      hits += expected ? 1 : 0;
      REQUIRE_MESSAGE(table->find(address) == expected, "round ", round, " address ", address.str());
    }
  }
  CHECK(hits > 1000);
}

}  // namespace
}  // namespace waybill::tracker
