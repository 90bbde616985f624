#pragma once
// How far long work over the evidence has come, for whoever waits for it.
#include <cstdint>
#include <functional>
#include <string>

#include "common/runtime/clock.h"
#include "common/types/units.h"

namespace waybill::tracker {

struct WorkDone {
  std::string what;           // "counting receipts"
  std::int64_t done = 0;      // receipts
  std::int64_t expected = 0;  // about how many there are; 0: unknown
};
using TellWorkDone = std::function<void(const WorkDone&)>;  // on the thread that works

inline constexpr DurationMs kTellWorkEvery = seconds(1);  // work that takes less is not told of

class WorkMeter {
 public:
  WorkMeter(const runtime::Clock& clock, TellWorkDone tell);  // without `tell` nobody hears of it
  // A part of the work begins; `expected` receipts lie before it.
  void begin(std::string what, std::int64_t expected);
  void step();  // one receipt more

 private:
  const runtime::Clock& clock_;
  TellWorkDone tell_;
  WorkDone work_;
  DurationMs told_{};  // on the monotonic clock
};

}  // namespace waybill::tracker
