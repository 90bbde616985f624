#pragma once
// Writes MRT routing table dumps (RFC 6396, RFC 8050) for tests and benches: a second hand than the reader's.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/types/ip.h"

namespace waybill::tests {

class MrtWriter {
 public:
  enum Segment : unsigned char { set = 1, sequence = 2, confederation = 3 };
  struct Route {
    std::uint16_t peer = 0;
    std::string as_path;        // made by segment()
    bool with_path = true;      // false: no AS_PATH attribute at all
    std::uint32_t path_id = 0;  // add-path records
  };

  static std::string number(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> 8 * i & 0xff);
    return text;
  }
  static std::string segment(Segment kind, const std::vector<std::uint32_t>& numbers) {
    std::string text{static_cast<char>(kind), static_cast<char>(numbers.size())};
    for (const auto asn : numbers) text += number(asn, 4);
    return text;
  }
  static std::string sequence_of(const std::vector<std::uint32_t>& numbers) { return segment(sequence, numbers); }

  void record(std::uint16_t type, std::uint16_t subtype, const std::string& body) {
    bytes += number(seconds, 4) + number(type, 2) + number(subtype, 2) + number(body.size(), 4) + body;
  }
  // Peers alternate between two-byte and four-byte numbers, IPv4 and IPv6, as far as they can.
  void peers(const std::vector<std::uint32_t>& as_numbers) {
    std::string body = number(0xc0000201, 4) + number(4, 2) + "view" + number(as_numbers.size(), 2);
    for (std::size_t i = 0; i < as_numbers.size(); ++i) {
      const bool wide = as_numbers[i] > 0xffff || i % 2 == 1;
      const bool v6 = i % 3 == 2;
      body += static_cast<char>((wide ? 2 : 0) | (v6 ? 1 : 0));
      body += number(i + 1, 4) + std::string(v6 ? 16 : 4, '\x01') + number(as_numbers[i], wide ? 4 : 2);
    }
    record(13, 1, body);
  }
  void routes(const std::string& prefix, const std::vector<Route>& entries, bool add_path = false) {
    routes(IpPrefix::parse(prefix).value(), entries, add_path);
  }
  void routes(const IpPrefix& prefix, const std::vector<Route>& entries, bool add_path = false) {
    const bool v4 = prefix.address.is_v4();
    record(13, static_cast<std::uint16_t>((v4 ? 2 : 4) + (add_path ? 6 : 0)), rib_body(prefix, entries, add_path));
  }
  std::string rib_body(const IpPrefix& prefix, const std::vector<Route>& entries, bool add_path) {
    std::string body = number(sequence_number++, 4) + static_cast<char>(prefix.length);
    const auto* from = reinterpret_cast<const char*>(prefix.address.bytes.data()) + (prefix.address.is_v4() ? 12 : 0);
    body.append(from, static_cast<std::size_t>(prefix.length + 7) / 8);
    body += number(entries.size(), 2);
    for (const auto& entry : entries) {
      std::string attributes = std::string("\x40\x01\x01\x00", 4);  // ORIGIN: IGP
      if (entry.with_path) {
        const bool extended = entry.as_path.size() > 255;
        attributes += extended ? "\x50\x02" : "\x40\x02";
        attributes += number(entry.as_path.size(), extended ? 2 : 1) + entry.as_path;
      }
      body += number(entry.peer, 2) + number(seconds, 4);
      if (add_path) body += number(entry.path_id, 4);
      body += number(attributes.size(), 2) + attributes;
    }
    return body;
  }

  std::uint32_t seconds = 1'700'000'000;  // 2023-11-14T22:13:20Z
  std::uint32_t sequence_number = 0;
  std::string bytes;
};

}  // namespace waybill::tests
