#pragma once
// Alerts: rules with how they stand, channels, what was told, and the outbox of deliveries. An alert that is raised is
// on disk together with its deliveries, and a delivery keeps its id for ever: whoever gets it twice can tell.
//
// Rules, states, events and channels' settings are texts (JSON) that tracker/alerts writes and reads; the store keeps
// them as they are.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/types/ids.h"
#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

struct AlertRuleIdTag {};
struct AlertChannelIdTag {};
struct AlertEventIdTag {};
using AlertRuleId = RowId<AlertRuleIdTag>;
using AlertChannelId = RowId<AlertChannelIdTag>;
using AlertEventId = RowId<AlertEventIdTag>;  // ascends in the order of recording

struct AlertDeliveryIdTag {
  static constexpr const char* name = "delivery id";
};
using AlertDeliveryId = ByteId<AlertDeliveryIdTag, 16>;  // random

inline constexpr std::int64_t kMaxAlertChannels = 100;
inline constexpr std::int64_t kMaxAlertRules = 1000;
// What a channel may have waiting. Further deliveries are recorded as failed at once: seen, and bounded.
inline constexpr std::int64_t kMaxPendingAlertDeliveries = 1000;

struct StoredAlertChannel {
  AlertChannelId id;
  std::string name;      // unique among those that are not removed
  std::string settings;  // tracker/alerts/channel.h
  ByteString secret;     // signs or authenticates; wiped with the removal. Never shown, never logged
  TimeMs created{};
  bool operator==(const StoredAlertChannel&) const = default;
};

struct StoredAlertRule {
  AlertRuleId id;
  std::string name;  // unique among those that have not ended
  std::string rule;  // tracker/alerts/alert_rule.h
  std::string state;
  std::vector<AlertChannelId> channels;  // ascending; none: all that there are when there is something to tell
  TimeMs created{};
  std::optional<TimeMs> ended;
  bool operator==(const StoredAlertRule&) const = default;
};

struct StoredAlertEvent {
  AlertEventId id;
  AlertRuleId rule;
  TimeMs at{};
  std::string event;  // tracker/alerts/alert_message.h
  bool operator==(const StoredAlertEvent&) const = default;
};

// Stored in the database: never renumbered.
enum class AlertDeliveryState : int { pending = 1, delivered = 2, failed = 3 };

struct StoredAlertDelivery {
  AlertDeliveryId id;
  StoredAlertEvent event;
  AlertChannelId channel;
  TimeMs created{};
  std::int64_t attempts = 0;  // begun ones
  TimeMs next_attempt{};      // not before; of a pending one
  AlertDeliveryState state = AlertDeliveryState::pending;
  std::optional<TimeMs> finished;  // delivered or failed then
  std::string error;               // of the last attempt; empty: none failed
  bool operator==(const StoredAlertDelivery&) const = default;
};

// One step of an alert, recorded whole or not at all.
struct AlertRecord {
  AlertRuleId rule;
  std::optional<std::string> state;  // absent: unchanged
  struct Told {
    TimeMs at{};
    std::string event;
    struct Delivery {
      AlertDeliveryId id;
      AlertChannelId channel;
    };
    std::vector<Delivery> deliveries;  // due at once; ids that were never used
  };
  std::optional<Told> told;
};

// How an attempt went.
struct AlertDeliveryResult {
  AlertDeliveryState state = AlertDeliveryState::pending;
  TimeMs at{};
  TimeMs next_attempt{};  // of one that stays pending
  std::string error;      // empty where it was delivered
};

struct AlertDeliveryQuery {
  std::optional<AlertRuleId> rule = {};
  std::optional<AlertChannelId> channel = {};
  std::optional<AlertDeliveryState> state = {};
  std::int64_t limit = 100;
};

// On the store's thread. Refusals change nothing.
class Alerts {
 public:
  virtual ~Alerts() = default;

  virtual Result<StoredAlertChannel> add_channel(const StoredAlertChannel& channel) = 0;  // the id is assigned
  virtual Result<std::vector<StoredAlertChannel>> channels() = 0;                         // by name; removed ones not
  // Refused while a rule tells this channel alone. Its pending deliveries fail, saying why.
  virtual Status remove_channel(AlertChannelId id, TimeMs at) = 0;

  virtual Result<StoredAlertRule> add_rule(const StoredAlertRule& rule) = 0;  // the id is assigned
  virtual Result<std::vector<StoredAlertRule>> rules(bool ended_too) = 0;     // by name, then time
  virtual Result<StoredAlertRule> rule(AlertRuleId id) = 0;                   // refused where there is none
  virtual Status end_rule(AlertRuleId id, TimeMs at) = 0;

  // Refused for a rule that has ended, or a channel that was removed.
  virtual Status record(const AlertRecord& record) = 0;
  virtual Result<std::vector<StoredAlertEvent>> events(AlertRuleId rule, std::int64_t limit) = 0;  // latest first

  // The oldest pending delivery of this channel that is due, if there is one: an attempt begins, and nobody else gets
  // it before `until`, by when the attempt has ended or died with its process.
  virtual Result<std::optional<StoredAlertDelivery>> claim_delivery(AlertChannelId channel, TimeMs now,
                                                                    TimeMs until) = 0;
  // Of a pending one; one that is finished stays as it is.
  virtual Status finish_attempt(const AlertDeliveryId& id, const AlertDeliveryResult& result) = 0;
  virtual Result<std::vector<StoredAlertDelivery>> deliveries(const AlertDeliveryQuery& query) = 0;  // latest first
  // Deliveries that were finished before then, and events of before then that have none.
  virtual Status forget_before(TimeMs time) = 0;
};

}  // namespace waybill::tracker
