#pragma once
// Each ISP's grant as it stands, kept from instant to instant: its time part is asked of tracker/policy again only when
// it may have changed; its quota part is the ledger's.
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "tracker/coordinator/grant_quotas.h"
#include "tracker/policy/capacity_policy.h"
#include "tracker/policy/grant.h"

namespace waybill::tracker {

class IspGrants {
 public:
  // `terms`: of agreements that say more than their row can. Quotas of agreements that stay keep what they count.
  // Everything is asked again by the next refresh().
  void replace(std::vector<Isp> isps, const std::vector<Agreement>& agreements, const TermsOfAgreements& terms);
  // Asks again what may have changed by `now`.
  void refresh(TimeMs now);

  const Isp* isp(IspId id) const;                      // null where unknown
  std::string name_of(IspId id) const;                 // "" where unknown
  const IspAgreement* open_agreement(IspId id) const;  // whose hours and dates permit it; null where none. Quota apart
  // Does the agreement in force, open or not, speak of such content? False where none is in force.
  bool covers(IspId id, ContentClass content_class, const std::string& owner) const;
  bool all_content() const { return choosy_ == 0; }   // every agreement in force speaks of all content
  std::optional<TimeMs> open_until(IspId id) const;   // end of hours, agreement or quota span; absent: none stated
  std::int64_t spendable(IspId id) const;             // 0 closed; kUnlimitedBytes without a quota
  GrantDecision explain(IspId id, TimeMs now) const;  // the whole decision with its reason, quota included

  std::vector<CapacityPolicy> rate_policies() const;  // of every agreement that caps a rate, in force or not

  // Null for agreements without a quota.
  GrantQuotas* quotas(AgreementId agreement);
  IspId owner_of(AgreementId agreement) const;  // the ISP of an agreement with a quota; 0 for others
  bool over_quota(IspId id) const;  // more is acknowledged than was granted: see the bound in quota_ledger.h
  // Calls `visit` with each ISP's id and spendable().
  void each(const std::function<void(IspId, std::int64_t)>& visit) const;
  // Gives up reservations; true where any ISP has more to spend.
  bool settle(const std::function<std::optional<TimeMs>(const AgentKey&)>& connected_since, TimeMs now);

 private:
  struct State {
    Isp isp;
    std::vector<IspAgreement> agreements;
    const IspAgreement* current = nullptr;  // in force, into `agreements`
    GrantDecision decision;                 // without the quota's use
    std::optional<TimeMs> ask_again;        // absent: not before the registry changes
    bool asked = false;
  };
  void ask(State& state, TimeMs now);
  GrantUse used(const IspAgreement* agreement) const;
  const State* find(IspId id) const;

  std::unordered_map<IspId, State> states_;
  std::unordered_map<AgreementId, GrantQuotas> quotas_;
  std::unordered_map<AgreementId, IspId> owners_;  // of those in quotas_
  std::size_t choosy_ = 0;                         // ISPs whose agreement in force leaves content out
};

}  // namespace waybill::tracker
