#include "common/crypto/digest.h"
#include "tracker/agreements/document_reader_json.h"
#include "tracker/ledger/charge_text_json.h"
#include "tracker/ledger/invoice.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr char kFormat[] = "waybill invoice 1";
constexpr std::size_t kMaxInvoiceLines = 1'000'000;

json line_json(const InvoiceLine& line, Currency currency) {
  json value{{"number", line.number},
             {"description", line.description},
             {"amount", format_minor(line.amount_minor, currency)},
             {"amount_minor", line.amount_minor}};
  if (line.charge) value["charge"] = charge_line_json(*line.charge);
  if (line.credits_line != 0) value["credits_line"] = line.credits_line;
  return value;
}

json invoice_json(const Invoice& invoice) {
  json value{{"format", kFormat},
             {"kind", name_of(invoice.kind)},
             {"series", invoice.series},
             {"number", invoice.number},
             {"full_number", invoice.full_number()},
             {"issuer", invoice.issuer},
             {"party", {{"kind", name_of(invoice.party.kind)}, {"name", invoice.party.name}}},
             {"period", invoice.period},
             {"from", format_time(invoice.window.from)},
             {"until", format_time(invoice.window.until)},
             {"currency", invoice.currency.str()},
             {"issued", format_time(invoice.issued)},
             {"issue_date", invoice.issue_date},
             {"statement", to_hex(invoice.statement)},
             {"lines", json::array()},
             {"total", format_minor(invoice.total_minor, invoice.currency)},
             {"total_minor", invoice.total_minor}};
  if (!invoice.previous.empty()) value["previous"] = to_hex(invoice.previous);
  if (!invoice.credits.empty()) value["credits"] = invoice.credits;
  if (!invoice.reason.empty()) value["reason"] = invoice.reason;
  for (const auto& line : invoice.lines) value["lines"].push_back(line_json(line, invoice.currency));
  return value;
}

ByteString read_hash(DocumentReader& reader, const char* key) {
  const auto hash = from_hex(reader.text(key));
  if (hash && hash->size() == 32) return *hash;
  reader.blame(key, "a SHA-256 in hexadecimal is needed");
  return {};
}

void read_line(DocumentReader& item, Invoice& invoice) {
  InvoiceLine line;
  line.number = static_cast<int>(item.integer("number", 1, kMaxInvoiceLines));
  line.description = item.text("description");
  item.text("amount");
  line.amount_minor = item.integer("amount_minor", -INT64_MAX, INT64_MAX);
  if (item.has("charge")) {
    auto charge = item.object("charge");
    line.charge = read_charge_line(charge);
    charge.finish();
  }
  line.credits_line = static_cast<int>(item.integer_or("credits_line", 0, 1, kMaxInvoiceLines));
  invoice.lines.push_back(std::move(line));
}

Invoice read_fields(DocumentReader& reader) {
  Invoice invoice;
  if (reader.text("format") != kFormat) reader.blame("format", std::string("it is not '") + kFormat + "'");
  invoice.kind = reader.choice<InvoiceKind>("kind", {{name_of(InvoiceKind::invoice), InvoiceKind::invoice},
                                                     {name_of(InvoiceKind::credit_note), InvoiceKind::credit_note}});
  invoice.series = reader.text("series");
  invoice.number = reader.integer("number", 1, kMaxDocumentInteger);
  reader.text("full_number");
  if (reader.has("previous")) invoice.previous = read_hash(reader, "previous");
  invoice.issuer = reader.text("issuer");
  auto party = reader.object("party");
  invoice.party.kind = party.choice<PartyKind>("kind", {{"isp", PartyKind::isp}, {"owner", PartyKind::owner}});
  invoice.party.name = party.text("name");
  party.finish();
  invoice.period = reader.text("period");
  invoice.window = {reader.time("from"), reader.time("until")};
  invoice.currency = reader.currency("currency");
  invoice.issued = reader.time("issued");
  invoice.issue_date = reader.text("issue_date");
  invoice.statement = read_hash(reader, "statement");
  if (reader.has("credits")) invoice.credits = reader.text("credits");
  if (reader.has("reason")) invoice.reason = reader.text("reason");
  reader.each("lines", kMaxInvoiceLines, [&](DocumentReader& item) { read_line(item, invoice); });
  reader.text("total");
  invoice.total_minor = reader.integer("total_minor", -INT64_MAX, INT64_MAX);
  reader.finish();
  return invoice;
}

}  // namespace

std::string invoice_text(const Invoice& invoice) { return document_dump(invoice_json(invoice)); }

Result<Invoice> read_invoice(std::string_view text) {
  const auto value = parse_document(text, kMaxLedgerDocumentBytes);
  if (!value) return pass_on(value.error(), "invoice");
  std::optional<std::string> fault;
  DocumentReader reader(*value, "", fault);
  const auto invoice = read_fields(reader);
  if (fault) return refuse("invoice: " + *fault);
  if (auto good = check(invoice); !good) return pass_on(good.error(), "invoice");
  const auto again = invoice_json(invoice);
  if (again != *value) {
    const auto difference = json::diff(again, *value);
    return refuse("invoice: it contradicts itself at " + difference.at(0).at("path").get<std::string>());
  }
  return invoice;
}

ByteString invoice_hash(const Invoice& invoice) { return crypto::sha256(invoice_text(invoice)); }

}  // namespace waybill::tracker
