#include "tracker/store/policies.h"

#include <algorithm>

#include "tracker/store/sql_policies_detail.h"
#include "tracker/store/sql_registry_detail.h"

namespace waybill::tracker {

Result<StoredPolicy> SqlPolicies::add_policy(const StoredPolicy& policy) {
  return connection_.write([&]() -> Result<StoredPolicy> {
    if (policy.valid_until && *policy.valid_until <= policy.valid_from) {
      return refuse("the policy ends before it begins");
    }
    {
      auto count = connection_.query("SELECT count(*) FROM policies WHERE valid_until IS NULL OR valid_until > ?");
      if (count.bind(policy.created).step() && count.integer(0) >= kMaxPoliciesKept) {
        return refuse("there are " + std::to_string(kMaxPoliciesKept) + " policies: end one first");
      }
    }
    auto added = policy;
    added.id = connection_
                   .query(
                       "INSERT INTO policies(document, created, valid_from, valid_until) VALUES(?, ?, ?, ?) "
                       "RETURNING id")
                   .bind(policy.document, policy.created, policy.valid_from, policy.valid_until)
                   .run_for_id();
    raise_registry_version(connection_);
    return added;
  });
}

Result<std::vector<StoredPolicy>> SqlPolicies::policies() {
  return connection_.read([&]() -> Result<std::vector<StoredPolicy>> {
    std::vector<StoredPolicy> found;
    auto rows = connection_.query("SELECT id, document, created, valid_from, valid_until FROM policies ORDER BY id");
    while (rows.step()) {
      found.push_back({rows.integer(0), rows.text(1), rows.time(2), rows.time(3), rows.optional_time(4)});
    }
    return found;
  });
}

Status SqlPolicies::end_policy(std::int64_t id, TimeMs at) {
  return connection_.write([&]() -> Status {
    TimeMs end = at;
    {
      auto row = connection_.query("SELECT valid_from, valid_until FROM policies WHERE id = ?");
      if (!row.bind(id).step()) return refuse("there is no policy " + std::to_string(id));
      const auto until = row.optional_time(1);
      if (until && *until <= at) return refuse("policy " + std::to_string(id) + " ends before that already");
      end = std::max(at, row.time(0));
    }
    connection_.query("UPDATE policies SET valid_until = ? WHERE id = ?").bind(end, id).run();
    raise_registry_version(connection_);
    return {};
  });
}

}  // namespace waybill::tracker
