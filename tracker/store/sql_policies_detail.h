#pragma once
#include "tracker/store/policies.h"
#include "tracker/store/sql_connection_detail.h"

namespace waybill::tracker {

class SqlPolicies final : public Policies {
 public:
  explicit SqlPolicies(SqlConnection& connection) : connection_(connection) {}

  Result<StoredPolicy> add_policy(const StoredPolicy& policy) override;
  Result<std::vector<StoredPolicy>> policies() override;
  Status end_policy(std::int64_t id, TimeMs at) override;

 private:
  SqlConnection& connection_;
};

}  // namespace waybill::tracker
