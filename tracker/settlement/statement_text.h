#pragma once
// A statement as the JSON text that is signed, shown and read back. Integers for bytes and minor units, decimal strings
// for people beside them; keys sorted, so that one statement has one text.
#include <string>
#include <string_view>

#include "tracker/settlement/statement.h"

namespace waybill::tracker {

std::string statement_text(const Statement& statement);
// Refuses a text that statement_text would not have written for the same figures, naming the first field at fault.
Result<Statement> read_statement(std::string_view text);

}  // namespace waybill::tracker
