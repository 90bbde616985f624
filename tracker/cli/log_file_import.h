#pragma once
// Access logs of CDN nodes, from files (plain, gzip or bzip2) to the commands that import them part by part.
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "common/types/result.h"

namespace waybill::tracker {

// A part is one request and one transaction: what was cut off between two parts is made whole by asking again.
inline constexpr std::size_t kLogPartBytes = 256 << 10;

// All files are read through first: one that cannot be read to its end, or of which no line can be, is refused, and
// nothing is imported. Then the lines that can be read go to `ask`, a request of `records import-log` at a time. The
// answer tells of all parts together; a part that is refused or fails ends it.
Result<nlohmann::json> import_log_files(const std::vector<std::string>& files,
                                        const std::function<Result<nlohmann::json>(const nlohmann::json&)>& ask);

}  // namespace waybill::tracker
