#pragma once
// Small files of the agent (enrollment, consent): read whole with a limit, written so that a crash leaves the old or
// the new one, never half of either.
#include <filesystem>
#include <string>

#include "common/types/result.h"

namespace waybill::storage {

// Fails, naming the file and why; refuses one larger than `max_bytes`.
Result<std::string> read_text_file(const std::filesystem::path& file, std::size_t max_bytes);
// Mode 0600; durable when it returns.
Status write_text_file(const std::filesystem::path& file, const std::string& text);

}  // namespace waybill::storage
