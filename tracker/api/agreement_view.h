#pragma once
// Agreements and owners' contracts by all of their terms, as decisions need them, and what the books say was used of
// contracts.
#include <unordered_map>
#include <vector>

#include "tracker/coordinator/coordinator_events.h"

namespace waybill::tracker {

class Store;

struct AgreementView {
  TermsOfAgreements terms;
  std::vector<OwnerContract> contracts;  // ended ones too
};

// On the store's thread. Fails where a document cannot be read: nothing is granted by half of it.
Result<AgreementView> read_agreement_view(Store& store);
// Of the contracts in force at `now`, at the grain of the accounts.
Result<std::vector<OwnerUse>> read_owner_use(Store& store, const std::vector<OwnerContract>& contracts, TimeMs now);

}  // namespace waybill::tracker
