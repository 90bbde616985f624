#pragma once
// The stretch of time that an alert looks back over. Pure.
#include <string>
#include <string_view>

#include "common/types/result.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

enum class AlertWindowKind {
  rolling,  // the last `length`
  day,      // the present calendar day in `timezone`, from its midnight on
  month,    // the present calendar month
};

struct AlertWindow {
  AlertWindowKind kind = AlertWindowKind::rolling;
  DurationMs length = hours(1);  // rolling only: whole quarters of an hour, the accounts' grain
  std::string timezone = "UTC";  // IANA name; day and month
  bool operator==(const AlertWindow&) const = default;
};

inline constexpr DurationMs kMaxAlertWindow = hours(24 * 366);

// "15m", "2h", "7d"; "day" or "month" in `timezone`. Refuses what is not made of whole quarters of an hour, and more
// than 366 days.
Result<AlertWindow> parse_alert_window(std::string_view text, const std::string& timezone);
Status check_alert_window(const AlertWindow& window);
std::string window_text(const AlertWindow& window);   // as parse_alert_window reads it, without the time zone
std::string window_words(const AlertWindow& window);  // "in 2h", "this month (Europe/Berlin)"

// A span of time as people write it: "30s", "15m", "2h", "7d". Refuses less than one second and more than `max`.
Result<DurationMs> parse_span(std::string_view text, DurationMs max);
std::string span_text(DurationMs span);  // in the largest unit that divides it

}  // namespace waybill::tracker
