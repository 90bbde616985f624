#include <fmt/format.h>

#include "tracker/agreements/price_terms_detail.h"

namespace waybill::tracker {

Status check_whole(const TermSpan& term, const TimeWindow& window) {
  if (term.empty() || (window.from <= term.span.from && term.span.until <= window.until)) return {};
  return refuse(
      fmt::format("the terms in force in {} are of the month (tiers, a minimum, a percentile or a fee): "
                  "price whole months",
                  term.month.name()));
}

Result<Charges> finish_charges(std::vector<ChargeLine> lines, const std::vector<Currency>& currencies,
                               AckedBytes unpriced) {
  std::sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return key_of(a) < key_of(b); });
  auto totals = total_charges(lines, currencies);
  if (!totals) return pass_on(totals);
  return Charges{std::move(lines), std::move(*totals), unpriced};
}

Result<std::int64_t> sum_of(const std::vector<ChargeLine>& lines) {
  std::int64_t sum = 0;
  for (const auto& line : lines) {
    const auto added = add_minor(sum, line.amount_minor);
    if (!added) return added;
    sum = *added;
  }
  return sum;
}

}  // namespace waybill::tracker
