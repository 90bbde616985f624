#pragma once
// What an owner has chosen to happen as the month's bytes near and cross the threshold of the contract.
#include "tracker/agreements/owner_contract.h"

namespace waybill::tracker {

enum class ThresholdStage { below, near, beyond };
const char* name_of(ThresholdStage stage);

struct OwnerDecision {
  ThresholdStage stage = ThresholdStage::below;
  OwnerAction action = OwnerAction::carry_on;  // the one in force
  ByteCount threshold;                         // for this month; scaled where the contract is in force for a part of it
  bool notify = false;          // the owner is told on entering this stage: under every action but carry_on
  bool serving = true;          // false: nobody is served at this moment (off_peak_only, within the peak hours)
  bool listed_only = false;     // only OwnerContract::listed are served
  std::optional<TimeMs> until;  // exclusive: up to when this holds, bytes apart; absent: the contract is not in force
  std::string reason;           // for people, where not everybody is served; names the owner
  bool serves(const OwnerContract& contract, const AgentKey& customer) const {
    return serving && (!listed_only || contract.listed.contains(customer));
  }
};

// Of so many bytes of a month's threshold.
ThresholdStage threshold_stage(const OwnerContract& contract, ByteCount threshold, ByteCount used);

// `used`: the owner's acknowledged bytes since the contract's first instant in the local month of `now`. Beyond begins
// with the first byte above the threshold, near with the byte that reaches near_percent of it. A contract that is not
// in force at `now` restricts nothing.
OwnerDecision owner_action(const OwnerContract& contract, ByteCount used, TimeMs now);

// The stretch whose bytes count: since when, and until when (exclusive) at the latest.
TimeWindow owner_counting_span(const OwnerContract& contract, TimeMs now);

}  // namespace waybill::tracker
