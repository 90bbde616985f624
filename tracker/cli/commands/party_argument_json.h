#pragma once
// With whom: --isp or --owner. For the .cpp files of this folder.
#include "tracker/cli/commands/arguments_json.h"
#include "tracker/ledger/party.h"

namespace waybill::tracker {

// Blames the arguments where both or neither are given.
Party party_argument(Arguments& arguments);
// The same where neither may be given.
std::optional<Party> optional_party_argument(Arguments& arguments);

}  // namespace waybill::tracker
