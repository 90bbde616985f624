#pragma once
// `watch`: asks the running tracker again and again, and shows each answer.
#include "tracker/cli/invocation_json.h"

namespace waybill::tracker {

// The exit status: 0 after `count` answers where that is given, 1 where the tracker does not answer; otherwise it goes
// on until Ctrl-C.
int run_watch(const Invocation& invocation);

}  // namespace waybill::tracker
