#pragma once
// Charge lines as JSON, in statements and invoices. For the .cpp files of this folder and of tracker/settlement.
#include <nlohmann/json.hpp>

#include "tracker/agreements/charge_line.h"

namespace waybill::tracker {

class DocumentReader;  // tracker/agreements/document_reader_json.h

// A statement or an invoice: some 150,000 lines of 400 bytes.
inline constexpr std::size_t kMaxLedgerDocumentBytes = 64'000'000;

// What a kind of line does not have is left away; amounts stand as integer and, for people, as decimal text.
nlohmann::json charge_line_json(const ChargeLine& line);
ChargeLine read_charge_line(DocumentReader& reader);

nlohmann::json charges_json(const Charges& charges);
Charges read_charges(DocumentReader reader);

}  // namespace waybill::tracker
