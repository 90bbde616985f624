#pragma once
// The commands that only a running tracker can answer, from what the coordinator holds in memory: "agents", "explain",
// "orders", "policy why", "watch". JSON in and out, in the form of tracker/cli/administration.h.
#include <optional>
#include <string>
#include <string_view>

#include "tracker/api/control_desk.h"

namespace waybill::tracker {

bool is_live_command(std::string_view command);
// Absent: the command is none of these. On the loop.
std::optional<std::string> answer_live_command(const ControlDesk& desk, const std::string& request, TimeMs now);

}  // namespace waybill::tracker
