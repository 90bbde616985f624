#pragma once
// Which prefixes of a dump say nothing about whose the addresses are: leaked defaults, bits of somebody's inner
// routing, addresses that belong to nobody on the public Internet.
#include <array>
#include <cstdint>
#include <string_view>

#include "common/types/ip.h"

namespace waybill::tracker {

enum class BogusKind { too_wide, too_long, special_use };
inline constexpr std::size_t kBogusKinds = 3;
std::string_view to_string(BogusKind kind);

// What is accepted: IPv4 /8 to /24, IPv6 /16 to /48. Nothing wider was ever handed out (IANA's largest blocks), and
// networks do not accept longer ones from each other (RFC 7454 6.1.3).
inline constexpr int kWidestV4 = 8;
inline constexpr int kLongestV4 = 24;
inline constexpr int kWidestV6 = 16;
inline constexpr int kLongestV6 = 48;

// Inside private, reserved, documentation, benchmark, multicast or other special-use space (the registries of RFC 6890,
// and RFC 9637); for IPv6 also outside of 2000::/3, the only space that is handed out (RFC 4291 2.4). Of an IPv6 prefix
// the first half is asked, which holds all of it up to /64.
bool is_special_v4(std::uint32_t first_address, int length);
bool is_special_v6(std::uint64_t first_half, int length);

}  // namespace waybill::tracker
