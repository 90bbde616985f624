#pragma once
// In which order components are shown by their rates. Pure.
#include <string>
#include <string_view>
#include <vector>

#include "common/types/result.h"
#include "tracker/reports/rate_samples.h"

namespace waybill::tracker {

// `name`: by the component's key, rising. The others: the most first, equals by key.
enum class RateOrder { percentile, peak, bytes, name };
Result<RateOrder> parse_rate_order(std::string_view text);  // as they are called here

struct ComponentRate {
  std::string key;
  RateFigures figures;
};
void order_rates(std::vector<ComponentRate>& rates, RateOrder order);

}  // namespace waybill::tracker
