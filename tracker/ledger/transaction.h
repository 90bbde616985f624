#pragma once
// Double entry: every transaction's postings sum to zero in each currency. Amounts are whole minor units.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/types/byte_string.h"
#include "common/types/money.h"
#include "tracker/ledger/ledger_account.h"

namespace waybill::tracker {

struct Posting {
  LedgerAccount account;
  Currency currency;
  std::int64_t amount_minor = 0;  // above zero: debit; below: credit
  std::string memo;               // e.g. "late, of 2026-10"; empty where there is nothing to say
  auto operator<=>(const Posting&) const = default;
};

struct LedgerTransaction {
  std::string date;         // "2026-11-30", of the books
  std::string description;  // one line
  std::string source;  // what it records, e.g. "statement" or "credit note" with a hash: one source, one transaction
  std::vector<Posting> postings;
  bool operator==(const LedgerTransaction&) const = default;
};

// Refuses postings that do not sum to zero in each currency, with currency and sum, and sums that do not fit.
Status check_balanced(const LedgerTransaction& transaction);
// 32 bytes over everything in it. The same transaction again has the same id, and is recorded once.
ByteString transaction_id(const LedgerTransaction& transaction);

using AccountBalances = std::map<std::pair<LedgerAccount, Currency>, std::int64_t>;
// Adds up; refused where a sum does not fit.
Status add_to(AccountBalances& balances, const LedgerTransaction& transaction);
// True where the balances of all accounts sum to zero in each currency, as they must.
bool sums_to_zero(const AccountBalances& balances);

}  // namespace waybill::tracker
