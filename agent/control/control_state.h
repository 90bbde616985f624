#pragma once
// The agent's side of the control channel as a function of values: what may come when, and what is done about it. The
// shell around it is control_session.
#include <optional>
#include <string>

#include "common/protocol/control_messages.h"

namespace waybill::control {

enum class Phase {
  disconnected,
  awaiting_challenge,
  awaiting_welcome,
  ready,
};

// What is to be done after a message. At most one of `prove`, `close` and `final` is set.
struct Reaction {
  Phase next = Phase::disconnected;
  bool prove = false;     // sign the challenge and say hello
  bool deliver = false;   // hand the message to the app
  std::string close;      // why to close and try again; empty: do not
  std::string final;      // why trying again is useless: the line a person reads; empty: it is not
  bool patience = false;  // with `close`: the next attempt waits the longest delay
};
Reaction react(Phase phase, const protocol::ControlMessage& message);

// Refusals after which another attempt with the same key and version cannot succeed.
bool is_final(protocol::Refusal reason);

// Delays between attempts: kFirstReconnectDelay doubling to kLongestReconnectDelay, each shortened by up to half by
// `jitter` in [0, 1), so that a tracker's restart is not met by all its agents at once. attempt counts from 0.
inline constexpr DurationMs kFirstReconnectDelay = seconds(1);
inline constexpr DurationMs kLongestReconnectDelay = seconds(30);
DurationMs reconnect_delay(int attempt, double jitter);

}  // namespace waybill::control
