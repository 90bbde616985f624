// What alerts told, and the outbox of deliveries.
#include "tracker/store/sql_alerts_detail.h"
#include "tracker/store/sql_filter_detail.h"

namespace waybill::tracker {

namespace {

constexpr int kPending = static_cast<int>(AlertDeliveryState::pending);
constexpr int kFailed = static_cast<int>(AlertDeliveryState::failed);

constexpr char kDeliveryColumns[] =
    "SELECT d.id, d.event, e.rule, e.happened, e.event, d.channel, d.created, d.attempts, d.next_attempt, d.state, "
    "d.finished, d.error FROM alert_deliveries d JOIN alert_events e ON e.id = d.event ";

StoredAlertDelivery read_delivery(const SqlRow& row) {
  StoredAlertDelivery delivery;
  delivery.id = row.id<AlertDeliveryId>(0);
  delivery.event = {row.row_id<AlertEventId>(1), row.row_id<AlertRuleId>(2), row.time(3), row.text(4)};
  delivery.channel = row.row_id<AlertChannelId>(5);
  delivery.created = row.time(6);
  delivery.attempts = row.integer(7);
  delivery.next_attempt = row.time(8);
  delivery.state = static_cast<AlertDeliveryState>(row.integer(9));
  delivery.finished = row.optional_time(10);
  delivery.error = row.text(11);
  return delivery;
}

}  // namespace

Status SqlAlerts::tell(AlertRuleId rule, const AlertRecord::Told& told) {
  const AlertEventId event{
      connection_.query("INSERT INTO alert_events(rule, happened, event) VALUES(?, ?, ?) RETURNING id")
          .bind(rule, told.at, told.event)
          .run_for_id()};
  for (const auto& delivery : told.deliveries) {
    if (!is_channel(delivery.channel)) return refuse("there is no channel " + std::to_string(delivery.channel.value));
    std::int64_t waiting = 0;
    {
      auto count = connection_.query("SELECT count(*) FROM alert_deliveries WHERE channel = ? AND state = ?");
      if (count.bind(delivery.channel, kPending).step()) waiting = count.integer(0);
    }
    const bool full = waiting >= kMaxPendingAlertDeliveries;
    const std::string error = full ? "not sent: the channel has " + std::to_string(waiting) + " waiting already" : "";
    connection_
        .query(
            "INSERT INTO alert_deliveries(id, event, channel, created, attempts, next_attempt, state, finished, error) "
            "VALUES(?, ?, ?, ?, 0, ?, ?, ?, ?)")
        .bind(delivery.id, event, delivery.channel, told.at, told.at, full ? kFailed : kPending,
              full ? std::optional(told.at) : std::nullopt, error)
        .run();
  }
  return {};
}

Status SqlAlerts::record(const AlertRecord& record) {
  return connection_.write([&]() -> Status {
    {
      auto known = connection_.query("SELECT 1 FROM alert_rules WHERE id = ? AND ended IS NULL");
      if (!known.bind(record.rule).step()) {
        return refuse("there is no alert " + std::to_string(record.rule.value) + ", or it has ended");
      }
    }
    if (record.state) {
      connection_.query("UPDATE alert_rules SET state = ? WHERE id = ?").bind(*record.state, record.rule).run();
    }
    return record.told ? tell(record.rule, *record.told) : Status{};
  });
}

Result<std::vector<StoredAlertEvent>> SqlAlerts::events(AlertRuleId rule, std::int64_t limit) {
  return connection_.read([&]() -> Result<std::vector<StoredAlertEvent>> {
    std::vector<StoredAlertEvent> all;
    auto rows =
        connection_.query("SELECT id, rule, happened, event FROM alert_events WHERE rule = ? ORDER BY id DESC LIMIT ?");
    rows.bind(rule, limit);
    while (rows.step()) {
      all.push_back({rows.row_id<AlertEventId>(0), rows.row_id<AlertRuleId>(1), rows.time(2), rows.text(3)});
    }
    return all;
  });
}

Result<std::optional<StoredAlertDelivery>> SqlAlerts::claim_delivery(AlertChannelId channel, TimeMs now, TimeMs until) {
  const auto sql = std::string(kDeliveryColumns) +
                   "WHERE d.channel = ? AND d.state = ? AND d.next_attempt <= ? ORDER BY d.event, d.id LIMIT 1";
  const auto find = [&]() -> Result<std::optional<StoredAlertDelivery>> {
    auto row = connection_.query(sql);
    if (!row.bind(channel, kPending, now).step()) return std::nullopt;
    return read_delivery(row);
  };
  // Mostly there is nothing to do: that must not cost a transaction that waits for its turn to write.
  if (const auto any = connection_.read(find); !any || !*any) return any;
  return connection_.write([&]() -> Result<std::optional<StoredAlertDelivery>> {
    auto found = find();
    if (!found || !*found) return found;
    auto& claimed = **found;
    ++claimed.attempts;
    claimed.next_attempt = until;
    connection_.query("UPDATE alert_deliveries SET attempts = ?, next_attempt = ? WHERE id = ?")
        .bind(claimed.attempts, claimed.next_attempt, claimed.id)
        .run();
    return found;
  });
}

Status SqlAlerts::finish_attempt(const AlertDeliveryId& id, const AlertDeliveryResult& result) {
  return connection_.write([&]() -> Status {
    const bool finished = result.state != AlertDeliveryState::pending;
    connection_
        .query(
            "UPDATE alert_deliveries SET state = ?, next_attempt = ?, finished = ?, error = ? WHERE id = ? AND "
            "state = ?")
        .bind(static_cast<int>(result.state), result.next_attempt, finished ? std::optional(result.at) : std::nullopt,
              result.error, id, kPending)
        .run();
    return {};
  });
}

Result<std::vector<StoredAlertDelivery>> SqlAlerts::deliveries(const AlertDeliveryQuery& query) {
  SqlFilter filter;
  filter.add_if("e.rule = ?", query.rule);
  filter.add_if("d.channel = ?", query.channel);
  if (query.state) filter.add_number("d.state = ?", static_cast<std::int64_t>(*query.state));
  const auto sql = kDeliveryColumns + filter.where() + " ORDER BY d.event DESC, d.id LIMIT ?";
  return connection_.read([&]() -> Result<std::vector<StoredAlertDelivery>> {
    std::vector<StoredAlertDelivery> all;
    auto rows = connection_.query(sql);
    filter.bind_to(rows);
    rows.bind(query.limit);
    while (rows.step()) all.push_back(read_delivery(rows));
    return all;
  });
}

Status SqlAlerts::forget_before(TimeMs time) {
  return connection_.write([&]() -> Status {
    connection_.query("DELETE FROM alert_deliveries WHERE state <> ? AND finished < ?").bind(kPending, time).run();
    connection_
        .query(
            "DELETE FROM alert_events WHERE happened < ? AND NOT EXISTS "
            "(SELECT 1 FROM alert_deliveries d WHERE d.event = alert_events.id)")
        .bind(time)
        .run();
    return {};
  });
}

}  // namespace waybill::tracker
