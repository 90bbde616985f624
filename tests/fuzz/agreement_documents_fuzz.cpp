// Agreements come as files that people wrote, and as documents out of exports.
#include <cstdint>
#include <string_view>

#include "common/types/check.h"
#include "tracker/agreements/agreement_document.h"
#include "tracker/agreements/owner_action.h"
#include "tracker/agreements/pricing.h"

using namespace waybill;
using namespace waybill::tracker;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  constexpr TimeMs kNow{1'795'000'000'000};
  if (const auto agreement = read_isp_agreement(input)) {
    WAYBILL_ASSERT(check(*agreement), "an agreement was read that does not pass");
    WAYBILL_ASSERT(read_isp_agreement(document_text(*agreement)) == *agreement, "an agreement is read otherwise");
    auto calendar = LocalCalendar::of(agreement->timezone);
    WAYBILL_ASSERT(calendar, "a time zone passed that is not known");
    const auto window = calendar->month_at(kNow).window;
    const UsageBucket some{window.from, {}, true, ContentClass::file, "owner", {5'000'000'000}, 1};
    if (const auto charges = price_isp({*agreement}, {kFiveMinutes, {some}}, window)) {
      WAYBILL_ASSERT(check(*charges), "charges do not follow from their figures");
    }
    week_hours_state(agreement->grant.hours, *calendar, kNow);
  }
  if (const auto contract = read_owner_contract(input)) {
    WAYBILL_ASSERT(read_owner_contract(document_text(*contract)) == *contract, "a contract is read otherwise");
    const auto decision = owner_action(*contract, {1'000'000'000'000}, kNow);
    WAYBILL_ASSERT(decision.until || !contract->in_force(kNow), "a decision in force without an end");
  }
  return 0;
}
