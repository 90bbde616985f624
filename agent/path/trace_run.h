#pragma once
// One trace, from the first probe to the assembled path. Blocks its thread for at most kTraceTimeout.
#include <atomic>
#include <functional>

#include "common/protocol/path.h"
#include "common/runtime/clock.h"

namespace waybill::agent {

// An unspecified source lets the kernel choose; the path then says which it chose. Fails where tracing is impossible:
// no socket permitted, no route, every probe refused. `stop` ends it early, with what is known so far. `meanwhile` gets
// what is known before it waits for routers that answer seldom (kLimitRefill), where it has to.
Result<protocol::Path> run_trace(const IpAddress& source, const IpAddress& destination, const runtime::Clock& clock,
                                 const std::atomic<bool>& stop, const std::function<void(protocol::Path)>& meanwhile);

}  // namespace waybill::agent
