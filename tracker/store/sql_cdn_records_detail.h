#pragma once
#include "tracker/store/cdn_records.h"
#include "tracker/store/sql_connection_detail.h"

namespace waybill::tracker {

class SqlCdnRecords final : public CdnRecords {
 public:
  explicit SqlCdnRecords(SqlConnection& connection) : connection_(connection) {}

  Result<std::vector<bool>> known(const std::vector<RequestId>& ids) override;
  Status add(const std::vector<CdnRecord>& records) override;
  Status each(const std::function<Status(const CdnRecord&)>& visit) override;

 private:
  SqlConnection& connection_;
};

}  // namespace waybill::tracker
