#pragma once
#include <chrono>
#include <functional>

#include "common/runtime/event_loop.h"

namespace waybill {

// Runs the loop until the condition holds; false when it does not within a minute.
inline bool run_until(runtime::EventLoop& loop, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  runtime::Timer timer;
  bool held = false;
  std::function<void()> look = [&] {
    held = condition();
    if (held || std::chrono::steady_clock::now() > end) return loop.stop();
    timer = loop.after(DurationMs{2}, look);
  };
  timer = loop.after(DurationMs{0}, look);
  loop.run();
  return held;
}

}  // namespace waybill
