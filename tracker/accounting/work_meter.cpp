#include "tracker/accounting/work_meter.h"

namespace waybill::tracker {

namespace {

constexpr std::int64_t kLookEvery = 256;  // receipts: the clock is not asked for each

}  // namespace

WorkMeter::WorkMeter(const runtime::Clock& clock, TellWorkDone tell)
    : clock_(clock), tell_(std::move(tell)), told_(clock.monotonic()) {}

void WorkMeter::begin(std::string what, std::int64_t expected) { work_ = {std::move(what), 0, expected}; }

void WorkMeter::step() {
  ++work_.done;
  if (!tell_ || work_.done % kLookEvery != 0) return;
  const auto now = clock_.monotonic();
  if (now - told_ < kTellWorkEvery) return;
  told_ = now;
  tell_(work_);
}

}  // namespace waybill::tracker
