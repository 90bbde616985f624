#pragma once
// Answers for others than the operator: clients by the recipient's pseudonyms, addresses not at all. For the .cpp files
// of this folder.
#include <string>

#include <nlohmann/json.hpp>

#include "tracker/ledger/party.h"
#include "tracker/ledger/pseudonym.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

// The party's own names for clients. Makes the tracker's secret where there is none yet, which needs a store that may
// be written to.
Result<Pseudonyms> pseudonyms_for(Store& store, const Party& party);

// The whole answer (administration.h) as `recipient` may see it: "isp NAME", "owner NAME", "file" (nobody named, with
// names of its own), or "operator" (unchanged). Refuses any other recipient, and parties that are not known.
Result<nlohmann::json> answer_for(Store& store, const std::string& recipient, nlohmann::json answer);

}  // namespace waybill::tracker
