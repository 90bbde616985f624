#include "tracker/ledger/ubl.h"

#include <sstream>

#include <pugixml.hpp>

#include "tracker/reports/text_table.h"

namespace waybill::tracker {

namespace {

constexpr char kNamespace[] = "urn:oasis:names:specification:ubl:schema:xsd:";
// UNTDID 1001: document name codes.
constexpr char kCommercialInvoice[] = "380";
constexpr char kSelfBilledInvoice[] = "389";
constexpr char kCreditNote[] = "381";
constexpr char kSelfBilledCreditNote[] = "261";
constexpr char kOne[] = "C62";  // UN/ECE Recommendation 20: one

pugi::xml_node add(pugi::xml_node parent, const char* name, const std::string& text) {
  auto node = parent.append_child(name);
  // XML 1.0 has no way to write most control characters.
  node.append_child(pugi::node_pcdata).set_value(printable(text).c_str());
  return node;
}

void add_amount(pugi::xml_node parent, const char* name, std::int64_t minor, Currency currency) {
  add(parent, name, format_minor(minor, currency)).append_attribute("currencyID") = currency.str().c_str();
}

void add_party(pugi::xml_node document, const char* role, const std::string& name) {
  auto party = document.append_child(role).append_child("cac:Party");
  add(party.append_child("cac:PartyName"), "cbc:Name", name);
  add(party.append_child("cac:PartyLegalEntity"), "cbc:RegistrationName", name);
}

void add_line(pugi::xml_node document, const Invoice& invoice, const InvoiceLine& line) {
  const bool credit = invoice.kind == InvoiceKind::credit_note;
  auto node = document.append_child(credit ? "cac:CreditNoteLine" : "cac:InvoiceLine");
  add(node, "cbc:ID", std::to_string(line.number));
  if (credit) add(node, "cbc:Note", "credits line " + std::to_string(line.credits_line));
  // One of the line's amount: bytes and prices stand in the description, which a quantity in GB could not repeat to the
  // last minor unit (a part of a month, a tier, a difference).
  add(node, credit ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity", line.amount_minor < 0 ? "-1" : "1")
      .append_attribute("unitCode") = kOne;
  add_amount(node, "cbc:LineExtensionAmount", line.amount_minor, invoice.currency);
  add(node.append_child("cac:Item"), "cbc:Name", line.description);
  const auto price = line.amount_minor < 0 ? -line.amount_minor : line.amount_minor;
  add_amount(node.append_child("cac:Price"), "cbc:PriceAmount", price, invoice.currency);
}

void add_head(pugi::xml_node document, const Invoice& invoice) {
  const bool credit = invoice.kind == InvoiceKind::credit_note;
  const bool isp = invoice.party.kind == PartyKind::isp;
  add(document, "cbc:UBLVersionID", "2.1");
  add(document, "cbc:ID", invoice.full_number());
  add(document, "cbc:IssueDate", invoice.issue_date);
  if (credit) {
    add(document, "cbc:CreditNoteTypeCode", isp ? kSelfBilledCreditNote : kCreditNote);
    add(document, "cbc:Note", invoice.reason);
  } else {
    add(document, "cbc:InvoiceTypeCode", isp ? kSelfBilledInvoice : kCommercialInvoice);
  }
  add(document, "cbc:DocumentCurrencyCode", invoice.currency.str());
  auto period = document.append_child("cac:InvoicePeriod");
  add(period, "cbc:Description", invoice.period);
  if (credit) {
    auto reference = document.append_child("cac:BillingReference").append_child("cac:InvoiceDocumentReference");
    add(reference, "cbc:ID", invoice.credits);
  }
  add_party(document, "cac:AccountingSupplierParty", isp ? invoice.party.name : invoice.issuer);
  add_party(document, "cac:AccountingCustomerParty", isp ? invoice.issuer : invoice.party.name);
}

void add_totals(pugi::xml_node document, const Invoice& invoice) {
  auto totals = document.append_child("cac:LegalMonetaryTotal");
  for (const char* name :
       {"cbc:LineExtensionAmount", "cbc:TaxExclusiveAmount", "cbc:TaxInclusiveAmount", "cbc:PayableAmount"}) {
    add_amount(totals, name, invoice.total_minor, invoice.currency);
  }
}

}  // namespace

std::string invoice_as_ubl(const Invoice& invoice) {
  const char* root = invoice.kind == InvoiceKind::credit_note ? "CreditNote" : "Invoice";
  pugi::xml_document xml;
  auto declaration = xml.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  auto document = xml.append_child(root);
  document.append_attribute("xmlns") = (kNamespace + std::string(root) + "-2").c_str();
  document.append_attribute("xmlns:cac") = (std::string(kNamespace) + "CommonAggregateComponents-2").c_str();
  document.append_attribute("xmlns:cbc") = (std::string(kNamespace) + "CommonBasicComponents-2").c_str();
  add_head(document, invoice);
  add_totals(document, invoice);
  for (const auto& line : invoice.lines) add_line(document, invoice, line);
  std::ostringstream text;
  xml.save(text, "  ", pugi::format_default, pugi::encoding_utf8);
  return text.str();
}

}  // namespace waybill::tracker
