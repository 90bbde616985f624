#pragma once
// Texts for others: clients by their pseudonyms, addresses not at all.
#include <set>
#include <string>

#include "tracker/ledger/pseudonym.h"

namespace waybill::tracker {

inline constexpr char kHiddenAddress[] = "(address)";

// `text` with each of the `agents`' keys, in hexadecimal, as the recipient's pseudonym, and "(address)" for each IP
// address, wherever they stand in it: alone, with a port or a prefix length, in a path or a component's key.
std::string without_personal_data(std::string_view text, const std::set<AgentKey>& agents, const Pseudonyms& names);

}  // namespace waybill::tracker
