#pragma once
// Counts as sentences have them.
#include <cstdint>
#include <string>
#include <string_view>

namespace waybill::tracker {

// "1 receipt", "2 receipts".
inline std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

}  // namespace waybill::tracker
