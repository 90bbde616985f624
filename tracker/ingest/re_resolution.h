#pragma once
// The records of a window resolved again: what later tables make of the raw hops in the stored receipts, beside what
// the records say. Only what differs moves; a path that comes out the same keeps the version that first resolved it.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tracker/accounting/work_meter.h"
#include "tracker/paths/path_tables.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

// Receipts that one run looks at: what it must remember of them is some 100 bytes each.
inline constexpr std::int64_t kMaxReResolved = 2'000'000;

struct ComponentDifference {
  ComponentKind kind{};
  std::string label;  // as resolved again, or as it was where it is no more
  Counters before;    // over the receipts of the window
  Counters after;
};
struct PathDifference {
  std::vector<std::string> before;  // the components' keys, in order
  std::vector<std::string> after;
  std::string printed;  // as resolved again
  Counters counters;
};
struct ReResolutionPlan {
  RecordResolution resolution;                            // `changed` is what would change
  std::map<std::string, ComponentDifference> components;  // by key: all of those on the paths that differ
  std::vector<PathDifference> paths;                      // those that carried most first
  std::vector<PathMove> moves;
};

// Inside a transaction of the store, so that it is applied to what it looked at. Refused: more than kMaxReResolved
// receipts. A stored receipt that cannot be read is a failure that names it: the audit shows such, too.
Result<ReResolutionPlan> plan_re_resolution(Store& store, const PathTables& tables, TimeMs since,
                                            std::optional<TimeMs> until, TimeMs now, WorkMeter* meter = nullptr);

}  // namespace waybill::tracker
