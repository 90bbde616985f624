#pragma once
// The program `waybill-tracker`.

namespace waybill::tracker {

// The exit status: 0 done, 1 refused or failed (one line on stderr), 2 wrong usage.
int run_command_line(int argc, char** argv);

}  // namespace waybill::tracker
