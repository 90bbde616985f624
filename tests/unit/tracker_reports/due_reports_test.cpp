#include "tracker/reports/due_reports.h"

#include <doctest/doctest.h>

#include "tracker/reports/time_window.h"

namespace waybill::tracker {
namespace {

TimeMs at(const std::string& text) { return parse_time(text, {}, "UTC").value(); }

SavedReport report(std::int64_t id, const std::string& schedule, const std::string& next_due) {
  SavedReport saved;
  saved.id = id;
  saved.name = "r" + std::to_string(id);
  saved.schedule = schedule;
  saved.next_due = at(next_due);
  return saved;
}

struct Answered {
  std::string due;
  std::size_t skipped;
  bool operator==(const Answered&) const = default;
};

// Everything that is due, in the order in which it is kept.
std::vector<Answered> answer_all(std::vector<SavedReport> reports, const std::string& now) {
  std::vector<Answered> all;
  std::vector<std::int64_t> unreadable;
  while (const auto due = next_due_report(reports, at(now), unreadable)) {
    all.push_back({due->report.name + " " + format_time(due->due), due->skipped});
    REQUIRE(all.size() < 1000);
    for (auto& each : reports) {
      if (each.id == due->report.id) each.next_due = due->next_due;
    }
  }
  CHECK(unreadable.empty());
  return all;
}

TEST_CASE("nothing is due before its time and its delay") {
  const auto nightly = report(1, "daily 00:00 UTC delay 120m", "2026-11-25");
  CHECK(answer_all({nightly}, "2026-11-24T23:59Z").empty());
  CHECK(answer_all({nightly}, "2026-11-25T01:59:59Z").empty());
  CHECK(answer_all({nightly}, "2026-11-25T02:00Z") == std::vector<Answered>{{"r1 2026-11-25T00:00:00Z", 0}});
  auto ended = nightly;
  ended.ended = at("2026-11-24");
  CHECK(answer_all({ended}, "2026-11-26").empty());
}

TEST_CASE("missed due times are caught up, the earliest first, whichever report's they are") {
  const std::vector reports{report(1, "daily 00:00 UTC delay 0m", "2026-11-25"),
                            report(2, "weekly mon 00:00 UTC delay 0m", "2026-11-23"),
                            report(3, "daily 00:00 UTC delay 60m", "2026-11-25")};
  CHECK(answer_all(reports, "2026-11-27T00:30Z") == std::vector<Answered>{{"r2 2026-11-23T00:00:00Z", 0},
                                                                          {"r1 2026-11-25T00:00:00Z", 0},
                                                                          {"r3 2026-11-25T00:00:00Z", 0},
                                                                          {"r1 2026-11-26T00:00:00Z", 0},
                                                                          {"r3 2026-11-26T00:00:00Z", 0},
                                                                          {"r1 2026-11-27T00:00:00Z", 0}});
}

TEST_CASE("so many of the latest are caught up; what is left out is said at the first of them") {
  const auto nightly = report(1, "daily 00:00 UTC delay 0m", "2026-01-01");
  const auto exactly = answer_all({nightly}, "2026-04-10T00:00Z");  // the hundredth midnight
  CHECK(exactly.size() == kMaxCaughtUp);
  CHECK(exactly.front() == Answered{"r1 2026-01-01T00:00:00Z", 0});
  CHECK(exactly.back() == Answered{"r1 2026-04-10T00:00:00Z", 0});
  const auto more = answer_all({nightly}, "2026-04-13T12:00Z");  // three more
  CHECK(more.size() == kMaxCaughtUp + 1);
  CHECK(more[0] == Answered{"r1 2026-01-01T00:00:00Z", 3});
  CHECK(more[1] == Answered{"r1 2026-01-04T00:00:00Z", 0});
  CHECK(more.back() == Answered{"r1 2026-04-13T00:00:00Z", 0});
  std::vector<std::int64_t> unreadable;
  CHECK(next_due_report({nightly}, at("2026-04-13T12:00Z"), unreadable)->last_skipped == at("2026-01-03"));
}

TEST_CASE("a schedule that cannot be read holds up no other report") {
  std::vector<std::int64_t> unreadable;
  const auto due = next_due_report(
      {report(1, "on the ides of march", "2026-11-20"), report(2, "daily 00:00 UTC delay 0m", "2026-11-25")},
      at("2026-11-25"), unreadable);
  REQUIRE(due.has_value());
  CHECK(due->report.id == 2);
  CHECK(unreadable == std::vector<std::int64_t>{1});
}

}  // namespace
}  // namespace waybill::tracker
