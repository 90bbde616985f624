#pragma once
#include "tracker/store/alerts.h"
#include "tracker/store/sql_connection_detail.h"

namespace waybill::tracker {

class SqlAlerts final : public Alerts {
 public:
  explicit SqlAlerts(SqlConnection& connection) : connection_(connection) {}

  Result<StoredAlertChannel> add_channel(const StoredAlertChannel& channel) override;
  Result<std::vector<StoredAlertChannel>> channels() override;
  Status remove_channel(AlertChannelId id, TimeMs at) override;

  Result<StoredAlertRule> add_rule(const StoredAlertRule& rule) override;
  Result<std::vector<StoredAlertRule>> rules(bool ended_too) override;
  Result<StoredAlertRule> rule(AlertRuleId id) override;
  Status end_rule(AlertRuleId id, TimeMs at) override;

  Status record(const AlertRecord& record) override;
  Result<std::vector<StoredAlertEvent>> events(AlertRuleId rule, std::int64_t limit) override;

  Result<std::optional<StoredAlertDelivery>> claim_delivery(AlertChannelId channel, TimeMs now, TimeMs until) override;
  Status finish_attempt(const AlertDeliveryId& id, const AlertDeliveryResult& result) override;
  Result<std::vector<StoredAlertDelivery>> deliveries(const AlertDeliveryQuery& query) override;
  Status forget_before(TimeMs time) override;

 private:
  bool is_channel(AlertChannelId id);  // one that is not removed
  std::vector<AlertChannelId> channels_of(AlertRuleId rule);
  Status tell(AlertRuleId rule, const AlertRecord::Told& told);

  SqlConnection& connection_;
};

}  // namespace waybill::tracker
