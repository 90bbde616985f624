#include "tracker/ledger/personal_data.h"

#include <doctest/doctest.h>

namespace waybill::tracker {
namespace {

AgentKey key_of(char c) { return AgentKey::from_hex(std::string(64, c)).value(); }

std::string cleaned(std::string_view text) {
  const Pseudonyms names(ByteString(32, 's'), "isp SP1");
  return without_personal_data(text, {key_of('a')}, names);
}

TEST_CASE("keys of agents become pseudonyms, other texts stay") {
  const Pseudonyms names(ByteString(32, 's'), "isp SP1");
  const auto key = key_of('a').hex();
  CHECK(cleaned(key) == names.of(key_of('a')));
  CHECK(cleaned("received by " + key + ", all of it") == "received by " + names.of(key_of('a')) + ", all of it");
  CHECK(cleaned("key:" + key) == "key:" + names.of(key_of('a')));
  CHECK(cleaned("deed:" + key) == "deed:" + names.of(key_of('a')));
  for (const auto* same : {"", "RobinHood", "2026-11-01T12:34:56Z", "18:00-24:00", "1.50", "1.2.3", "12:34:56.789",
                           "router:core1", "inter-isp-link:SP1>SP2", "version 1.2.3.4.5", "a: b", "fe.de"}) {
    CHECK(cleaned(same) == same);
  }
  CHECK(cleaned(std::string(64, 'b')) == std::string(64, 'b'));  // no agent's
  CHECK(cleaned(key + "a") == key + "a");                        // longer: another thing
}

TEST_CASE("addresses are hidden wherever they stand") {
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
           {"198.51.100.1", "(address)"},
           {"198.51.100.1:443", "(address):443"},
           {"198.51.100.0/24", "(address)/24"},
           {"at 198.51.100.1.", "at (address)."},
           {"router:198.51.100.1", "router:(address)"},
           {"de:198.51.100.1 > * > core1 > 203.0.113.7", "de:(address) > * > core1 > (address)"},
           {"2001:db8::1", "(address)"},
           {"2001:DB8::", "(address)"},
           {"[2001:db8::1]:443", "[(address)]:443"},
           {"::ffff:198.51.100.1", "(address)"},
           {"1:2:3:4:5:6:7:8", "(address)"},
           {"198.51.100.1:198.51.100.2", "(address):(address)"}}) {
    CHECK_MESSAGE(cleaned(text) == expected, text << " gives " << cleaned(text));
  }
  CHECK(cleaned("interface:2001:0db8:0:0:0:0:0:1").find("2001") == std::string::npos);
}

}  // namespace
}  // namespace waybill::tracker
