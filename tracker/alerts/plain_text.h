#pragma once
#include <string_view>

#include "common/types/result.h"

namespace waybill::tracker {

// For names and reasons that people give: 1 to `max_bytes` bytes of UTF-8 without control characters (they stand in
// mail headers, logs and tables). `what` begins the refusal.
Status check_plain_text(std::string_view what, std::string_view text, std::size_t max_bytes);

}  // namespace waybill::tracker
