#pragma once
// Which saved report is to be asked next. Pure.
#include <optional>
#include <vector>

#include "tracker/reports/schedule.h"
#include "tracker/store/saved_reports.h"

namespace waybill::tracker {

// Of the due times of one report that nobody answered (no tracker ran), so many of the latest are caught up.
inline constexpr std::size_t kMaxCaughtUp = 100;

struct DueReport {
  SavedReport report;
  TimeMs due{};       // that is answered now
  TimeMs next_due{};  // that is kept with the answer
  // Above 0: so many due times, from `due` up to `last_skipped`, are too far behind to be asked. What is kept at `due`
  // is a failure that says so.
  std::size_t skipped = 0;
  TimeMs last_skipped{};
  bool operator==(const DueReport&) const = default;
};

// The earliest that is due with its delay past `now`, of those that have not ended; equal ones by id. What is missed is
// given in order, one at a time: keep its answer, then ask again. Reports whose stored schedule cannot be read go into
// `unreadable`, by id.
std::optional<DueReport> next_due_report(const std::vector<SavedReport>& reports, TimeMs now,
                                         std::vector<std::int64_t>& unreadable);

}  // namespace waybill::tracker
