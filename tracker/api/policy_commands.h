#pragma once
// `policy why`: how capacity policies stand, and why they let an agent serve another or not. Only the running tracker
// knows.
#include <nlohmann/json_fwd.hpp>

#include "tracker/api/control_desk.h"

namespace waybill::tracker {

// Without a receiver: the policies in force. With one: every holder of the content, its predicted path, and what the
// policies on it say. The result's object.
nlohmann::json policies_as_json(const ControlDesk& desk);
nlohmann::json policy_why_as_json(const ControlDesk& desk, const ContentId& content, const AgentKey& receiver,
                                  std::size_t limit, TimeMs now);

}  // namespace waybill::tracker
