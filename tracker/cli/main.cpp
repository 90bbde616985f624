#include "tracker/cli/command_line.h"

int main(int argc, char** argv) { return waybill::tracker::run_command_line(argc, argv); }
