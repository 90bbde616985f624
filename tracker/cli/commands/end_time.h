#pragma once
// When something agreed ends. For the .cpp files of this folder.
#include <optional>
#include <string>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

// `text` is the value of --at, on the clocks of `timezone` where it states no offset; absent: now. Refuses the past:
// what was served under `what` ("an agreement") stays so.
Result<TimeMs> end_time(const std::optional<std::string>& text, TimeMs now, const std::string& timezone,
                        const std::string& what);

}  // namespace waybill::tracker
