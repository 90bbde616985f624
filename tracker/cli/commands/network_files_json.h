#pragma once
// What is loaded of networks beyond the registry, for the commands and for the side that keeps the files.
#include <memory>
#include <vector>

#include <nlohmann/json.hpp>

#include "tracker/cli/administration.h"
#include "tracker/routing/networks.h"

namespace waybill::tracker {

nlohmann::json network_file_json(const NetworkFile& file);
// Refuses what network_file_json does not write.
Result<NetworkFile> network_file_from(const std::string& text);

// `routing load`'s arguments, whose values are files: each is read, checked and kept under the data directory. One that
// is refused leaves what is in use as it is.
Result<std::vector<NetworkFile>> keep_network_files(const std::filesystem::path& data, const nlohmann::json& arguments,
                                                    TimeMs now);

// What the books say is in use, read from the files.
Result<std::shared_ptr<const Networks>> read_networks(const AdministrationContext& context);

}  // namespace waybill::tracker
