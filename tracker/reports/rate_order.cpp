#include "tracker/reports/rate_order.h"

#include <algorithm>

#include <fmt/format.h>

namespace waybill::tracker {

Result<RateOrder> parse_rate_order(std::string_view text) {
  if (text == "percentile") return RateOrder::percentile;
  if (text == "peak") return RateOrder::peak;
  if (text == "bytes") return RateOrder::bytes;
  if (text == "name") return RateOrder::name;
  return refuse(fmt::format("'{}' is not an order (one of percentile, peak, bytes, name)", text));
}

void order_rates(std::vector<ComponentRate>& rates, RateOrder order) {
  std::sort(rates.begin(), rates.end(), [order](const auto& a, const auto& b) {
    const auto& x = a.figures;
    const auto& y = b.figures;
    if (order == RateOrder::percentile && x.percentile != y.percentile) return x.percentile > y.percentile;
    if (order == RateOrder::peak && x.peak != y.peak) return x.peak > y.peak;
    if (order == RateOrder::bytes && x.total != y.total) return x.total > y.total;
    return a.key < b.key;
  });
}

}  // namespace waybill::tracker
