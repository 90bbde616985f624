#pragma once
// What content owners have chosen to happen as their month's bytes near and cross the threshold of their contract,
// kept from instant to instant: agreements' owner_action() is asked again when a stage, the hours or the month change.
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/agreements/owner_action.h"
#include "tracker/coordinator/quota_ledger.h"

namespace waybill::tracker {

class OwnerDesk {
 public:
  // Contracts that stay keep what they count; `use` is taken for the others.
  void replace(std::vector<OwnerContract> contracts, const std::vector<OwnerUse>& use, TimeMs now);
  // True where what any owner permits is another than before. What there is to tell people goes into `notices`.
  bool refresh(TimeMs now, std::vector<std::string>& notices);
  // The receipt's bytes count for the owner in the stretch that holds the receipt's end.
  void record(const std::string& owner, const RecordedBytes& recorded);

  // Why this customer is not served the owner's content at the moment; nothing where it is.
  std::optional<std::string> refusal(const std::string& owner, const AgentKey& customer) const;
  bool restricts() const { return restricting_ > 0; }  // is any owner's content kept from anybody?

 private:
  struct State {
    OwnerContract contract;
    QuotaLedger counted;
    OwnerDecision decision;
    bool asked = false;
    ThresholdStage told = ThresholdStage::below;  // of the month: the last stage that people heard of
    TimeMs told_for{};                            // the month's first instant
  };
  static bool keeps_back(const OwnerDecision& decision) { return !decision.serving || decision.listed_only; }
  // Returns whether it permits something else than before.
  bool ask(State& state, TimeMs now, std::vector<std::string>& notices);

  std::vector<State> states_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_owner_;  // into states_
  std::size_t restricting_ = 0;
};

}  // namespace waybill::tracker
