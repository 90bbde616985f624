#include <exception>

#include "tracker/policy/wall_clock_detail.h"

namespace waybill::tracker {

const date::time_zone* zone_or_null(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return nullptr;
  }
}

OffsetStretch offset_at(const date::time_zone& zone, TimeMs now) {
  const auto info = zone.get_info(UtcMs{std::chrono::milliseconds{now.value}});
  const auto end = std::chrono::duration_cast<std::chrono::milliseconds>(info.end.time_since_epoch());
  return {std::chrono::duration_cast<std::chrono::milliseconds>(info.offset), TimeMs{end.count()}};
}

LocalMs to_local(const date::time_zone& zone, TimeMs now) {
  return LocalMs{std::chrono::milliseconds{now.value} + offset_at(zone, now).offset};
}

TimeMs first_instant_of(const date::time_zone& zone, LocalMs local) {
  const auto info = zone.get_info(local);
  if (info.result == date::local_info::nonexistent) {
    const auto skip = std::chrono::duration_cast<std::chrono::milliseconds>(info.first.end.time_since_epoch());
    return {skip.count()};
  }
  const auto utc = local.time_since_epoch() - info.first.offset;
  return {std::chrono::duration_cast<std::chrono::milliseconds>(utc).count()};
}

}  // namespace waybill::tracker
