// Conditions as people write and read them.
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "tracker/alerts/condition.h"
#include "tracker/reports/byte_size.h"

namespace waybill::tracker {

namespace {

constexpr std::array<std::pair<ConditionKind, std::string_view>, 5> kKinds{{
    {ConditionKind::above, "above"},
    {ConditionKind::below, "below"},
    {ConditionKind::rise, "rise"},
    {ConditionKind::fall, "fall"},
    {ConditionKind::nearing, "nearing"},
}};

std::string percent(std::int64_t hundredths) {
  const auto whole = std::abs(hundredths) / kWholePercent, rest = std::abs(hundredths) % kWholePercent;
  const auto* sign = hundredths < 0 ? "-" : "";
  return rest == 0 ? fmt::format("{}{} %", sign, whole) : fmt::format("{}{}.{:02} %", sign, whole, rest);
}

std::string amount(Measured measured, std::int64_t value) {
  if (measured == Measured::on_net_share) return percent(value);
  if (measured == Measured::receipts) return exact_bytes(value) + " receipts";
  return human_bytes(value) + (measured == Measured::bytes_per_second ? "/s" : "");
}

bool in_percent(ConditionKind kind) { return kind != ConditionKind::above && kind != ConditionKind::below; }

}  // namespace

std::string_view to_string(ConditionKind kind) {
  for (const auto& [value, name] : kKinds) {
    if (value == kind) return name;
  }
  return "?";
}

Result<ConditionKind> parse_condition_kind(std::string_view text) {
  for (const auto& [kind, name] : kKinds) {
    if (name == text) return kind;
  }
  return refuse(fmt::format("'{}' is none of above, below, rise, fall, nearing", text));
}

std::string level_words(const Condition& condition, Measured measured, std::int64_t level) {
  return in_percent(condition.kind) ? percent(level) : amount(measured, level);
}

std::string condition_words(const Condition& condition, Measured measured) {
  const auto raise = level_words(condition, measured, condition.raise_at);
  const auto clear = level_words(condition, measured, condition.clear_at);
  const auto window = window_words(condition.window);
  switch (condition.kind) {
    case ConditionKind::above:
      return fmt::format("at or above {} {}; clears below {}", raise, window, clear);
    case ConditionKind::below:
      return fmt::format("at or below {} {}; clears above {}", raise, window, clear);
    case ConditionKind::rise:
      return fmt::format("up by {} {}; clears below {}", raise, window, clear);
    case ConditionKind::fall:
      return fmt::format("down by {} {}; clears below {}", raise, window, clear);
    case ConditionKind::nearing:
      return fmt::format("at {} of {} {}; clears below {}", raise, amount(measured, condition.threshold), window,
                         clear);
  }
  return {};
}

Result<std::int64_t> parse_percent(std::string_view text) {
  const auto bad = [&] { return refuse(fmt::format("'{}' is no percentage like 80 or 12.5, up to 1000000", text)); };
  if (!text.empty() && text.back() == '%') text.remove_suffix(1);
  std::int64_t value = 0;
  int fraction = -1;  // digits after the point; -1: none yet
  if (text.empty() || text.front() == '.' || text.back() == '.') return bad();
  for (const char c : text) {
    if (c == '.' && fraction < 0) {
      fraction = 0;
      continue;
    }
    if (c < '0' || c > '9' || fraction == 2) return bad();
    if (fraction >= 0) ++fraction;
    value = value * 10 + (c - '0');
    if (value > kMaxLevelPercent) return bad();
  }
  for (int digits = fraction < 0 ? 0 : fraction; digits < 2; ++digits) value *= 10;
  if (value > kMaxLevelPercent) return bad();
  return value;
}

}  // namespace waybill::tracker
