#pragma once
// An export, parsed and with its statement's signature checked. For the .cpp files of this folder.
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "tracker/settlement/settlement_export.h"

namespace waybill::tracker {

inline constexpr char kExportFormat[] = "waybill settlement 1";

struct ReadExport {
  crypto::PublicKey tracker_key;
  Statement statement;
  std::optional<nlohmann::json> evidence;
};
Result<ReadExport> read_export(const std::string& text);

}  // namespace waybill::tracker
