#pragma once
// The tz database's exceptions end here. For the .cpp files of this folder.
#include <chrono>
#include <string>

#include <date/date.h>
#include <date/tz.h>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

using SystemMs = date::sys_time<std::chrono::milliseconds>;

inline SystemMs to_system(TimeMs time) { return SystemMs{std::chrono::milliseconds{time.value}}; }
inline TimeMs from_system(SystemMs time) { return {time.time_since_epoch().count()}; }

Result<const date::time_zone*> find_zone(const std::string& name);
// The first instant that the zone's clocks show `local` or, where they skip it, the instant of the change.
TimeMs to_utc(const date::time_zone& zone, date::local_time<std::chrono::milliseconds> local);

}  // namespace waybill::tracker
