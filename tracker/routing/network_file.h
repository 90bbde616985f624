#pragma once
// What the tracker was told of networks beyond its registry: one file of each kind, kept under its data directory. The
// store holds these rows, so that a change of them is a change of what paths are resolved by.
#include <cstdint>
#include <string>
#include <string_view>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

// Stored in the database: never renumbered.
enum class NetworkFileKind : std::uint8_t { routes = 1, as_names = 2, asn_database = 3, city_database = 4 };
std::string_view to_string(NetworkFileKind kind);  // "routes", "as-names", "asn-database", "city-database"
Result<NetworkFileKind> parse_network_file_kind(std::string_view text);

struct NetworkFile {
  NetworkFileKind kind = NetworkFileKind::routes;
  std::string sha256;  // of what is kept, in hex: it names the file, and is checked when it is read
  std::string source;  // the name of the file that it was made from
  TimeMs date{};       // of what it says; 0 where it does not say
  TimeMs loaded{};
  std::string facts;  // how much it says and what was left out, in one line
  bool operator==(const NetworkFile&) const = default;
};

}  // namespace waybill::tracker
