#include "common/runtime/random.h"

#include "common/types/check.h"

namespace waybill::runtime {

Random Random::from_system() {
  std::random_device device;
  return Random(std::uint64_t{device()} << 32 | device());
}

std::uint64_t Random::below(std::uint64_t limit) {
  WAYBILL_ASSERT(limit > 0, "there is no number below zero");
  // Numbers at the top that would make the small remainders more frequent are drawn again. Written out because the
  // standard library's distributions differ between implementations.
  const std::uint64_t usable = UINT64_MAX - UINT64_MAX % limit;
  for (;;) {
    const auto value = next();
    if (value < usable) return value % limit;
  }
}

}  // namespace waybill::runtime
