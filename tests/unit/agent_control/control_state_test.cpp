#include "agent/control/control_state.h"

#include <doctest/doctest.h>

namespace waybill::control {

using protocol::Refusal;

TEST_CASE("challenge, proof, welcome, then the tracker's messages") {
  const auto challenged = react(Phase::awaiting_challenge, protocol::Challenge{});
  CHECK(challenged.prove);
  CHECK(challenged.next == Phase::awaiting_welcome);
  const auto welcomed = react(Phase::awaiting_welcome, protocol::Welcome{});
  CHECK(welcomed.deliver);
  CHECK(welcomed.next == Phase::ready);
  for (const protocol::ControlMessage& message :
       {protocol::ControlMessage(protocol::Sources{}), protocol::ControlMessage(protocol::DoneRecorded{}),
        protocol::ControlMessage(protocol::Serve{}), protocol::ControlMessage(protocol::Revoke{})}) {
    const auto reaction = react(Phase::ready, message);
    CHECK(reaction.deliver);
    CHECK(reaction.next == Phase::ready);
    CHECK(reaction.close.empty());
  }
}

TEST_CASE("what comes out of turn closes the channel, and is not acted on") {
  for (const auto phase : {Phase::awaiting_challenge, Phase::awaiting_welcome, Phase::ready}) {
    for (const protocol::ControlMessage& message :
         {protocol::ControlMessage(protocol::Hello{}), protocol::ControlMessage(protocol::Want{}),
          protocol::ControlMessage(protocol::Progress{}), protocol::ControlMessage(protocol::Done{})}) {
      const auto reaction = react(phase, message);
      CHECK_FALSE(reaction.close.empty());
      CHECK_FALSE(reaction.deliver);
    }
  }
  CHECK_FALSE(react(Phase::awaiting_challenge, protocol::Welcome{}).close.empty());
  CHECK_FALSE(react(Phase::awaiting_welcome, protocol::Challenge{}).close.empty());
  CHECK_FALSE(react(Phase::ready, protocol::Challenge{}).close.empty());
  CHECK_FALSE(react(Phase::awaiting_welcome, protocol::Serve{}).close.empty());
}

TEST_CASE("refusals: final ones end the agent, others are waited out, those of a want are told") {
  for (const auto reason : {Refusal::not_enrolled, Refusal::key_proof_invalid, Refusal::version_unsupported}) {
    const auto reaction = react(Phase::awaiting_welcome, protocol::Refused{reason, "no", {}});
    CHECK_FALSE(reaction.final.empty());
    CHECK(reaction.final.find(std::string(protocol::name_of(reason))) != std::string::npos);
    CHECK(reaction.close.empty());
  }
  const auto busy = react(Phase::ready, protocol::Refused{Refusal::too_busy, "later", {}});
  CHECK(busy.final.empty());
  CHECK_FALSE(busy.close.empty());
  CHECK(busy.patience);
  const auto want = react(Phase::ready, protocol::Refused{Refusal::content_unknown, "what?", ContentId{}});
  CHECK(want.deliver);
  CHECK(want.close.empty());
  protocol::Challenge later;
  later.version = protocol::kProtocolVersion + 1;
  CHECK_FALSE(react(Phase::awaiting_challenge, later).final.empty());
}

TEST_CASE("delays double to the longest, and jitter shortens them by half at most") {
  CHECK(reconnect_delay(0, 0) == seconds(1));
  CHECK(reconnect_delay(1, 0) == seconds(2));
  CHECK(reconnect_delay(4, 0) == seconds(16));
  CHECK(reconnect_delay(5, 0) == kLongestReconnectDelay);
  CHECK(reconnect_delay(1000, 0) == kLongestReconnectDelay);
  CHECK(reconnect_delay(1, 0.999) >= seconds(1));
  CHECK(reconnect_delay(1, 0.5) == DurationMs{1500});
}

}  // namespace waybill::control
