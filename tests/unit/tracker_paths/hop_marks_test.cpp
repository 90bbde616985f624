#include "tracker/paths/hop_marks.h"

#include <doctest/doctest.h>

namespace waybill::tracker {
namespace {

using protocol::Hop;
using protocol::HopSide;
using protocol::Path;

constexpr IspId kSp1{1}, kSp2{2};
IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }

// Hops by address, "" for a silent one; "!" before the receiver's answer, "~" before the customer's side.
Path path(const char* source, const char* destination, const std::vector<std::string>& hops) {
  Path made{protocol::PathMethod::trace, ip(source), ip(destination), {}, true, {}};
  for (auto text : hops) {
    Hop hop;
    hop.ttl = static_cast<int>(made.hops.size()) + 1;
    if (text.starts_with('!')) hop.side = HopSide::receiver;
    if (text.starts_with('~')) hop.side = HopSide::customer;
    if (hop.side != HopSide::network) text.erase(0, 1);
    if (!text.empty()) hop.address = IpAddress::parse(text).value();
    made.hops.push_back(std::move(hop));
  }
  return made;
}

// "silent private+nat -": one word for each hop.
std::string marks(const Path& traced, const char* sender = "198.18.1.9") {
  const auto tables =
      PathTables::build(
          1, {{kSp1, "SP1"}, {kSp2, "SP2"}},
          {{IpPrefix::parse("198.18.1.0/24").value(), kSp1}, {IpPrefix::parse("198.18.2.0/24").value(), kSp2}}, {})
          .value();
  std::string all;
  for (const auto& each : mark_hops(traced, {ip(sender), kSp1, kSp2}, tables)) {
    std::string word;
    for (const auto mark : each) word += (word.empty() ? "" : "+") + std::string(to_string(mark));
    all += (all.empty() ? "" : " ") + (word.empty() ? "-" : word);
  }
  return all;
}

}  // namespace

TEST_CASE("silent, private and the receiver's hops are said to be so") {
  CHECK(marks(path("198.18.1.9", "198.18.2.9", {"198.18.1.1", "", "10.0.0.1", "!198.18.2.9"})) ==
        "- silent private receiver");
}

TEST_CASE("an address that comes back is a loop, one that is said twice running is none") {
  CHECK(marks(path("198.18.1.9", "198.18.2.9", {"198.18.1.1", "198.18.1.2", "198.18.1.1", "!198.18.2.9"})) ==
        "- - loop receiver");
  CHECK(marks(path("198.18.1.9", "198.18.2.9", {"198.18.1.1", "", "198.18.1.1", "!198.18.2.9"})) ==
        "- silent loop receiver");
  CHECK(marks(path("198.18.1.9", "198.18.2.9", {"198.18.1.1", "198.18.1.1", "!198.18.2.9"})) == "- - receiver");
}

TEST_CASE("translation lies where the private addresses of a sender with another address are") {
  const auto home = path("192.168.1.2", "198.18.2.9", {"~192.168.1.1", "100.64.0.1", "198.18.1.1", "!198.18.2.9"});
  CHECK(marks(home) == "customer+private+nat private+nat - receiver");
  // Nothing is translated where the tracker saw the sender's own address.
  CHECK(marks(home, "192.168.1.2") == "customer+private private - receiver");
  CHECK(marks(path("198.18.1.9", "198.18.2.9", {"~192.168.1.1", "198.18.1.1", "!198.18.2.9"})) ==
        "customer+private - receiver");
}

TEST_CASE("who passes on what is addressed to itself translates") {
  CHECK(marks(path("198.18.1.9", "198.18.2.9", {"198.18.1.1", "198.18.2.9", "!198.18.2.9"})) == "- nat receiver");
}

TEST_CASE("one hop of another network, out and back at once, may be a third party's address") {
  const auto hops = [](std::vector<std::string> all) {
    all.insert(all.end(), {"198.18.1.8", "!198.18.2.9"});
    return marks(path("198.18.1.9", "198.18.2.9", all));
  };
  CHECK(hops({"198.18.1.1", "198.18.2.1", "198.18.1.2"}) == "- third-party - - receiver");
  // Seen from the sender's network itself.
  CHECK(hops({"198.18.2.1", "198.18.1.2"}) == "third-party - - receiver");
  // Two hops of it are a way; silence leaves it open where the network ends; a stranger is nobody's network.
  CHECK(hops({"198.18.2.1", "198.18.2.2", "198.18.1.2"}) == "- - - - receiver");
  CHECK(hops({"198.18.1.1", "198.18.2.1", "", "198.18.1.2"}) == "- - silent - - receiver");
  CHECK(hops({"198.18.1.1", "203.0.113.1", "198.18.1.2"}) == "- - - - receiver");
  // Out, back, and out again: either of the two may be the odd one.
  CHECK(marks(path("198.18.1.9", "198.18.2.9", {"198.18.1.1", "198.18.2.1", "198.18.1.2", "!198.18.2.9"})) ==
        "- third-party third-party receiver");
}

}  // namespace waybill::tracker
