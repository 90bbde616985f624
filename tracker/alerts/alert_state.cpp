#include "tracker/alerts/alert_state.h"

#include "common/protocol/utf8.h"
#include "tracker/alerts/document_fields_json.h"
#include "tracker/alerts/plain_text.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

// The longest that a silence may be: a forgotten one must end by itself.
constexpr DurationMs kMaxSilence = hours(24 * 366);
constexpr std::size_t kMaxPersonBytes = 100;

Status check_person(const std::string& by, const std::string& why, bool reason_needed) {
  if (auto ok = check_plain_text("--by", by, kMaxPersonBytes); !ok) return ok;
  if (why.empty() && !reason_needed) return {};
  return check_plain_text("--why", why, kMaxReasonBytes);
}

}  // namespace

bool is_silent(const AlertState& state, TimeMs now) { return state.silence && now < state.silence->until; }

Result<AlertState> acknowledge(AlertState state, std::string by, std::string why, TimeMs now) {
  if (auto ok = check_person(by, why, false); !ok) return pass_on(ok);
  if (!state.raised) return refuse("the alert is not raised: there is nothing to acknowledge");
  if (state.acknowledged) return refuse("the alert was acknowledged already, by " + state.acknowledged->by);
  state.acknowledged = AlertAcknowledgement{now, std::move(by), std::move(why)};
  return state;
}

Result<AlertState> silence(AlertState state, TimeMs until, std::string by, std::string why, TimeMs now) {
  if (auto ok = check_person(by, why, true); !ok) return pass_on(ok);
  if (until <= now) return refuse("the silence would be over before it begins: --until lies in the past");
  if (until - now > kMaxSilence) return refuse("a silence lasts 366 days at most: `alert end` ends an alert for good");
  state.silence = AlertSilence{until, now, std::move(by), std::move(why)};
  return state;
}

Result<AlertState> end_silence(AlertState state, TimeMs now) {
  if (!is_silent(state, now)) return refuse("the alert is not silenced");
  state.silence.reset();
  return state;
}

AlertState with_fault(AlertState state, std::string_view why) {
  state.fault = protocol::printable_text(why, kMaxFaultBytes);
  return state;
}

std::string state_document(const AlertState& state) {
  json value = {{"raised", state.raised},
                {"since", state.since.value},
                {"episode", state.episode},
                {"level", state.level},
                {"value", state.value},
                {"evaluated", state.evaluated.value},
                {"told_raised", state.told_raised},
                {"told_at", state.told_at.value},
                {"fault", state.fault}};
  if (const auto& seen = state.acknowledged) {
    value["acknowledged"] = {{"at", seen->at.value}, {"by", seen->by}, {"why", seen->why}};
  }
  if (const auto& quiet = state.silence) {
    value["silence"] = {{"until", quiet->until.value}, {"at", quiet->at.value}, {"by", quiet->by}, {"why", quiet->why}};
  }
  return value.dump();
}

Result<AlertState> parse_state(std::string_view document) {
  const auto value = parse_document(document, kMaxStateDocumentBytes);
  DocumentFields fields(value);
  AlertState state;
  state.raised = fields.flag("raised");
  state.since = fields.time("since");
  state.episode = fields.integer("episode");
  state.level = fields.integer("level");
  state.value = fields.integer("value");
  state.evaluated = fields.time("evaluated");
  state.told_raised = fields.flag("told_raised");
  state.told_at = fields.time("told_at");
  state.fault = fields.text("fault");
  if (fields.has("acknowledged")) {
    DocumentFields seen(fields.object("acknowledged"));
    state.acknowledged = AlertAcknowledgement{seen.time("at"), seen.text("by"), seen.text("why")};
    if (auto ok = seen.finish("an acknowledgement"); !ok) return pass_on(ok);
  }
  if (fields.has("silence")) {
    DocumentFields quiet(fields.object("silence"));
    state.silence = AlertSilence{quiet.time("until"), quiet.time("at"), quiet.text("by"), quiet.text("why")};
    if (auto ok = quiet.finish("a silence"); !ok) return pass_on(ok);
  }
  if (auto ok = fields.finish("an alert's state"); !ok) return pass_on(ok);
  return state;
}

}  // namespace waybill::tracker
