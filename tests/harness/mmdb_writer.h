#pragma once
// Writes databases in MaxMind's format (maxmind.github.io/MaxMind-DB, version 2.0) for tests.
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/types/ip.h"

namespace waybill::tests {

class MmdbWriter {
 public:
  using Map = std::vector<std::pair<std::string, std::string>>;  // keys with encoded values

  static std::string text(const std::string& value) { return control(2, value.size()) + value; }
  static std::string uint16(std::uint64_t value) { return number(5, 2, value); }
  static std::string uint32(std::uint64_t value) { return number(6, 4, value); }
  static std::string uint64(std::uint64_t value) { return number(9, 8, value); }
  static std::string array(const std::vector<std::string>& values) {
    std::string all = control(11, values.size());
    for (const auto& value : values) all += value;
    return all;
  }
  static std::string map(const Map& entries) {
    std::string all = control(7, entries.size());
    for (const auto& [key, value] : entries) all += text(key) + value;
    return all;
  }
  static std::string named(const std::string& english) { return map({{"names", map({{"en", text(english)}})}}); }

  static std::string asn(std::uint32_t number, const std::string& organisation) {
    return map({{"autonomous_system_number", uint32(number)}, {"autonomous_system_organization", text(organisation)}});
  }
  static std::string city(const std::string& country, const std::string& state, const std::string& city) {
    return map({{"country", named(country)}, {"subdivisions", array({named(state)})}, {"city", named(city)}});
  }

  // Prefixes must not nest.
  void add(const std::string& cidr, const std::string& value) {
    const auto prefix = IpPrefix::parse(cidr).value();
    auto address = prefix.address.bytes;
    if (prefix.address.is_v4()) address[10] = address[11] = 0;  // IPv4 stands under ::/96
    std::size_t node = 0;
    const int length = prefix.mapped_length();
    for (int bit = 0; bit < length; ++bit) {
      const std::size_t side = (address[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8)) & 1;
      if (bit == length - 1) {
        nodes_[node][side] = {true, data_.size()};
      } else {
        if (nodes_[node][side].value == 0) {
          nodes_[node][side].value = nodes_.size();
          nodes_.push_back({});
        }
        node = nodes_[node][side].value;
      }
    }
    data_ += value;
  }
  std::string bytes(const std::string& type, std::uint64_t built = 1'700'000'000) const {
    std::string all;
    for (const auto& node : nodes_) {
      for (const auto& record : node) {
        const auto value = record.is_data      ? nodes_.size() + 16 + record.value
                           : record.value == 0 ? nodes_.size()
                                               : record.value;
        for (int shift = 16; shift >= 0; shift -= 8) all += static_cast<char>(value >> shift);
      }
    }
    all += std::string(16, '\0') + data_ + "\xab\xcd\xefMaxMind.com";
    return all + map({{"node_count", uint32(nodes_.size())},
                      {"record_size", uint16(24)},
                      {"ip_version", uint16(6)},
                      {"database_type", text(type)},
                      {"languages", array({text("en")})},
                      {"binary_format_major_version", uint16(2)},
                      {"binary_format_minor_version", uint16(0)},
                      {"build_epoch", uint64(built)},
                      {"description", map({{"en", text("test")}})}});
  }
  std::size_t nodes() const { return nodes_.size(); }

 private:
  struct Record {
    bool is_data = false;
    std::size_t value = 0;  // a node (0: none, the root is nobody's child), or a place in the data
  };
  static std::string control(int type, std::size_t size) {
    const auto small = size < 29 ? size : 29;
    std::string all(1, static_cast<char>((type <= 7 ? type : 0) << 5 | static_cast<int>(small)));
    if (type > 7) all += static_cast<char>(type - 7);
    if (small == 29) all += static_cast<char>(size - 29);  // below 285
    return all;
  }
  static std::string number(int type, int bytes, std::uint64_t value) {
    std::string all = control(type, static_cast<std::size_t>(bytes));
    for (int i = bytes - 1; i >= 0; --i) all += static_cast<char>(value >> 8 * i);
    return all;
  }

  std::vector<std::array<Record, 2>> nodes_{1};
  std::string data_;
};

}  // namespace waybill::tests
