#pragma once
// Transactions as plain-text accounting: a journal that hledger reads and balances, with its commodities and accounts
// declared, so that `hledger check --strict` passes too.
#include <string>
#include <vector>

#include "tracker/ledger/transaction.h"

namespace waybill::tracker {

std::string journal_text(const std::vector<LedgerTransaction>& transactions);

}  // namespace waybill::tracker
