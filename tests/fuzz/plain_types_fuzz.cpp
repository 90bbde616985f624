// The small texts that come in from flags, messages and files: what is accepted is printed as it is read again.
#include <cstdint>
#include <string_view>

#include "common/types/check.h"
#include "common/types/ids.h"
#include "common/types/ip.h"
#include "common/types/money.h"

namespace {

using namespace waybill;

void check_addresses(std::string_view text) {
  if (const auto address = IpAddress::parse(text)) {
    WAYBILL_ASSERT(IpAddress::parse(address->str()) == *address, "an address changes when it is printed");
  }
  if (const auto prefix = IpPrefix::parse(text)) {
    WAYBILL_ASSERT(IpPrefix::parse(prefix->str()) == *prefix, "a prefix changes when it is printed");
    WAYBILL_ASSERT(prefix->contains(prefix->address), "a prefix lacks its own address");
  }
  if (const auto endpoint = Endpoint::parse(text)) {
    WAYBILL_ASSERT(Endpoint::parse(endpoint->str()) == *endpoint, "an endpoint changes when it is printed");
  }
}

void check_money(std::string_view text, std::string_view code) {
  const auto currency = Currency::parse(code);
  WAYBILL_ASSERT(currency, "a currency is missing");
  const auto amount = parse_money(text, *currency);
  if (!amount) return;
  WAYBILL_ASSERT(parse_money(format_exact(*amount), *currency) == *amount, "an amount changes when it is printed");
  const auto off = amount->micro_minor / 1'000'000 - round_to_minor(*amount);
  WAYBILL_ASSERT(off >= -1 && off <= 1, "rounding moves an amount by more than a minor unit");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_addresses(text);
  for (const auto* code : {"EUR", "JPY", "TND"}) check_money(text, code);
  if (const auto bytes = from_hex(text)) WAYBILL_ASSERT(to_hex(*bytes).size() == size, "hexadecimal digits are lost");
  if (const auto id = OrderId::from_hex(text)) WAYBILL_ASSERT(OrderId::from_hex(id->hex()) == *id, "an id changes");
  return 0;
}
