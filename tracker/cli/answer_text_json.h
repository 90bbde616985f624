#pragma once
// An answer (administration.h) as what is printed. For the .cpp files of this folder.
#include <string>

#include "common/types/result.h"
#include "tracker/cli/invocation_json.h"

namespace waybill::tracker {

// Refuses a format that the command does not have.
Result<std::string> answer_text(const Invocation& invocation, const nlohmann::json& answer);

}  // namespace waybill::tracker
