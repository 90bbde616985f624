// Statements and invoices come back from stores and out of files that anybody may have written.
#include <cstdint>
#include <string_view>

#include "common/types/check.h"
#include "tracker/ledger/invoice_tables.h"
#include "tracker/ledger/journal.h"
#include "tracker/ledger/ubl.h"

using namespace waybill;
using namespace waybill::tracker;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto statement = read_account_statement(input)) {
    WAYBILL_ASSERT(read_account_statement(account_statement_text(*statement)) == *statement,
                   "a statement is read otherwise");
    const auto posted = post(*statement);
    WAYBILL_ASSERT(check_balanced(posted), "a statement's postings do not balance");
    WAYBILL_ASSERT(!journal_text({posted}).empty(), "a transaction has no journal");
    WAYBILL_ASSERT(!account_statement_as_text(*statement).empty(), "a statement has no table");
    WAYBILL_ASSERT(!account_statement_as_csv(*statement).empty(), "a statement has no CSV");
  }
  if (const auto invoice = read_invoice(input)) {
    WAYBILL_ASSERT(read_invoice(invoice_text(*invoice)) == *invoice, "an invoice is read otherwise");
    WAYBILL_ASSERT(!invoice_as_ubl(*invoice).empty(), "an invoice has no XML");
    WAYBILL_ASSERT(!invoice_as_text(*invoice).empty(), "an invoice has no table");
    WAYBILL_ASSERT(!invoice_as_csv(*invoice).empty(), "an invoice has no CSV");
  }
  return 0;
}
