#include "tracker/alerts/alert_window.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "tracker/store/accounts.h"

namespace waybill::tracker {

namespace {

struct Unit {
  char letter;
  DurationMs length;
};
constexpr std::array<Unit, 4> kUnits{{{'d', hours(24)}, {'h', hours(1)}, {'m', minutes(1)}, {'s', seconds(1)}}};

}  // namespace

Result<DurationMs> parse_span(std::string_view text, DurationMs max) {
  for (const auto& unit : kUnits) {
    if (text.size() < 2 || text.back() != unit.letter) continue;
    std::int64_t count = 0;
    const auto* end = text.data() + text.size() - 1;
    const auto [read, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc{} || read != end || count < 1 || count > max.value / unit.length.value) break;
    return DurationMs{count * unit.length.value};
  }
  return refuse(fmt::format("'{}' is no span of time like 30s, 15m, 2h or 7d, of at most {}", text, span_text(max)));
}

std::string span_text(DurationMs span) {
  for (const auto& unit : kUnits) {
    if (span.value % unit.length.value == 0 && span.value > 0) {
      return fmt::format("{}{}", span.value / unit.length.value, unit.letter);
    }
  }
  return fmt::format("{}ms", span.value);
}

Status check_alert_window(const AlertWindow& window) {
  if (window.kind != AlertWindowKind::rolling) return check_zone(window.timezone);
  if (window.length.value <= 0 || window.length > kMaxAlertWindow) {
    return refuse(fmt::format("a window is between 15m and {}", span_text(kMaxAlertWindow)));
  }
  if (window.length.value % kQuarter.value != 0) {
    return refuse("a window is made of whole quarters of an hour, as the accounts are kept: 15m, 30m, 1h, 7d");
  }
  return {};
}

Result<AlertWindow> parse_alert_window(std::string_view text, const std::string& timezone) {
  AlertWindow window;
  if (text == "day" || text == "month") {
    window.kind = text == "day" ? AlertWindowKind::day : AlertWindowKind::month;
    window.length = {};
    window.timezone = timezone;
  } else {
    const auto length = parse_span(text, kMaxAlertWindow);
    if (!length) return refuse(length.error().message + ", nor 'day' nor 'month'");
    window.length = *length;
  }
  if (auto ok = check_alert_window(window); !ok) return pass_on(ok);
  return window;
}

std::string window_text(const AlertWindow& window) {
  if (window.kind == AlertWindowKind::day) return "day";
  return window.kind == AlertWindowKind::month ? "month" : span_text(window.length);
}

std::string window_words(const AlertWindow& window) {
  if (window.kind == AlertWindowKind::rolling) return "in " + span_text(window.length);
  return fmt::format("this {} ({})", window_text(window), window.timezone);
}

}  // namespace waybill::tracker
