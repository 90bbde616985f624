#pragma once
// Hours of the day in an ISP's time zone, as a state that is on or off at every instant. Whatever the wall clock shows
// counts: an hour that the clocks skip is not granted, one that they repeat is granted twice.
#include <optional>
#include <string>

#include "tracker/store/registry.h"

namespace waybill::tracker {

struct HoursState {
  bool within = false;
  std::optional<TimeMs> until;  // exclusive; absent: it does not change within the next days
};

// Refuses an unknown time zone.
Result<HoursState> hours_state(const std::string& timezone, int from_minute, int to_minute, TimeMs now);

}  // namespace waybill::tracker
