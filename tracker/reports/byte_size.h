#pragma once
// Amounts of bytes as people write and read them.
#include <string>
#include <string_view>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

// "10TB" (10^13), "1.5 GiB", "500MB", "1024": decimal units are powers of ten as tariffs count them (GB = 10^9), KiB to
// PiB powers of 1024. Refuses fractions of a byte and what does not fit in 63 bits.
Result<ByteCount> parse_byte_size(std::string_view text);

// "1.50 GB": three significant digits in decimal units, for tables beside the exact figure.
std::string human_bytes(std::int64_t bytes);
// "1 500 000 000": digits in threes.
std::string exact_bytes(std::int64_t bytes);

}  // namespace waybill::tracker
