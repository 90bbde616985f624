#pragma once
// The only sources of time and randomness. Tests pass their own.
#include <cstdint>

#include "common/types/byte_string.h"
#include "common/types/units.h"

namespace waybill::runtime {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeMs now() const = 0;            // wall clock, UTC
  virtual DurationMs monotonic() const = 0;  // since an arbitrary start; never goes back
};

class SystemClock final : public Clock {
 public:
  TimeMs now() const override;
  DurationMs monotonic() const override;
};

class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimeMs start) : now_(start) {}
  TimeMs now() const override { return now_; }
  DurationMs monotonic() const override { return {now_.value}; }
  void set(TimeMs now) { now_ = now; }
  void advance(DurationMs by) { now_ = now_ + by; }

 private:
  TimeMs now_;
};

}  // namespace waybill::runtime
