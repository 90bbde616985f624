#pragma once
// The alerts that an owner's contract asks for by the action "notify". For the .cpp files of this folder.
#include "tracker/agreements/owner_contract.h"
#include "tracker/cli/commands/answer_json.h"

namespace waybill::tracker {

struct AdministrationContext;

// Adds "contract N near" and "contract N crossed", as the contract's actions say, told by every channel that there is,
// and says so in the answer. Those of the owner's contracts that this one takes the place of already are ended.
Status add_contract_alerts(AdministrationContext& context, const OwnerContract& contract, Answer& answer);

}  // namespace waybill::tracker
