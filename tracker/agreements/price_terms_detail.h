#pragma once
// Which agreement and which month a bucket falls under. For the .cpp files of this folder.
#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "tracker/agreements/pricing.h"

namespace waybill::tracker {

// The index of the version whose term touches [start, end): where two do, the one named `id`, else the later.
template <typename Version>
std::optional<std::size_t> version_touching(const std::vector<Version>& versions, TimeMs start, TimeMs end,
                                            AgreementId id) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const auto& version = versions[i];
    if (version.from >= end || (version.until && *version.until <= start)) continue;
    if (id && version.id == id) return i;
    if (!found || versions[*found].from < version.from) found = i;
  }
  return found;
}

inline std::vector<LocalMonth> months_of(const TimeWindow& window, LocalCalendar& calendar) {
  std::vector<LocalMonth> months{calendar.month_at(window.from)};
  while (months.back().window.until < window.until) months.push_back(calendar.month_after(months.back()));
  return months;
}

inline std::size_t month_index(const std::vector<LocalMonth>& months, TimeMs at) {
  std::size_t index = 0;
  while (index + 1 < months.size() && at >= months[index].window.until) ++index;
  return index;
}

// One agreement within one month.
struct TermKey {
  std::size_t month = 0;
  std::size_t version = 0;
  auto operator<=>(const TermKey&) const = default;
};

// Refused where the window holds a part only of the span of terms that are of the whole month.
Status check_whole(const TermSpan& term, const TimeWindow& window);

// Sorts the lines by key, adds up, and asserts nothing: `currencies` stand in the totals even without a line.
Result<Charges> finish_charges(std::vector<ChargeLine> lines, const std::vector<Currency>& currencies,
                               AckedBytes unpriced);

// Sum of the amounts, as the quantity of a shortfall or a surcharge.
Result<std::int64_t> sum_of(const std::vector<ChargeLine>& lines);

}  // namespace waybill::tracker
