// Times, periods, hours and sizes as people or scripts type them: whatever is accepted is printed as what it means.
#include <cstdint>
#include <string>

#include "common/types/check.h"
#include "tracker/reports/byte_size.h"
#include "tracker/reports/day_hours.h"
#include "tracker/reports/text_table.h"
#include "tracker/reports/time_window.h"

using namespace waybill;
using namespace waybill::tracker;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const TimeMs now{1'795'000'000'000};
  for (const auto* zone : {"UTC", "Europe/Berlin"}) {
    if (const auto time = parse_time(text, now, zone)) {
      WAYBILL_ASSERT(parse_time(format_time(*time), now, zone) == *time, "a printed time is read otherwise");
    }
    if (const auto window = parse_period(text, zone)) {
      WAYBILL_ASSERT(window->from < window->until, "a period ends before it begins");
    }
  }
  if (const auto hours = parse_day_hours(text)) {
    WAYBILL_ASSERT(parse_day_hours(hours->str()) == *hours, "printed hours are read otherwise");
  }
  if (const auto bytes = parse_byte_size(text)) {
    WAYBILL_ASSERT(parse_byte_size(std::to_string(bytes->value)) == *bytes, "a printed size is read otherwise");
  }
  WAYBILL_ASSERT(printable(text).find('\x1b') == std::string::npos, "an escape reaches the terminal");
  return 0;
}
