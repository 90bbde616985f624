#pragma once
#include <map>

#include "common/types/bounded_cache.h"
#include "tracker/store/accounts.h"
#include "tracker/store/sql_connection_detail.h"
#include "tracker/store/sql_filter_detail.h"

namespace waybill::tracker {

class SqlAccounts final : public Accounts {
 public:
  explicit SqlAccounts(SqlConnection& connection) : connection_(connection) {}

  Status add(const std::vector<AccountChange>& changes) override;
  Result<std::vector<AccountRow>> query(const AccountQuery& query) override;
  Status each(const std::function<Status(const AccountChange&)>& visit) override;
  Status each_span(const std::function<Status(const AccountSpan&)>& visit) override;
  Result<std::vector<ComponentRecord>> component_records(const ComponentQuery& query, std::int64_t limit) override;
  Result<std::vector<ComponentSum>> component_sums(const ComponentQuery& query) override;
  Result<std::vector<ComponentBucket>> component_series(const ComponentQuery& query, DurationMs grain,
                                                        std::int64_t limit) override;
  Result<std::vector<ComponentRow>> component_rows(const ComponentQuery& components,
                                                   const AccountQuery& query) override;
  Status each_component_counter(const std::function<Status(const ComponentCounter&)>& visit) override;
  Result<std::vector<UplinkCounter>> uplink_series(IspId isp, TimeMs since, TimeMs until) override;
  Status each_uplink_counter(const std::function<Status(const UplinkCounter&)>& visit) override;
  Result<std::vector<UnacknowledgedCounter>> unacknowledged_series(const UnacknowledgedQuery& query) override;
  Status each_unacknowledged_counter(const std::function<Status(const UnacknowledgedCounter&)>& visit) override;

 private:
  using ComponentSeries = std::map<std::pair<std::string, std::int64_t>, Counters>;  // by key and number of the span
  std::vector<std::int64_t> object_rows(const std::vector<AccountChange>& changes);
  void find_objects(std::map<AccountObject, std::int64_t>& objects);
  void add_objects(std::map<AccountObject, std::int64_t>& objects);
  std::vector<SpanRange> ranges_for(const AccountQuery& query, const SqlFilter& filter);
  // What the counters do not say, from the receipts.
  void sum_receipts(const ComponentQuery& query, std::map<std::int64_t, Counters>& sums);
  void sum_receipts_by(const ComponentQuery& query, DurationMs grain, ComponentSeries& series);
  std::vector<ComponentSum> described(const std::map<std::int64_t, Counters>& sums);

  SqlConnection& connection_;
  BoundedCache<ByteString, std::int64_t> known_{1 << 17};
  std::int64_t rollbacks_ = 0;  // of the connection when known_ was last valid
};

}  // namespace waybill::tracker
