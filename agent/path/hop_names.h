#pragma once
// Router names, learnt in the background: a path never waits for them. Lives on an event loop; the look-ups run on a
// thread of its own. An address is asked for once at a time, and again only after its answer (a name, or that there is
// none) is kNameLifetime old, or kNameRetry after nobody answered.
#include <memory>

#include "agent/path/host_name.h"
#include "common/protocol/path.h"
#include "common/runtime/clock.h"
#include "common/runtime/event_loop.h"

namespace waybill::agent {

inline constexpr DurationMs kNameLifetime = hours(1);
inline constexpr DurationMs kNameRetry = seconds(10);
inline constexpr std::size_t kMaxNamesKept = 4096;  // the oldest answer makes room
inline constexpr std::size_t kMaxNamesAsked = 128;  // waiting look-ups; more are dropped until the next trace

class HopNames {
 public:
  HopNames(runtime::EventLoop& loop, const runtime::Clock& clock, HostNameLookUp look_up);
  ~HopNames();  // waits for one look-up that is under way, a few seconds at most; drops the rest

  // Asks for the routers' names that are due. Cheap: call it whenever the path is looked at. Customer-side addresses
  // are left alone: their names are nobody's business, and the receiver's is known by other means.
  void learn(const protocol::Path& path);
  // Writes the names known by now into the hops.
  void fill(protocol::Path& path) const;
  std::size_t pending() const;  // look-ups without an answer yet

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace waybill::agent
