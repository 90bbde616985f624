#include "tracker/store/saved_reports.h"

#include "tracker/store/sql_saved_reports_detail.h"

namespace waybill::tracker {

Result<SavedReport> SqlSavedReports::add(const SavedReport& report) {
  return connection_.write([&]() -> Result<SavedReport> {
    {
      std::int64_t count = 0;
      auto kept = connection_.query("SELECT name FROM saved_reports WHERE ended IS NULL ORDER BY id");
      for (; kept.step(); ++count) {
        if (kept.text(0) == report.name) return refuse("there is a saved report named " + report.name + " already");
      }
      if (count >= kMaxSavedReports) {
        return refuse("there are " + std::to_string(kMaxSavedReports) + " saved reports: end one first");
      }
    }
    auto added = report;
    added.id = connection_
                   .query(
                       "INSERT INTO saved_reports(name, question, schedule, created, next_due, ended) "
                       "VALUES(?, ?, ?, ?, ?, ?) RETURNING id")
                   .bind(report.name, report.question, report.schedule, report.created, report.next_due, report.ended)
                   .run_for_id();
    return added;
  });
}

Result<std::vector<SavedReport>> SqlSavedReports::list() {
  return connection_.read([&]() -> Result<std::vector<SavedReport>> {
    std::vector<SavedReport> found;
    auto rows = connection_.query(
        "SELECT id, name, question, schedule, created, next_due, ended FROM saved_reports ORDER BY id");
    while (rows.step()) {
      found.push_back({rows.integer(0), rows.text(1), rows.text(2), rows.text(3), rows.time(4), rows.time(5),
                       rows.optional_time(6)});
    }
    return found;
  });
}

Status SqlSavedReports::end(std::int64_t id, TimeMs at) {
  return connection_.write([&]() -> Status {
    {
      auto row = connection_.query("SELECT ended FROM saved_reports WHERE id = ?");
      if (!row.bind(id).step()) return refuse("there is no saved report " + std::to_string(id));
      if (row.optional_time(0)) return refuse("saved report " + std::to_string(id) + " has ended already");
    }
    connection_.query("UPDATE saved_reports SET ended = ? WHERE id = ?").bind(at, id).run();
    return {};
  });
}

Result<bool> SqlSavedReports::keep(const ReportAnswer& answer, TimeMs next_due) {
  if (answer.text.size() > kMaxReportAnswerBytes) {
    return refuse("the answer has " + std::to_string(answer.text.size()) + " bytes, more than are kept");
  }
  return connection_.write([&]() -> Result<bool> {
    {
      auto row = connection_.query("SELECT ended FROM saved_reports WHERE id = ?");
      if (!row.bind(answer.report).step()) return refuse("there is no saved report " + std::to_string(answer.report));
      if (row.optional_time(0)) return false;
    }
    {
      auto kept = connection_.query("SELECT 1 FROM report_answers WHERE report = ? AND due = ?");
      if (kept.bind(answer.report, answer.due).step()) return false;
    }
    connection_.query("INSERT INTO report_answers(report, due, answered, failed, text) VALUES(?, ?, ?, ?, ?)")
        .bind(answer.report, answer.due, answer.answered, answer.failed, answer.text)
        .run();
    connection_.query("UPDATE saved_reports SET next_due = ? WHERE id = ?").bind(next_due, answer.report).run();
    return true;
  });
}

Result<std::vector<ReportAnswer>> SqlSavedReports::answers(std::int64_t report, std::int64_t limit) {
  return connection_.read([&]() -> Result<std::vector<ReportAnswer>> {
    std::vector<ReportAnswer> found;
    auto rows = connection_.query(
        "SELECT due, answered, failed FROM report_answers WHERE report = ? ORDER BY due DESC LIMIT ?");
    rows.bind(report, limit);
    while (rows.step()) found.push_back({report, rows.time(0), rows.time(1), rows.flag(2), {}});
    return found;
  });
}

Result<std::optional<ReportAnswer>> SqlSavedReports::answer(std::int64_t report, TimeMs due) {
  return connection_.read([&]() -> Result<std::optional<ReportAnswer>> {
    auto row = connection_.query("SELECT answered, failed, text FROM report_answers WHERE report = ? AND due = ?");
    if (!row.bind(report, due).step()) return std::optional<ReportAnswer>();
    return std::optional(ReportAnswer{report, due, row.time(0), row.flag(1), row.text(2)});
  });
}

}  // namespace waybill::tracker
