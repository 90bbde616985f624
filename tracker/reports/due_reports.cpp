#include "tracker/reports/due_reports.h"

#include <deque>

namespace waybill::tracker {

namespace {

// With what is too far behind left out.
Result<DueReport> due_of(const SavedReport& report, const Schedule& schedule, TimeMs now) {
  DueReport due{report, report.next_due, {}, 0, {}};
  std::deque<TimeMs> open{report.next_due};  // the latest kMaxCaughtUp due times that have passed, and one to come
  while (open.back() + schedule.delay <= now) {
    auto next = due_after(schedule, open.back());
    if (!next) return pass_on(next);
    open.push_back(*next);
    if (open.size() <= kMaxCaughtUp + 1) continue;
    ++due.skipped;
    due.last_skipped = open.front();
    open.pop_front();
  }
  due.next_due = due.skipped > 0 ? open.front() : open[1];
  return due;
}

}  // namespace

std::optional<DueReport> next_due_report(const std::vector<SavedReport>& reports, TimeMs now,
                                         std::vector<std::int64_t>& unreadable) {
  const SavedReport* first = nullptr;
  Schedule schedule_of_first;
  for (const auto& report : reports) {
    if (report.ended || report.next_due > now) continue;
    const auto schedule = read_schedule(report.schedule);
    if (!schedule) {
      unreadable.push_back(report.id);
      continue;
    }
    if (report.next_due + schedule->delay > now) continue;
    if (first != nullptr && first->next_due <= report.next_due) continue;
    first = &report;
    schedule_of_first = *schedule;
  }
  if (first == nullptr) return std::nullopt;
  auto due = due_of(*first, schedule_of_first, now);
  if (due) return *due;
  unreadable.push_back(first->id);
  return std::nullopt;
}

}  // namespace waybill::tracker
