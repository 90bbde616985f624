#pragma once
// The command surface of waybill-agent (design section 8).

namespace waybill::cli {

// Runs one command. Exit status: 0 done; 1 refused or failed, one line on stderr saying what and what to do; 2 wrong
// usage.
int run_command_line(int argc, char** argv);

}  // namespace waybill::cli
