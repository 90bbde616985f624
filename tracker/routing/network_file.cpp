#include "tracker/routing/network_file.h"

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

constexpr NetworkFileKind kKinds[] = {NetworkFileKind::routes, NetworkFileKind::as_names, NetworkFileKind::asn_database,
                                      NetworkFileKind::city_database};

}  // namespace

std::string_view to_string(NetworkFileKind kind) {
  switch (kind) {
    case NetworkFileKind::routes:
      return "routes";
    case NetworkFileKind::as_names:
      return "as-names";
    case NetworkFileKind::asn_database:
      return "asn-database";
    case NetworkFileKind::city_database:
      return "city-database";
  }
  return "";
}

Result<NetworkFileKind> parse_network_file_kind(std::string_view text) {
  for (const auto kind : kKinds) {
    if (text == to_string(kind)) return kind;
  }
  return refuse(fmt::format("'{}' is none of routes, as-names, asn-database, city-database", text));
}

}  // namespace waybill::tracker
