#pragma once
// Reports that are asked again by a schedule, and the answers they gave. An answer is kept once for each time at which
// it was due, however many trackers run it.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

inline constexpr std::int64_t kMaxSavedReports = 1'000;        // that have not ended
inline constexpr std::size_t kMaxReportAnswerBytes = 4 << 20;  // of one kept answer

struct SavedReport {
  std::int64_t id = 0;
  std::string name;      // unique among those that have not ended
  std::string question;  // JSON: the command and its arguments (tracker/cli/administration.h)
  std::string schedule;  // text that tracker/reports reads
  TimeMs created{};
  TimeMs next_due{};            // the earliest time of the schedule whose answer is not kept yet
  std::optional<TimeMs> ended;  // no answer is due from then on; what was kept stays
  bool operator==(const SavedReport&) const = default;
};

struct ReportAnswer {
  std::int64_t report = 0;
  TimeMs due{};         // the time of the schedule that it answers
  TimeMs answered{};    // later than `due` where it was caught up
  bool failed = false;  // then `text` is the one-line reason
  std::string text;     // the command's answer, JSON
  bool operator==(const ReportAnswer&) const = default;
};

class SavedReports {
 public:
  virtual ~SavedReports() = default;

  // The id is assigned. Refused: a name in use, and one more than kMaxSavedReports.
  virtual Result<SavedReport> add(const SavedReport& report) = 0;
  virtual Result<std::vector<SavedReport>> list() = 0;  // by id, ended ones included
  virtual Status end(std::int64_t id, TimeMs at) = 0;   // refused where it is unknown or ended already

  // Keeps the answer and moves the report on to `next_due`, together. False, and nothing changes, where the answer for
  // that time is kept already or the report has ended: another tracker or a person was first. Refused: an unknown
  // report, a text of more than kMaxReportAnswerBytes.
  virtual Result<bool> keep(const ReportAnswer& answer, TimeMs next_due) = 0;
  // Without their texts, latest due first, at most `limit`.
  virtual Result<std::vector<ReportAnswer>> answers(std::int64_t report, std::int64_t limit) = 0;
  virtual Result<std::optional<ReportAnswer>> answer(std::int64_t report, TimeMs due) = 0;
};

}  // namespace waybill::tracker
