#include "agent/cli/command_line.h"

int main(int argc, char** argv) { return waybill::cli::run_command_line(argc, argv); }
