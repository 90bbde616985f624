#pragma once
// Invoices and credit notes: numbered without gaps in their series, each holding the hash of the one before, immutable
// once issued. A wrong one is corrected by a credit note, and what a month comes to owe later by a late line of the
// next.
#include "tracker/ledger/account_statement.h"

namespace waybill::tracker {

enum class InvoiceKind : int { invoice = 1, credit_note = 2 };  // numbers stand in the store
const char* name_of(InvoiceKind kind);

// Owners are sent invoices, series "INV". For ISPs the operator writes the ISP's invoice itself (self-billing), series
// "SBI". Credit notes have series of their own: "CN" and "SBC".
std::string default_series(PartyKind party, InvoiceKind kind);
Status check_series_name(const std::string& series);  // 1 to 20 of A-Z, 0-9 and "-"

struct InvoiceLine {
  int number = 0;  // from 1
  std::string description;
  std::int64_t amount_minor = 0;
  std::optional<ChargeLine> charge;  // of an invoice
  int credits_line = 0;              // of a credit note: the invoice's line
  bool operator==(const InvoiceLine&) const = default;
};

struct Invoice {
  InvoiceKind kind = InvoiceKind::invoice;
  std::string series;
  std::int64_t number = 0;  // 1, 2, 3 ... in its series
  ByteString previous;      // SHA-256 of the one before in the series; empty for number 1
  std::string issuer;       // the operator's name
  Party party;
  std::string period;
  TimeWindow window;
  Currency currency;
  TimeMs issued{};
  std::string issue_date;  // "2026-12-04" on the party's clocks
  ByteString statement;    // SHA-256 of the account statement that it bills
  std::string credits;     // of a credit note: the invoice's full number, e.g. "INV-000007"
  std::string reason;      // of a credit note
  std::vector<InvoiceLine> lines;
  std::int64_t total_minor = 0;

  std::string full_number() const;  // "INV-000007"
  bool operator==(const Invoice&) const = default;
};

// The end of a series: what the next one continues.
struct SeriesEnd {
  std::int64_t number = 0;  // 0: nothing issued
  ByteString hash;          // of the last one; empty where nothing was issued
};

struct InvoiceRequest {
  std::string series;
  std::string issuer;
  TimeMs issued{};
};

// Bills the lines of `currency`. Refused where the statement has none, or its total is below zero: an invoice claims
// money; late lines that outweigh a month are carried by a credit note on an earlier invoice.
Result<Invoice> make_invoice(const InvoiceRequest& request, const SeriesEnd& end, const AccountStatement& statement,
                             Currency currency);

// Part of a line that is credited; above zero and below zero as the line is.
struct CreditedLine {
  int line = 0;  // the invoice's
  std::int64_t amount_minor = 0;
};
// `earlier`: the credit notes on this invoice so far. No `lines`: whatever is left of each. Refused: a credit of a
// credit note, of a line that does not exist, of more than is left of it, or of nothing.
Result<Invoice> make_credit_note(const InvoiceRequest& request, const SeriesEnd& end, const Invoice& invoice,
                                 const std::vector<Invoice>& earlier, const std::vector<CreditedLine>& lines,
                                 const std::string& reason, const std::string& timezone);

// Undoes what the credited lines posted.
LedgerTransaction post(const Invoice& credit_note, const Invoice& invoice);

// Refuses a line that does not follow from its figures, numbers that leave a gap among the lines, a wrong total.
Status check(const Invoice& invoice);
// Refuses the first gap, foreign series or broken chain of hashes. `invoices` by number, from 1.
Status check_series(const std::vector<Invoice>& invoices);

// "MovieStudio, on-net, peak, tier 2: 12.5 GB at 0.02"
std::string line_description(const ChargeLine& line);

std::string invoice_text(const Invoice& invoice);  // JSON: canonical, hashed, stored and exported
Result<Invoice> read_invoice(std::string_view text);
ByteString invoice_hash(const Invoice& invoice);  // 32 bytes

}  // namespace waybill::tracker
