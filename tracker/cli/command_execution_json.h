#pragma once
// Where a command runs: in the running tracker, beside it, or here. For the .cpp files of this folder.
#include "common/types/result.h"
#include "tracker/cli/invocation_json.h"

namespace waybill::tracker {

// Always an answer in the form of administration.h.
//  - What reads only runs here, on a read-only store, whether a tracker runs or not: a long report neither waits for
//    nor holds up the thread that stores receipts.
//  - What changes something goes to the running tracker; where none runs, this process takes the lock and does it.
//  - Live commands go to the running tracker, or are refused.
nlohmann::json run_command(const Invocation& invocation);

// `serve`: the exit status.
int run_server(const Invocation& invocation);

// `verify`: the answer; needs no data directory.
nlohmann::json run_verification(const nlohmann::json& arguments);

}  // namespace waybill::tracker
