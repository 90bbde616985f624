#pragma once
#include <map>

#include "tracker/store/objects.h"
#include "tracker/store/sql_connection_detail.h"

namespace waybill::tracker {

class SqlObjects final : public Objects {
 public:
  explicit SqlObjects(SqlConnection& connection) : connection_(connection) {}

  Result<std::shared_ptr<const MeasuringObjects>> objects() override;
  Result<MeasuringObject> add_object(const MeasuringObject& object) override;
  Status end_object(std::int64_t id, TimeMs at, Quarter until) override;
  Status add_changes(const ObjectChanges& changes) override;
  Result<std::vector<ObjectMember>> members(std::int64_t object) override;
  Result<std::vector<std::int64_t>> measuring(const std::string& member) override;
  Result<std::vector<ObjectChange>> counters(std::int64_t object) override;
  Result<Counters> total(std::int64_t object, Quarter since, Quarter until) override;
  Status each_counter(const std::function<Status(const ObjectChange&)>& visit) override;

 private:
  std::int64_t latest_change();
  MeasuringObjects load();
  void add_members(const std::vector<ObjectMember>& members);

  SqlConnection& connection_;
  std::shared_ptr<const MeasuringObjects> known_;
  std::int64_t known_change_ = -1;
  std::int64_t rollbacks_ = 0;  // of the connection when known_ was last valid
};

}  // namespace waybill::tracker
