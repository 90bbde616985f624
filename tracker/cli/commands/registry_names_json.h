#pragma once
// From what people type to ids, and from ids to what people read. For the .cpp files of this folder.
#include <optional>
#include <string>

#include "tracker/cli/commands/answer_json.h"
#include "tracker/cli/commands/arguments_json.h"
#include "tracker/reports/grouping.h"

namespace waybill::tracker {

Result<ReportNames> read_names(Registry& registry);

// An ISP's name; "unknown" is IspId 0: ends that no ISP's prefix covers.
Result<IspId> isp_named(Registry& registry, const std::string& name);
// The 64 hexadecimal digits of a content id, at least 8 of its first ones, or its exact title.
Result<Content> content_named(Registry& registry, const std::string& text);
// The 64 hexadecimal digits of an agent's key, at least 8 of its first ones, or the name it enrolled under.
Result<AgentKey> agent_named(Registry& registry, const std::string& text);

}  // namespace waybill::tracker
