// Alerts' channels and rules.
#include <algorithm>

#include "tracker/store/sql_alerts_detail.h"

namespace waybill::tracker {

namespace {

constexpr char kRuleColumns[] = "SELECT id, name, rule, state, created, ended FROM alert_rules ";

StoredAlertRule read_rule(const SqlRow& row) {
  StoredAlertRule rule;
  rule.id = row.row_id<AlertRuleId>(0);
  rule.name = row.text(1);
  rule.rule = row.text(2);
  rule.state = row.text(3);
  rule.created = row.time(4);
  rule.ended = row.optional_time(5);
  return rule;
}

}  // namespace

bool SqlAlerts::is_channel(AlertChannelId id) {
  return connection_.query("SELECT 1 FROM alert_channels WHERE id = ? AND removed IS NULL").bind(id).step();
}

std::vector<AlertChannelId> SqlAlerts::channels_of(AlertRuleId rule) {
  std::vector<AlertChannelId> channels;
  auto rows = connection_.query("SELECT channel FROM alert_rule_channels WHERE rule = ? ORDER BY channel");
  rows.bind(rule);
  while (rows.step()) channels.push_back(rows.row_id<AlertChannelId>(0));
  return channels;
}

Result<StoredAlertChannel> SqlAlerts::add_channel(const StoredAlertChannel& channel) {
  return connection_.write([&]() -> Result<StoredAlertChannel> {
    {
      auto taken = connection_.query("SELECT 1 FROM alert_channels WHERE name = ? AND removed IS NULL");
      if (taken.bind(channel.name).step()) return refuse("there is a channel named '" + channel.name + "' already");
    }
    {
      auto count = connection_.query("SELECT count(*) FROM alert_channels WHERE removed IS NULL");
      if (count.step() && count.integer(0) >= kMaxAlertChannels) {
        return refuse("there are " + std::to_string(kMaxAlertChannels) + " channels: remove one first");
      }
    }
    auto added = channel;
    added.id = {connection_
                    .query("INSERT INTO alert_channels(name, settings, secret, created) VALUES(?, ?, ?, ?) "
                           "RETURNING id")
                    .bind(channel.name, channel.settings, Blob{channel.secret}, channel.created)
                    .run_for_id()};
    return added;
  });
}

Result<std::vector<StoredAlertChannel>> SqlAlerts::channels() {
  return connection_.read([&]() -> Result<std::vector<StoredAlertChannel>> {
    std::vector<StoredAlertChannel> all;
    auto rows = connection_.query(
        "SELECT id, name, settings, secret, created FROM alert_channels WHERE removed IS NULL ORDER BY name");
    while (rows.step()) {
      all.push_back({rows.row_id<AlertChannelId>(0), rows.text(1), rows.text(2), rows.bytes(3), rows.time(4)});
    }
    return all;
  });
}

Status SqlAlerts::remove_channel(AlertChannelId id, TimeMs at) {
  return connection_.write([&]() -> Status {
    {
      auto alone = connection_.query(
          "SELECT r.name FROM alert_rules r JOIN alert_rule_channels c ON c.rule = r.id WHERE c.channel = ? AND "
          "r.ended "
          "IS NULL AND NOT EXISTS (SELECT 1 FROM alert_rule_channels o WHERE o.rule = r.id AND o.channel <> ?) "
          "ORDER BY r.name LIMIT 1");
      if (alone.bind(id, id).step()) {
        return refuse("alert '" + alone.text(0) + "' tells this channel alone: end it, or add it anew with another");
      }
    }
    const ByteString nothing;
    const auto removed =
        connection_.query("UPDATE alert_channels SET removed = ?, secret = ? WHERE id = ? AND removed IS NULL")
            .bind(at, Blob{nothing}, id)
            .run();
    if (removed == 0) return refuse("there is no channel " + std::to_string(id.value));
    connection_.query("DELETE FROM alert_rule_channels WHERE channel = ?").bind(id).run();
    const std::string why = "the channel was removed";
    connection_.query("UPDATE alert_deliveries SET state = ?, finished = ?, error = ? WHERE channel = ? AND state = ?")
        .bind(static_cast<int>(AlertDeliveryState::failed), at, why, id, static_cast<int>(AlertDeliveryState::pending))
        .run();
    return {};
  });
}

Result<StoredAlertRule> SqlAlerts::add_rule(const StoredAlertRule& rule) {
  return connection_.write([&]() -> Result<StoredAlertRule> {
    {
      auto taken = connection_.query("SELECT 1 FROM alert_rules WHERE name = ? AND ended IS NULL");
      if (taken.bind(rule.name).step()) return refuse("there is an alert named '" + rule.name + "' already");
    }
    {
      auto count = connection_.query("SELECT count(*) FROM alert_rules WHERE ended IS NULL");
      if (count.step() && count.integer(0) >= kMaxAlertRules) {
        return refuse("there are " + std::to_string(kMaxAlertRules) + " alerts: end one first");
      }
    }
    auto added = rule;
    std::sort(added.channels.begin(), added.channels.end());
    added.channels.erase(std::unique(added.channels.begin(), added.channels.end()), added.channels.end());
    for (const auto channel : added.channels) {
      if (!is_channel(channel)) return refuse("there is no channel " + std::to_string(channel.value));
    }
    added.id = {connection_.query("INSERT INTO alert_rules(name, rule, state, created) VALUES(?, ?, ?, ?) RETURNING id")
                    .bind(rule.name, rule.rule, rule.state, rule.created)
                    .run_for_id()};
    auto links = connection_.insert_many("INSERT INTO alert_rule_channels(rule, channel) VALUES(?, ?)");
    for (const auto channel : added.channels) links.add(added.id, channel);
    links.run();
    return added;
  });
}

Result<std::vector<StoredAlertRule>> SqlAlerts::rules(bool ended_too) {
  return connection_.read([&]() -> Result<std::vector<StoredAlertRule>> {
    std::vector<StoredAlertRule> all;
    {
      auto rows = connection_.query(std::string(kRuleColumns) + (ended_too ? "" : "WHERE ended IS NULL ") +
                                    "ORDER BY name, id");
      while (rows.step()) all.push_back(read_rule(rows));
    }
    for (auto& rule : all) rule.channels = channels_of(rule.id);
    return all;
  });
}

Result<StoredAlertRule> SqlAlerts::rule(AlertRuleId id) {
  return connection_.read([&]() -> Result<StoredAlertRule> {
    StoredAlertRule rule;
    {
      auto row = connection_.query(std::string(kRuleColumns) + "WHERE id = ?");
      if (!row.bind(id).step()) return refuse("there is no alert " + std::to_string(id.value));
      rule = read_rule(row);
    }
    rule.channels = channels_of(id);
    return rule;
  });
}

Status SqlAlerts::end_rule(AlertRuleId id, TimeMs at) {
  return connection_.write([&]() -> Status {
    const auto ended =
        connection_.query("UPDATE alert_rules SET ended = ? WHERE id = ? AND ended IS NULL").bind(at, id).run();
    if (ended == 0) return refuse("there is no alert " + std::to_string(id.value) + " that could be ended");
    return {};
  });
}

}  // namespace waybill::tracker
