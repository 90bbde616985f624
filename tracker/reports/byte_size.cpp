#include "tracker/reports/byte_size.h"

#include <array>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

__extension__ using Wide = __int128;

struct Unit {
  std::string_view name;
  std::int64_t bytes;
};
constexpr Unit kUnits[] = {{"", 1},
                           {"B", 1},
                           {"KB", 1'000},
                           {"kB", 1'000},
                           {"MB", 1'000'000},
                           {"GB", 1'000'000'000},
                           {"TB", 1'000'000'000'000},
                           {"PB", 1'000'000'000'000'000},
                           {"KiB", 1ll << 10},
                           {"MiB", 1ll << 20},
                           {"GiB", 1ll << 30},
                           {"TiB", 1ll << 40},
                           {"PiB", 1ll << 50}};

std::optional<std::int64_t> unit_bytes(std::string_view name) {
  for (const auto& unit : kUnits) {
    if (unit.name == name) return unit.bytes;
  }
  return std::nullopt;
}

}  // namespace

Result<ByteCount> parse_byte_size(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return refuse(fmt::format("'{}' is not an amount of bytes: {}", text, why));
  };
  constexpr std::string_view kForm = "write it like 10TB, 1.5GiB or 1024";
  auto split = text.find_first_not_of("0123456789.");
  if (split == std::string_view::npos) split = text.size();
  auto unit_text = text.substr(split);
  if (!unit_text.empty() && unit_text.front() == ' ') unit_text.remove_prefix(1);
  const auto unit = unit_bytes(unit_text);
  if (!unit) return bad(kForm);
  Wide value = 0;
  Wide scale = 1;  // 10 to the power of the digits after the point
  bool point = false;
  int digits = 0;
  for (const char c : text.substr(0, split)) {
    if (c == '.') {
      if (point) return bad(kForm);
      point = true;
      continue;
    }
    if (++digits > 18) return bad("it has too many digits");
    value = value * 10 + (c - '0');
    if (point) scale *= 10;
  }
  if (digits == 0) return bad(kForm);
  value *= *unit;
  if (value % scale != 0) return bad("it is not a whole number of bytes");
  value /= scale;
  if (value > std::numeric_limits<std::int64_t>::max()) return bad("it is too large");
  return ByteCount{static_cast<std::int64_t>(value)};
}

std::string human_bytes(std::int64_t bytes) {
  constexpr std::array<std::string_view, 7> kNames{"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  const char* sign = bytes < 0 ? "-" : "";
  double size = bytes < 0 ? -static_cast<double>(bytes) : static_cast<double>(bytes);
  std::size_t unit = 0;
  // 999.5 would print as 1000 with three digits: it is 1.00 of the next unit.
  while (size >= (unit == 0 ? 1000 : 999.5) && unit + 1 < kNames.size()) {
    size /= 1000;
    ++unit;
  }
  if (unit == 0) return fmt::format("{}{:.0f} B", sign, size);
  const int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  return fmt::format("{}{:.{}f} {}", sign, size, decimals, kNames[unit]);
}

std::string exact_bytes(std::int64_t bytes) {
  std::string digits = std::to_string(bytes);
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ' ');
  }
  return digits;
}

}  // namespace waybill::tracker
