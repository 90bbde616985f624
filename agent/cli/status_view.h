#pragma once
// The facts of a status (agent_status.cpp) as a person reads them.
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace waybill::cli {

std::string status_text(const nlohmann::ordered_json& facts);

}  // namespace waybill::cli
