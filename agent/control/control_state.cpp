#include "agent/control/control_state.h"

#include <algorithm>

#include <fmt/core.h>

namespace waybill::control {

using protocol::Refusal;

namespace {

Reaction stay(Phase phase) {
  Reaction reaction;
  reaction.next = phase;
  return reaction;
}

Reaction violated(std::string why) {
  Reaction reaction;
  reaction.close = std::move(why);
  return reaction;
}

std::string advice(Refusal reason) {
  switch (reason) {
    case Refusal::not_enrolled:
      return "enroll with a link of the operator's";
    case Refusal::key_proof_invalid:
      return "the key in the data folder is not the one that was enrolled; restore it or enroll again";
    case Refusal::version_unsupported:
      return "install the waybill-agent version that the operator names";
    default:
      return "ask the operator";
  }
}

Reaction refused(const protocol::Refused& refusal) {
  Reaction reaction;
  if (is_final(refusal.reason)) {
    reaction.final = fmt::format("the tracker refuses this agent: {} ({}): {}", refusal.message,
                                 protocol::name_of(refusal.reason), advice(refusal.reason));
    return reaction;
  }
  reaction.close = fmt::format("refused: {} ({})", refusal.message, protocol::name_of(refusal.reason));
  // Two agents with one key would otherwise throw each other out every second.
  reaction.patience = refusal.reason == Refusal::replaced_by_newer_connection || refusal.reason == Refusal::too_busy;
  return reaction;
}

bool is_from_tracker(const protocol::ControlMessage& message) {
  using namespace protocol;
  return std::holds_alternative<Sources>(message) || std::holds_alternative<DoneRecorded>(message) ||
         std::holds_alternative<Serve>(message) || std::holds_alternative<Revoke>(message) ||
         std::holds_alternative<Reach>(message);
}

}  // namespace

bool is_final(Refusal reason) {
  return reason == Refusal::not_enrolled || reason == Refusal::key_proof_invalid ||
         reason == Refusal::version_unsupported;
}

Reaction react(Phase phase, const protocol::ControlMessage& message) {
  if (const auto* refusal = std::get_if<protocol::Refused>(&message)) {
    if (!refusal->content || phase != Phase::ready) return refused(*refusal);
    auto reaction = stay(phase);
    reaction.deliver = true;
    return reaction;
  }
  if (const auto* challenge = std::get_if<protocol::Challenge>(&message)) {
    if (phase != Phase::awaiting_challenge) return violated("the tracker challenged twice");
    Reaction reaction;
    if (challenge->version != protocol::kProtocolVersion) {
      reaction.final =
          fmt::format("the tracker speaks version {} of the protocol, this agent version {}: {}", challenge->version,
                      protocol::kProtocolVersion, advice(Refusal::version_unsupported));
      return reaction;
    }
    reaction.next = Phase::awaiting_welcome;
    reaction.prove = true;
    return reaction;
  }
  if (std::holds_alternative<protocol::Welcome>(message)) {
    if (phase != Phase::awaiting_welcome) return violated("the tracker welcomed out of turn");
    auto reaction = stay(Phase::ready);
    reaction.deliver = true;
    return reaction;
  }
  if (phase != Phase::ready || !is_from_tracker(message)) {
    return violated(fmt::format("the tracker sent {} out of turn", protocol::type_name(message)));
  }
  auto reaction = stay(phase);
  reaction.deliver = true;
  return reaction;
}

DurationMs reconnect_delay(int attempt, double jitter) {
  const auto longest = std::min(kLongestReconnectDelay.value, kFirstReconnectDelay.value << std::clamp(attempt, 0, 10));
  return {longest - static_cast<std::int64_t>(static_cast<double>(longest) / 2 * jitter)};
}

}  // namespace waybill::control
