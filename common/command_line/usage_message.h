#pragma once
// What to say of a command line that cannot be understood.
#include <string>

namespace CLI {
class App;
class Error;
}  // namespace CLI

namespace waybill {

// One line, without the program's name. `program` has parsed as far as it could. Words that were typed stand in it as
// they are: the caller makes them printable.
std::string usage_message(const CLI::App& program, const CLI::Error& error);

}  // namespace waybill
