#pragma once
// Our own bugs. A failed assertion prints one line and aborts, in every build: state that we no longer understand must
// not be written to the books. Never use it on anything that came from outside.

namespace waybill {

[[noreturn]] void abort_with(const char* file, int line, const char* condition, const char* message);

}  // namespace waybill

#define WAYBILL_ASSERT(condition, message) \
  ((condition) ? static_cast<void>(0) : ::waybill::abort_with(__FILE__, __LINE__, #condition, message))
