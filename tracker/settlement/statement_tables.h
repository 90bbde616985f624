#pragma once
// A statement for people (tables) and for spreadsheets (one CSV).
#include <string>

#include "tracker/settlement/statement.h"

namespace waybill::tracker {

std::string statement_as_text(const Statement& statement);

// One table for all parts, told apart by its first column: "line" (quantities as agreements/charge_line.h has them for
// each kind), "total", "unacknowledged" and "cdn_node" (for information), "refused" (counts in the receipts column, the
// status's name in the note).
std::string statement_as_csv(const Statement& statement);

}  // namespace waybill::tracker
