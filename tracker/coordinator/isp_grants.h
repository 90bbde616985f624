#pragma once
// Each ISP's grant as it stands, kept from instant to instant: its time part is asked of tracker/policy again only when
// it may have changed; its quota part is the ledger's.
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "tracker/coordinator/quota_ledger.h"
#include "tracker/policy/grant.h"

namespace waybill::tracker {

class IspGrants {
 public:
  // Ledgers of agreements that stay keep what they count. Everything is asked again by the next refresh().
  void replace(std::vector<Isp> isps, std::vector<Agreement> agreements);
  // Asks again what may have changed by `now`.
  void refresh(TimeMs now);

  const Isp* isp(IspId id) const;                     // null where unknown
  std::string name_of(IspId id) const;                // "" where unknown
  const Agreement* open_agreement(IspId id) const;    // whose hours and dates permit it; null where none. Quota apart
  std::optional<TimeMs> open_until(IspId id) const;   // end of hours, agreement or quota span; absent: none stated
  std::int64_t spendable(IspId id) const;             // 0 closed; kUnlimitedBytes without a quota
  GrantDecision explain(IspId id, TimeMs now) const;  // the whole decision with its reason, quota included

  // Null for agreements without a quota.
  QuotaLedger* ledger(AgreementId agreement);
  IspId owner_of(AgreementId agreement) const;  // the ISP of an agreement with a quota; 0 for others
  bool over_quota(IspId id) const;  // more is acknowledged than was granted: see the bound in quota_ledger.h
  // Calls `visit` with each ISP's id and spendable().
  void each(const std::function<void(IspId, std::int64_t)>& visit) const;
  // Gives up reservations; true where any ISP has more to spend.
  bool settle(const std::function<std::optional<TimeMs>(const AgentKey&)>& connected_since, TimeMs now);

 private:
  struct State {
    Isp isp;
    std::vector<Agreement> agreements;
    const Agreement* current = nullptr;  // in force, into `agreements`
    GrantDecision decision;              // without the quota's use
    std::optional<TimeMs> ask_again;     // absent: not before the registry changes
    bool asked = false;
  };
  void ask(State& state, TimeMs now);
  const State* find(IspId id) const;

  std::unordered_map<IspId, State> states_;
  std::unordered_map<AgreementId, QuotaLedger> ledgers_;
  std::unordered_map<AgreementId, IspId> owners_;  // of those in ledgers_
};

}  // namespace waybill::tracker
