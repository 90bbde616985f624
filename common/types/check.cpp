#include "common/types/check.h"

#include <cstdio>
#include <cstdlib>

namespace waybill {

void abort_with(const char* file, int line, const char* condition, const char* message) {
  std::fprintf(stderr, "waybill: this is a bug in Waybill: %s (%s) at %s:%d\n", message, condition, file, line);
  std::abort();
}

}  // namespace waybill
