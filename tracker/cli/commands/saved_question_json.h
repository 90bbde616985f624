#pragma once
// The question of a saved report: a command that reads, with its arguments, as of a moment. For the .cpp files of this
// folder.
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "tracker/cli/administration.h"
#include "tracker/reports/schedule.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

// {"command": "report matrix", "arguments": {...}}. Refused: what is not of this form, and any command but a report.
Result<nlohmann::json> read_question(const std::string& text);
// As on a command line.
std::string question_words(const nlohmann::json& question);

// On whose clocks it is due: --timezone, else the question's, else those of its --from or --isp, else UTC.
Result<std::string> choose_schedule_zone(Registry& registry, const std::optional<std::string>& stated,
                                         const nlohmann::json& question);
// A question without a window is of what has just ended when it is due; one without a time zone, of the schedule's.
void fill_in_window(nlohmann::json& question, const Schedule& schedule);

// The answer of `execute` (administration.h) as if it were `at`. `check_only`: counts nothing.
nlohmann::json ask_as_of(AdministrationContext& context, const std::string& question, TimeMs at, bool check_only);

// `text` on the clocks of the report's schedule; without one, when it was due last.
Result<TimeMs> due_time(const SavedReport& report, const std::optional<std::string>& text, TimeMs now);

}  // namespace waybill::tracker
