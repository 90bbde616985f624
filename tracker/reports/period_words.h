#pragma once
// "yesterday", "last-week", ...: periods that are meant from a moment, so that one question can be asked every night.
// Pure: the moment is passed in.
#include <optional>
#include <string>
#include <string_view>

#include "tracker/reports/time_window.h"

namespace waybill::tracker {

// "today", "yesterday", "this-week", "last-week" (Monday to Monday), "this-month", "last-month", "this-quarter",
// "last-quarter", "this-year", "last-year": from local midnight to local midnight in `timezone`, whatever the clocks do
// between them. `this-...` and "today" hold `now`; the others end where these begin. Nothing where `text` is none of
// them; refused where the time zone is not known.
Result<std::optional<TimeWindow>> find_period_word(std::string_view text, TimeMs now, const std::string& timezone);

// One of these, or what parse_period reads.
Result<TimeWindow> parse_period_at(std::string_view text, TimeMs now, const std::string& timezone);

}  // namespace waybill::tracker
