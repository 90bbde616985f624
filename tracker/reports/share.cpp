#include "tracker/reports/share.h"

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

__extension__ using Wide = __int128;

}  // namespace

std::string percent_of(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return "-";
  const auto permille = static_cast<Wide>(part) * 1000 / whole;
  return fmt::format("{}.{} %", static_cast<std::int64_t>(permille / 10), static_cast<int>(permille % 10));
}

}  // namespace waybill::tracker
