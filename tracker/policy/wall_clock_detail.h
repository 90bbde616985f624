#pragma once
// Wall clocks of time zones; the tz database's exceptions end here. For the .cpp files of this folder.
#include <chrono>
#include <optional>
#include <string>

#include <date/date.h>
#include <date/tz.h>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

using UtcMs = date::sys_time<std::chrono::milliseconds>;
using LocalMs = date::local_time<std::chrono::milliseconds>;

// Null where the database does not know the name.
const date::time_zone* zone_or_null(const std::string& name);

// One stretch of constant offset from UTC, e.g. a summer: [start, end).
struct OffsetStretch {
  std::chrono::milliseconds offset{};
  TimeMs end{};
};
OffsetStretch offset_at(const date::time_zone& zone, TimeMs now);
LocalMs to_local(const date::time_zone& zone, TimeMs now);
// The first instant at which the zone's clocks show `local` or, where they skip it, the instant of the skip.
TimeMs first_instant_of(const date::time_zone& zone, LocalMs local);

}  // namespace waybill::tracker
