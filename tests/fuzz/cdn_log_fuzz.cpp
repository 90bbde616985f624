// Lines of CDN nodes' access logs: what clients say stands in them.
#include <cstdint>
#include <set>

#include "common/protocol/limits.h"
#include "common/types/check.h"
#include "tracker/announce/web_seed.h"
#include "tracker/cdn_log/log_reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace waybill;
  using namespace waybill::tracker;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  constexpr TimeMs kNow{1'793'534'400'000};
  Content film;
  film.size = {24'000'001};
  const auto targets = LogTargets::of({film}, {{film.id, "http://10.77.0.8:8080/film.mp4", {}}});
  const auto reading = read_log(
      input, targets, [](const IpAddress&) { return IspId{1}; }, kNow);
  const auto told = static_cast<std::int64_t>(reading.records.size()) + reading.repeated + reading.without_bytes +
                    reading.unreadable.count + reading.other_urls.count;
  WAYBILL_ASSERT(told == reading.lines, "a line is told of once");
  std::set<RequestId> ids;
  for (const auto& record : reading.records) {
    WAYBILL_ASSERT(ids.insert(record.id).second, "a request counts once");
    WAYBILL_ASSERT(record.sent.value > 0 && record.sent.value <= film.size.value, "absurd bytes were taken");
    WAYBILL_ASSERT(record.started.value >= 0 && record.started <= record.ended, "a request ended before it began");
    WAYBILL_ASSERT(record.ended <= kNow + protocol::kClockTolerance, "a request of the future was taken");
  }
  WAYBILL_ASSERT(reading.unreadable.first.empty() == (reading.unreadable.count == 0), "no example, or one too many");
  if (check_web_seed(input)) {
    const auto key = web_seed_key(input);
    WAYBILL_ASSERT(key && !key->ends_with('/'), "a web seed without a file");
  }
  return 0;
}
