#pragma once
// Internet addresses without any socket library's header. IPv4 is kept as the IPv4-mapped IPv6 address (RFC 4291
// 2.5.5.2), so that one 128-bit trie serves both families.
#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "common/types/result.h"

namespace waybill {

struct IpAddress {
  std::array<unsigned char, 16> bytes{};

  static Result<IpAddress> parse(std::string_view text);  // "192.0.2.1", "2001:db8::1"; no zone, no brackets
  static IpAddress from_v4(std::uint32_t host_order);
  bool is_v4() const;
  bool is_unspecified() const;
  bool is_loopback() const;
  // RFC 1918, RFC 6598 (carrier-grade NAT), RFC 4193 (unique local), link local: not routed on the public Internet.
  bool is_private() const;
  std::string str() const;
  auto operator<=>(const IpAddress&) const = default;
};

struct IpPrefix {
  IpAddress address;  // bits beyond `length` are zero
  int length = 0;     // 0..32 for IPv4, 0..128 for IPv6: the family's own length

  static Result<IpPrefix> parse(std::string_view cidr);  // refuses host bits that are set
  bool contains(const IpAddress& other) const;
  int mapped_length() const { return address.is_v4() ? length + 96 : length; }
  std::string str() const;
  auto operator<=>(const IpPrefix&) const = default;
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  static Result<Endpoint> parse(std::string_view text);  // "192.0.2.1:80", "[2001:db8::1]:80"
  std::string str() const;
  auto operator<=>(const Endpoint&) const = default;
};

}  // namespace waybill
