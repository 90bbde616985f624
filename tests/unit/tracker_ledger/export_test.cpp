#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <pugixml.hpp>
#include <unistd.h>

#include "tests/unit/tracker_ledger/sample_ledger.h"
#include "tracker/ledger/invoice_tables.h"
#include "tracker/ledger/journal.h"
#include "tracker/ledger/ubl.h"

namespace waybill::tracker {
namespace {

Invoice credit_note() {
  return make_credit_note(request("CN"), {}, owner_invoice(), {}, {}, "wrong <title> & price", "UTC").value();
}

// Whole minor units of "1025.80".
std::int64_t minor(const std::string& text) { return round_to_minor(money(text)); }

void check_amounts(const pugi::xml_node& node) {
  for (const auto& child : node.children()) {
    if (std::string(child.name()).ends_with("Amount"))
      CHECK(std::string(child.attribute("currencyID").value()) == "EUR");
    check_amounts(child);
  }
}

void check_ubl(const Invoice& invoice, const std::string& root, const std::string& line_name) {
  const auto text = invoice_as_ubl(invoice);
  pugi::xml_document xml;
  REQUIRE(xml.load_string(text.c_str()));
  const auto document = xml.child(root.c_str());
  REQUIRE(document);
  CHECK(std::string(document.attribute("xmlns").value()) ==
        "urn:oasis:names:specification:ubl:schema:xsd:" + root + "-2");
  CHECK(std::string(document.child_value("cbc:ID")) == invoice.full_number());
  CHECK(std::string(document.child_value("cbc:IssueDate")) == "2026-12-04");
  std::int64_t sum = 0;
  std::size_t count = 0;
  for (const auto& line : document.children(line_name.c_str())) {
    sum += minor(line.child_value("cbc:LineExtensionAmount"));
    CHECK(std::string(line.child("cac:Item").child_value("cbc:Name")) == invoice.lines[count++].description);
  }
  CHECK(count == invoice.lines.size());
  const auto totals = document.child("cac:LegalMonetaryTotal");
  for (const char* name : {"cbc:LineExtensionAmount", "cbc:TaxExclusiveAmount", "cbc:PayableAmount"}) {
    CHECK(minor(totals.child_value(name)) == sum);
  }
  CHECK(sum == invoice.total_minor);
  check_amounts(document);
}

TEST_CASE("UBL: elements, namespaces, currencies, and totals that add up") {
  check_ubl(owner_invoice(), "Invoice", "cac:InvoiceLine");
  check_ubl(isp_invoice(), "Invoice", "cac:InvoiceLine");
  check_ubl(credit_note(), "CreditNote", "cac:CreditNoteLine");
  pugi::xml_document xml;
  REQUIRE(xml.load_string(invoice_as_ubl(isp_invoice()).c_str()));
  const auto invoice = xml.child("Invoice");
  CHECK(std::string(invoice.child_value("cbc:InvoiceTypeCode")) == "389");  // the ISP is the supplier
  CHECK(std::string(invoice.child("cac:AccountingSupplierParty")
                        .child("cac:Party")
                        .child("cac:PartyName")
                        .child_value("cbc:Name")) == "SP1");
  REQUIRE(xml.load_string(invoice_as_ubl(credit_note()).c_str()));
  CHECK(std::string(xml.child("CreditNote").child_value("cbc:Note")) == "wrong <title> & price");
  CHECK(std::string(xml.child("CreditNote")
                        .child("cac:BillingReference")
                        .child("cac:InvoiceDocumentReference")
                        .child_value("cbc:ID")) == "INV-000001");
}

TEST_CASE("tables for people and for spreadsheets") {
  const auto text = invoice_as_text(isp_invoice());
  CHECK(text.find("Self-billed invoice SBI-000001") == 0);
  CHECK(text.find("Total") != std::string::npos);
  CHECK(text.find("3.50") != std::string::npos);
  const auto csv = invoice_as_csv(owner_invoice());
  CHECK(csv.find("row,number,month,agreement,kind,quantity,price,late,credits,description,currency,amount,amount_minor"
                 "\r\n") == 0);
  CHECK(csv.find("\"2026-11: royalty, Pop; Tune: 7 deliveries at 0.10\",EUR,0.70,70\r\n") != std::string::npos);
  CHECK(csv.find("total,,,,,,,,,INV-000001,EUR,1025.80,102580\r\n") != std::string::npos);
  CHECK(invoice_as_csv(credit_note()).find("INV-000001 line 1") != std::string::npos);
  CHECK(account_statement_as_text(owner_statement()).find("1025.80") != std::string::npos);
  CHECK(account_statement_as_csv(isp_statement()).find("total,,,,,,,,,2026-11,EUR,3.50,350") != std::string::npos);
}

// What a command prints; its exit status in `status`.
std::string output_of(const std::string& command, int& status) {
  std::string text;
  auto* pipe = popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  char buffer[4096];
  while (const auto got = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, got);
  status = pclose(pipe);
  return text;
}

class JournalFile {
 public:
  explicit JournalFile(const std::string& text) {
    char name[] = "/tmp/waybill-journal-XXXXXX";
    const int file = mkstemp(name);
    REQUIRE(file >= 0);
    close(file);
    path_ = name;
    std::ofstream(path_) << text;
  }
  ~JournalFile() { std::filesystem::remove(path_); }
  JournalFile(const JournalFile&) = delete;
  std::string hledger(const std::string& words, int& status) const {
    // hledger reads UTF-8 only in a locale that says so.
    return output_of("LC_ALL=C.UTF-8 hledger -f " + path_ + " " + words, status);
  }

 private:
  std::string path_;
};

TEST_CASE("hledger accepts the journal, and its balances are the ledger's") {
  const auto invoice = owner_invoice();
  auto foreign = isp_statement();
  foreign.party.name = "Üñï: net;  work";
  std::vector<LedgerTransaction> transactions{
      post(isp_statement()), post(owner_statement()), post(foreign),
      post(make_credit_note(request("CN"), {}, invoice, {}, {{1, 777}}, "outage | half; day", "UTC").value(), invoice)};
  AccountBalances balances;
  for (const auto& transaction : transactions) REQUIRE(add_to(balances, transaction));
  const JournalFile journal(journal_text(transactions));
  int status = 0;
  auto said = journal.hledger("check --strict", status);
  CHECK_MESSAGE(status == 0, said);
  std::map<std::string, std::string> expected;
  for (const auto& [key, amount] : balances) {
    if (amount != 0) expected[key.first.path()] = key.second.str() + " " + format_minor(amount, key.second);
  }
  said = journal.hledger("balance --flat --no-total --output-format csv", status);
  CHECK_MESSAGE(status == 0, said);
  for (const auto& [path, amount] : expected) {
    CHECK_MESSAGE(said.find(fmt::format("\"{}\",\"{}\"\n", path, amount)) != std::string::npos, said);
  }
  CHECK(static_cast<std::size_t>(std::count(said.begin(), said.end(), '\n')) == expected.size() + 1);
  // And it would not accept books that do not balance.
  transactions[0].postings[0].amount_minor += 1;
  said = JournalFile(journal_text(transactions)).hledger("check", status);
  CHECK(status != 0);
}

}  // namespace
}  // namespace waybill::tracker
