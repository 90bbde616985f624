#pragma once
// Files that are whole or not there at all.
#include <filesystem>
#include <string_view>

#include "common/types/result.h"

namespace waybill::tracker {

// Writes beside the file, syncs, and renames: a crash leaves the old file or the new one. Fails where the directory
// cannot be written, saying so.
Status write_whole_file(const std::filesystem::path& file, std::string_view bytes, unsigned mode);
// Refuses a missing file and one above `max_bytes`.
Result<std::string> read_whole_file(const std::filesystem::path& file, std::uintmax_t max_bytes);

}  // namespace waybill::tracker
