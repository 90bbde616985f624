#pragma once
// One trace, from the first probe to the assembled path. Blocks its thread for at most kTraceTimeout.
#include <atomic>

#include "common/protocol/path.h"
#include "common/runtime/clock.h"

namespace waybill::agent {

// An unspecified source lets the kernel choose; the path then says which it chose. Fails where tracing is impossible:
// no socket permitted, no route, every probe refused. `stop` ends it early, with what is known so far.
Result<protocol::Path> run_trace(const IpAddress& source, const IpAddress& destination, const runtime::Clock& clock,
                                 const std::atomic<bool>& stop);

}  // namespace waybill::agent
