#include "tracker/routing/special_prefixes.h"

namespace waybill::tracker {

namespace {

struct V4Block {
  std::uint32_t address;
  int length;
};
// IANA IPv4 Special-Purpose Address Registry: those that are not globally reachable; and 224.0.0.0/4, multicast.
constexpr V4Block kSpecialV4[] = {
    {0x00000000, 8},   // "this network"
    {0x0a000000, 8},   // private
    {0x64400000, 10},  // carrier-grade NAT
    {0x7f000000, 8},   // loopback
    {0xa9fe0000, 16},  // link local
    {0xac100000, 12},  // private
    {0xc0000000, 24},  // IETF protocol assignments
    {0xc0000200, 24},  // documentation
    {0xc0a80000, 16},  // private
    {0xc6120000, 15},  // benchmarks
    {0xc6336400, 24},  // documentation
    {0xcb007100, 24},  // documentation
    {0xe0000000, 4},   // multicast
    {0xf0000000, 4},   // reserved
};

struct V6Block {
  std::uint64_t first_half;
  int length;
};
constexpr V6Block kHandedOut{0x2000000000000000, 3};
// IANA IPv6 Special-Purpose Address Registry, inside 2000::/3.
constexpr V6Block kSpecialV6[] = {
    {0x2001000200000000, 48},  // benchmarks
    {0x2001001000000000, 28},  // ORCHID
    {0x20010db800000000, 32},  // documentation
    {0x3fff000000000000, 20},  // documentation, RFC 9637
};

template <typename Block, typename Key>
bool holds(const Block& block, Key block_key, Key key, int length) {
  constexpr int kBits = sizeof(Key) * 8;
  return length >= block.length && ((key ^ block_key) >> (kBits - block.length)) == 0;
}

}  // namespace

std::string_view to_string(BogusKind kind) {
  switch (kind) {
    case BogusKind::too_wide:
      return "a default route, or wider than anybody's block";
    case BogusKind::too_long:
      return "longer than networks accept from each other";
    case BogusKind::special_use:
      return "private, reserved or documentation space";
  }
  return "";
}

bool is_special_v4(std::uint32_t first_address, int length) {
  for (const auto& block : kSpecialV4) {
    if (holds(block, block.address, first_address, length)) return true;
  }
  return false;
}

bool is_special_v6(std::uint64_t first_half, int length) {
  if (!holds(kHandedOut, kHandedOut.first_half, first_half, length)) return true;
  for (const auto& block : kSpecialV6) {
    if (holds(block, block.first_half, first_half, length)) return true;
  }
  return false;
}

}  // namespace waybill::tracker
