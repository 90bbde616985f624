#pragma once
// The sender's word on which way its bytes take (patent FIG. 2B, 252), found without privilege and never in the way of
// the transfer itself. Lives on an event loop; traces run one after another on a thread of their own.
#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "agent/path/host_name.h"
#include "common/protocol/path.h"
#include "common/runtime/clock.h"
#include "common/runtime/event_loop.h"

namespace waybill::agent {

// What performs one trace; run_trace (trace_run.h) but for tests. Runs on the tracer's thread. `meanwhile` takes what
// is known while it goes on.
using TraceFunction = std::function<Result<protocol::Path>(const IpAddress& source, const IpAddress& destination,
                                                           const std::atomic<bool>& stop,
                                                           const std::function<void(protocol::Path)>& meanwhile)>;

struct PathTracerOptions {
  DurationMs cache_lifetime = minutes(10);  // routes change seldom; receipts come every few seconds
  std::size_t cache_limit = 512;            // (source, destination) pairs; about 3 KB each
  int traces_per_minute = 120;              // a trace is at most 90 packets of 40 bytes
  std::size_t queue_limit = 64;             // traces that wait for their turn
  std::size_t waiting_limit = 64;           // callbacks that wait for one trace
  TraceFunction trace;                      // empty: the real one
  HostNameLookUp look_up;                   // empty: the system's resolver
};

class PathTracer {
 public:
  PathTracer(runtime::EventLoop& loop, const runtime::Clock& clock, PathTracerOptions options = {});
  // On the loop's thread. Ends the trace that is under way; callbacks still waiting are dropped uncalled.
  ~PathTracer();

  // Calls `done` once, later, on the loop: with the cached path where it is fresh, with a measured one within about
  // kTraceTimeout of its turn otherwise. One trace a destination runs at a time; whoever asks meanwhile shares it.
  // Where nothing can be measured (no socket permitted, no route, a link-local or multicast destination, the budget or
  // a queue spent) it gets the last path known, however old, else one with PathMethod::none. An unspecified source lets
  // the kernel choose.
  void trace(const IpAddress& source, const IpAddress& destination, std::function<void(protocol::Path)> done);

  // The last path found, however old, with the router names learnt since: that of a trace that goes on, too. For the
  // receipt that is being written.
  std::optional<protocol::Path> latest(const IpAddress& source, const IpAddress& destination) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace waybill::agent
