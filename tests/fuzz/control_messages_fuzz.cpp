// JSON on the control channel, from either side.
#include <cstdint>

#include "common/protocol/control_messages.h"
#include "common/types/check.h"

using namespace waybill;
using namespace waybill::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = parse_control_message({reinterpret_cast<const char*>(data), size});
  if (!message) return 0;
  const auto once = to_text(*message);
  const auto again = parse_control_message(once);
  WAYBILL_ASSERT(again && to_text(*again) == once, "a control message changed");
  return 0;
}
