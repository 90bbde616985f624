#include <exception>

#include <fmt/format.h>

#include "tracker/reports/zone_detail.h"

namespace waybill::tracker {

Result<const date::time_zone*> find_zone(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return refuse(
        fmt::format("'{}' is not a time zone of this system's tz database (write it like Europe/Berlin or UTC)", name));
  }
}

TimeMs to_utc(const date::time_zone& zone, date::local_time<std::chrono::milliseconds> local) {
  const auto info = zone.get_info(local);
  if (info.result == date::local_info::nonexistent) return from_system(info.first.end);
  return from_system(SystemMs{local.time_since_epoch()} - info.first.offset);
}

}  // namespace waybill::tracker
