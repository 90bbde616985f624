#pragma once
// Rates as people write them.
#include <string>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::sharing {

// "500KB/s", "2MB", "10Mbit/s", "none" (0). Decimal units (1 KB = 1000 bytes), B bytes or bit, "/s" optional; a plain
// number is bytes per second. Refuses anything else, and what is not above 0.
Result<ByteRate> parse_rate(std::string_view text);
std::string format_rate(ByteRate rate);        // "1.2 MB/s"
std::string format_bytes(std::int64_t bytes);  // "64.0 MB"

}  // namespace waybill::sharing
