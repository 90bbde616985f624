#include "agent/sharing/rate_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/core.h>

namespace waybill::sharing {

namespace {

struct Unit {
  std::string_view name;
  double bytes;
};
constexpr std::array<Unit, 13> kUnits{{{"", 1},
                                       {"b", 1},
                                       {"kb", 1e3},
                                       {"mb", 1e6},
                                       {"gb", 1e9},
                                       {"k", 1e3},
                                       {"m", 1e6},
                                       {"g", 1e9},
                                       {"bit", 1.0 / 8},
                                       {"kbit", 1e3 / 8},
                                       {"mbit", 1e6 / 8},
                                       {"gbit", 1e9 / 8},
                                       {"byte", 1}}};
constexpr double kHighestRate = 1e15;

tl::unexpected<Error> unreadable(std::string_view text) {
  return refuse(fmt::format("\"{}\" is no rate: write e.g. 500KB/s, 2MB/s, 10Mbit/s or none", text.substr(0, 40)));
}

std::string scaled(double value, std::string_view suffix) {
  constexpr std::array<std::string_view, 5> kNames{"B", "KB", "MB", "GB", "TB"};
  std::size_t step = 0;
  while (value >= 999.95 && step + 1 < kNames.size()) {
    value /= 1000;
    ++step;
  }
  return step == 0 ? fmt::format("{:.0f} {}{}", value, kNames[step], suffix)
                   : fmt::format("{:.1f} {}{}", value, kNames[step], suffix);
}

}  // namespace

Result<ByteRate> parse_rate(std::string_view text) {
  std::string lower;
  for (const char c : text) {
    if (c != ' ') lower.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  if (lower == "none") return ByteRate{0};
  if (lower.ends_with("/s")) lower.resize(lower.size() - 2);
  double number = 0;
  const auto [end, error] = std::from_chars(lower.data(), lower.data() + lower.size(), number);
  if (error != std::errc{} || !(number > 0)) return unreadable(text);
  const std::string_view unit(end, static_cast<std::size_t>(lower.data() + lower.size() - end));
  const auto* found = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == unit; });
  if (found == kUnits.end()) return unreadable(text);
  const double rate = std::floor(number * found->bytes);
  if (rate < 1 || rate > kHighestRate) return unreadable(text);
  return ByteRate{static_cast<std::int64_t>(rate)};
}

std::string format_rate(ByteRate rate) { return scaled(static_cast<double>(rate.value), "/s"); }
std::string format_bytes(std::int64_t bytes) { return scaled(static_cast<double>(bytes), ""); }

}  // namespace waybill::sharing
