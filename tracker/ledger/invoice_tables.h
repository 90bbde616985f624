#pragma once
// An invoice for people (a table) and for spreadsheets (CSV, RFC 4180); its JSON is invoice_text().
#include <string>

#include "tracker/ledger/invoice.h"

namespace waybill::tracker {

std::string invoice_as_text(const Invoice& invoice);
// One table: "line" rows, then a "total".
std::string invoice_as_csv(const Invoice& invoice);

std::string account_statement_as_text(const AccountStatement& statement);
std::string account_statement_as_csv(const AccountStatement& statement);

}  // namespace waybill::tracker
