#pragma once
// Alerts and channels by name, and deliveries as rows. For the .cpp files of this folder.
#include <string>

#include "tracker/cli/commands/answer_json.h"
#include "tracker/store/alerts.h"

namespace waybill::tracker {

Result<StoredAlertRule> alert_named(Alerts& alerts, const std::string& name);  // one that has not ended
Result<StoredAlertChannel> channel_named(Alerts& alerts, const std::string& name);
Result<nlohmann::json> delivery_rows(Alerts& alerts, const AlertDeliveryQuery& query);
std::vector<SheetColumn> delivery_columns();

}  // namespace waybill::tracker
