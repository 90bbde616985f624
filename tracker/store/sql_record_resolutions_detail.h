#pragma once
#include "tracker/store/record_resolutions.h"
#include "tracker/store/sql_component_counters_detail.h"
#include "tracker/store/sql_connection_detail.h"
#include "tracker/store/sql_paths_detail.h"

namespace waybill::tracker {

class SqlRecordResolutions final : public RecordResolutions {
 public:
  explicit SqlRecordResolutions(SqlConnection& connection)
      : connection_(connection), paths_(connection), carried_(connection) {}

  Result<RecordResolution> apply(const RecordResolution& resolution, const std::vector<PathMove>& moves) override;
  Result<std::vector<RecordResolution>> all() override;

 private:
  Status check_moves(const std::vector<PathMove>& moves);
  void move_counters(std::int64_t resolution);
  SqlConnection& connection_;
  SqlPaths paths_;
  SqlComponentCounters carried_;
};

}  // namespace waybill::tracker
