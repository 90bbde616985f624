#include "tracker/alerts/alert_message.h"

#include <nlohmann/json.hpp>

#include "common/crypto/hmac.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

std::string document(const AlertRule& rule, const AlertState& state, std::string_view kind, TimeMs at,
                     const AlertEvent& event) {
  return json{{"kind", kind},
              {"alert", rule.name},
              {"severity", to_string(rule.severity)},
              {"at", format_time(at)},
              {"since", state.since == TimeMs{} ? json() : json(format_time(state.since))},
              {"episode", event.episode},
              {"measure", rule.measure.words()},
              {"condition", condition_words(rule.condition, rule.measure.measured())},
              {"level", event.level},
              {"level_words", level_words(rule.condition, rule.measure.measured(), event.level)},
              {"value", event.value}}
      .dump();
}

}  // namespace

std::string event_document(const AlertRule& rule, const AlertState& state, const AlertEvent& event) {
  return document(rule, state, to_string(event.kind), event.at, event);
}

std::string test_event_document(const AlertRule& rule, const AlertState& state, TimeMs at) {
  return document(rule, state, "test", at, {AlertEventKind::raised, at, state.episode, state.level, state.value});
}

std::string webhook_body(const AlertDeliveryId& delivery, const std::string& event) {
  auto value = json::parse(event, nullptr, false);
  if (!value.is_object()) value = json::object();
  value["delivery"] = delivery.hex();
  return value.dump();
}

std::map<std::string, std::string> webhook_headers(const AlertDeliveryId& delivery, ByteView secret, TimeMs attempt,
                                                   const std::string& body) {
  const auto timestamp = std::to_string(attempt.value / 1000);
  return {{"content-type", "application/json"},
          {"user-agent", "waybill-tracker"},
          {"x-waybill-delivery", delivery.hex()},
          {"x-waybill-timestamp", timestamp},
          {"x-waybill-signature", "v1=" + to_hex(crypto::hmac_sha256(secret, timestamp + "." + body))}};
}

}  // namespace waybill::tracker
