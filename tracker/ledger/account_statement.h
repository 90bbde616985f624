#pragma once
// What one party owes or is owed for one month: the charges of the month and, marked late, what earlier months have
// come to owe since they were closed. A value with one text; its hash is its name.
#include "tracker/agreements/charge_line.h"
#include "tracker/ledger/party.h"
#include "tracker/ledger/period.h"
#include "tracker/ledger/transaction.h"

namespace waybill::tracker {

struct AccountStatement {
  Party party;
  std::string period;  // "2026-11"
  std::string timezone;
  TimeWindow window;
  Charges charges;  // late lines after the month's own
  bool operator==(const AccountStatement&) const = default;
};

// A month that was closed before: everything that was charged for it, oldest first, and what it would cost today.
struct SettledMonth {
  std::vector<ChargeLine> charged;
  std::vector<ChargeLine> now;
};

// Asserts that what comes out passes check().
Result<AccountStatement> make_account_statement(const Party& party, const Period& period, const std::string& timezone,
                                                const Charges& charges, const std::vector<SettledMonth>& earlier);
// The lines of `month` in any of these statements, oldest statement first: what was charged for it.
std::vector<ChargeLine> charged_for(const std::string& month, const std::vector<AccountStatement>& statements);

// JSON, keys sorted, no white space. What is read has passed check() of its charges, and has this very text.
std::string account_statement_text(const AccountStatement& statement);
Result<AccountStatement> read_account_statement(std::string_view text);
ByteString statement_hash(const AccountStatement& statement);  // 32 bytes

// The postings that record it, one pair a currency and late month: an ISP's as cost and payable, an owner's as
// receivable, revenue and royalties. Empty postings where nothing is owed.
LedgerTransaction post(const AccountStatement& statement);

// The account that a line of an owner's charges is earned on, or of an ISP's is spent on.
LedgerAccount contra_account(const Party& party, const ChargeLine& line);
// Receivable or payable: the account that stands against it.
LedgerAccount party_account(const Party& party);

}  // namespace waybill::tracker
