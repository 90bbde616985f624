#include "tracker/cli/commands/end_time.h"

#include <fmt/format.h>

#include "tracker/reports/time_window.h"

namespace waybill::tracker {

Result<TimeMs> end_time(const std::optional<std::string>& text, TimeMs now, const std::string& timezone,
                        const std::string& what) {
  if (!text) return now;
  const auto at = parse_time(*text, now, timezone);
  if (!at) return pass_on(at.error(), "--at");
  if (*at < now) return refuse(fmt::format("--at {} is past; {} ends now or later", format_time(*at), what));
  return *at;
}

}  // namespace waybill::tracker
