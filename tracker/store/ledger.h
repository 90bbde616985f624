#pragma once
// What was agreed, word for word, and the books made from it: owners' contracts, closed periods with their statements,
// postings, invoices. Written by commands. Documents are kept as the text that was hashed; tracker/agreements and
// tracker/ledger write and read them. Only ever added to, but for the end of a contract.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/types/ids.h"
#include "common/types/result.h"
#include "common/types/units.h"
#include "tracker/ledger/party.h"
#include "tracker/ledger/transaction.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

// The terms of an agreement of the registry beyond what its columns hold.
struct AgreementDocument {
  AgreementId agreement;
  std::string text;
  bool operator==(const AgreementDocument&) const = default;
};

// An owner's contract. Its id is of its own series: the same number as an ISP's agreement means nothing.
struct StoredContract {
  AgreementId id;
  std::string owner;
  TimeMs valid_from{};
  std::optional<TimeMs> valid_until;  // exclusive
  std::string text;
  bool operator==(const StoredContract&) const = default;
};

// A period that was closed, with the statement that is final for it.
struct ClosedPeriod {
  Party party;
  std::string name;  // "2026-11"
  TimeWindow window;
  TimeMs closed_at{};
  ByteString statement_hash;  // SHA-256 of `statement`
  std::string statement;
  bool operator==(const ClosedPeriod&) const = default;
};

struct StoredTransaction {
  ByteString id;  // 32 bytes, of its content: the key, which hash-distributes together with its postings
  TimeMs recorded{};
  LedgerTransaction transaction;
  bool operator==(const StoredTransaction&) const = default;
};

struct StoredInvoice {
  std::string series;
  std::int64_t number = 0;  // 1, 2, 3 ... in its series
  ByteString hash;          // SHA-256 of `text`
  Party party;
  std::string period;
  ByteString statement;  // hash of the statement that it bills
  std::string currency;  // ISO 4217
  std::string credits;   // of a credit note: the full number of its invoice; empty for an invoice
  TimeMs issued{};
  std::int64_t total_minor = 0;
  std::string text;
  bool operator==(const StoredInvoice&) const = default;
};
struct InvoiceQuery {
  std::optional<std::string> series = {};
  std::optional<std::int64_t> number = {};
  std::optional<Party> party = {};
  std::optional<ByteString> statement = {};
  std::optional<std::string> credits = {};
};

// Every call is one durable transaction. Refusals change nothing. Called on the store's thread only.
class Ledger {
 public:
  virtual ~Ledger() = default;

  // Refused for an agreement that the registry does not have, or that has a document.
  virtual Status add_document(const AgreementDocument& document) = 0;
  virtual Result<std::vector<AgreementDocument>> documents() = 0;  // by agreement

  // The id is assigned. Refused where the owner has a contract in that time.
  virtual Result<StoredContract> add_contract(const StoredContract& contract) = 0;
  virtual Result<std::vector<StoredContract>> contracts() = 0;  // by owner, then time
  virtual Status end_contract(AgreementId id, TimeMs at) = 0;

  // Refused where it is closed already.
  virtual Status close_period(const ClosedPeriod& period) = 0;
  virtual Result<std::vector<ClosedPeriod>> closed_periods(
      const std::optional<Party>& party) = 0;  // by party, then time

  // Asserts that it balances. False: it is recorded already, and nothing changed.
  virtual Result<bool> add_transaction(const StoredTransaction& transaction) = 0;
  // By date, then as recorded. The visitor must not call the store; an error of its ends the visit.
  virtual Status each_transaction(const std::function<Status(const StoredTransaction&)>& visit) = 0;

  // Refused where its number is not the next of its series: nothing is left out, and nothing issued twice.
  virtual Status add_invoice(const StoredInvoice& invoice) = 0;
  virtual Result<std::vector<StoredInvoice>> invoices(const InvoiceQuery& query) = 0;  // by series, then number

  // The secret under which clients have their names in exports: `fresh` where there was none before.
  virtual Result<ByteString> pseudonym_secret(const ByteString& fresh) = 0;
};

}  // namespace waybill::tracker
