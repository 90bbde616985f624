// Exports come from a file that anybody may have written; so do the statement texts inside them.
#include <cstdint>
#include <string>
#include <string_view>

#include "common/types/check.h"
#include "tracker/settlement/settlement_export.h"
#include "tracker/settlement/statement_tables.h"
#include "tracker/settlement/statement_text.h"

using namespace waybill;
using namespace waybill::tracker;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  // The statement alone, without the signature that hides it from random bytes.
  if (const auto statement = read_statement(input)) {
    WAYBILL_ASSERT(read_statement(statement_text(*statement)) == *statement, "a statement is read otherwise");
    WAYBILL_ASSERT(!statement_as_text(*statement).empty(), "a statement has no table");
    WAYBILL_ASSERT(!statement_as_csv(*statement).empty(), "a statement has no CSV");
    WAYBILL_ASSERT(paid_traffic(statement->charges).receipts >= 0, "a count of receipts is negative");
  }
  if (const auto verified = verify_export(input, std::nullopt)) {
    WAYBILL_ASSERT(verified->receipts >= 0, "a count of receipts is negative");
  }
  return 0;
}
