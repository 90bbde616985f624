#pragma once
// What `report components`, `series` and `percentile` are asked about: components of some kinds, or one by its key or
// name. For the .cpp files of this folder.
#include <optional>
#include <string>
#include <vector>

#include "tracker/cli/commands/report_filters_json.h"

namespace waybill::tracker {

inline constexpr DurationMs kFiveMinuteGrain = minutes(5);
inline constexpr std::int64_t kMaxSeriesRows = 1'000'000;

struct ComponentQuestion {
  ReportArguments filters;
  std::optional<std::string> component;
  std::vector<ComponentKind> kinds;

  // --kind: "links" (links, and those between ISPs), or one kind.
  static ComponentQuestion read(Arguments& arguments, const char* default_kind);
};

// Owner, class, content and window; the component is the caller's to set.
ComponentQuery component_query(const ReportFilters& filters);
// One query for each key that a component's name may stand for, or for each kind.
std::vector<ComponentQuery> queries_of(const ComponentQuestion& question, const ReportFilters& filters);
// Refused: a component that is not known, and more rows than kMaxSeriesRows.
Result<std::vector<ComponentBucket>> read_series(AdministrationContext& context, const ComponentQuestion& question,
                                                 const ReportFilters& filters, DurationMs grain);

}  // namespace waybill::tracker
