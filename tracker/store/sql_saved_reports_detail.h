#pragma once
#include "tracker/store/saved_reports.h"
#include "tracker/store/sql_connection_detail.h"

namespace waybill::tracker {

class SqlSavedReports final : public SavedReports {
 public:
  explicit SqlSavedReports(SqlConnection& connection) : connection_(connection) {}

  Result<SavedReport> add(const SavedReport& report) override;
  Result<std::vector<SavedReport>> list() override;
  Status end(std::int64_t id, TimeMs at) override;
  Result<bool> keep(const ReportAnswer& answer, TimeMs next_due) override;
  Result<std::vector<ReportAnswer>> answers(std::int64_t report, std::int64_t limit) override;
  Result<std::optional<ReportAnswer>> answer(std::int64_t report, TimeMs due) override;

 private:
  SqlConnection& connection_;
};

}  // namespace waybill::tracker
