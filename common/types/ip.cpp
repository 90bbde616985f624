#include "common/types/ip.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/core.h>

namespace waybill {

namespace {

constexpr std::array<unsigned char, 12> kMappedStart{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

template <typename Number>
bool parse_number(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

// True when the first `bits` bits agree.
bool same_start(const IpAddress& a, const IpAddress& b, int bits) {
  const int whole = bits / 8;
  if (std::memcmp(a.bytes.data(), b.bytes.data(), static_cast<std::size_t>(whole)) != 0) return false;
  if (bits % 8 == 0) return true;
  const int mask = 0xff00 >> (bits % 8) & 0xff;
  const auto index = static_cast<std::size_t>(whole);
  return (a.bytes[index] & mask) == (b.bytes[index] & mask);
}

bool in(const IpAddress& address, const char* cidr) {
  const auto prefix = IpPrefix::parse(cidr);
  return prefix && prefix->contains(address);
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
  // inet_pton stops at a zero byte, behind which anything could follow.
  if (text.find('\0') != std::string_view::npos) return refuse("an IP address has no zero byte");
  const std::string copy(text);
  in_addr v4{};
  if (inet_pton(AF_INET, copy.c_str(), &v4) == 1) return from_v4(ntohl(v4.s_addr));
  IpAddress address;
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
  return refuse(fmt::format("'{}' is not an IP address", text));
}

IpAddress IpAddress::from_v4(std::uint32_t host_order) {
  IpAddress address;
  std::copy(kMappedStart.begin(), kMappedStart.end(), address.bytes.begin());
  for (std::size_t i = 0; i < 4; ++i) {
    address.bytes[12 + i] = static_cast<unsigned char>(host_order >> (24 - 8 * i));
  }
  return address;
}

bool IpAddress::is_v4() const { return std::equal(kMappedStart.begin(), kMappedStart.end(), bytes.begin()); }

bool IpAddress::is_unspecified() const {
  const auto start = bytes.begin() + (is_v4() ? 12 : 0);
  return std::all_of(start, bytes.end(), [](unsigned char byte) { return byte == 0; });
}

bool IpAddress::is_loopback() const { return is_v4() ? in(*this, "127.0.0.0/8") : in(*this, "::1/128"); }

bool IpAddress::is_private() const {
  static constexpr const char* kV4[] = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
                                        "169.254.0.0/16"};
  static constexpr const char* kV6[] = {"fc00::/7", "fe80::/10"};
  const auto inside = [&](const char* cidr) { return in(*this, cidr); };
  return is_v4() ? std::any_of(std::begin(kV4), std::end(kV4), inside)
                 : std::any_of(std::begin(kV6), std::end(kV6), inside);
}

std::string IpAddress::str() const {
  char text[INET6_ADDRSTRLEN];
  const bool v4 = is_v4();
  inet_ntop(v4 ? AF_INET : AF_INET6, bytes.data() + (v4 ? 12 : 0), text, sizeof text);
  return text;
}

Result<IpPrefix> IpPrefix::parse(std::string_view cidr) {
  const auto slash = cidr.find('/');
  if (slash == std::string_view::npos)
    return refuse(fmt::format("'{}' is not a prefix: write it as 192.0.2.0/24", cidr));
  const auto address = IpAddress::parse(cidr.substr(0, slash));
  if (!address) return refuse(fmt::format("'{}' is not a prefix: write it as 192.0.2.0/24", cidr));
  IpPrefix prefix{*address, -1};
  const int longest = address->is_v4() ? 32 : 128;
  if (!parse_number(cidr.substr(slash + 1), prefix.length) || prefix.length < 0 || prefix.length > longest) {
    return refuse(fmt::format("'{}' has a prefix length outside 0 to {}", cidr, longest));
  }
  for (int bit = prefix.mapped_length(); bit < 128; ++bit) {
    if (address->bytes[static_cast<std::size_t>(bit / 8)] & (0x80 >> bit % 8)) {
      return refuse(fmt::format("'{}' has host bits set: write the network's first address", cidr));
    }
  }
  return prefix;
}

bool IpPrefix::contains(const IpAddress& other) const {
  return address.is_v4() == other.is_v4() && same_start(address, other, mapped_length());
}

std::string IpPrefix::str() const { return fmt::format("{}/{}", address.str(), length); }

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const auto bad = [&] { return refuse(fmt::format("'{}' is not ADDRESS:PORT (IPv6 as [2001:db8::1]:80)", text)); };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad();
  auto host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto address = IpAddress::parse(host);
  Endpoint endpoint;
  if (!address || address->is_v4() == bracketed || !parse_number(text.substr(colon + 1), endpoint.port)) return bad();
  endpoint.address = *address;
  return endpoint;
}

std::string Endpoint::str() const {
  return address.is_v4() ? fmt::format("{}:{}", address.str(), port) : fmt::format("[{}]:{}", address.str(), port);
}

}  // namespace waybill
