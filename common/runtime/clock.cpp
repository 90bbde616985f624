#include "common/runtime/clock.h"

#include <chrono>

namespace waybill::runtime {

namespace {

template <typename Source>
std::int64_t milliseconds_of() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Source::now().time_since_epoch()).count();
}

}  // namespace

TimeMs SystemClock::now() const { return {milliseconds_of<std::chrono::system_clock>()}; }

DurationMs SystemClock::monotonic() const { return {milliseconds_of<std::chrono::steady_clock>()}; }

}  // namespace waybill::runtime
