#pragma once
// The file that an ISP checks on its own: the signed statement and, where asked for, what stands behind it (design
// section 7, promise 6). JSON:
//   {"format": "waybill settlement 2", "tracker_key": hex, "statement": {...for reading...},
//    "signed": {"text": "the exact text that is signed", "signature": hex}}
// and one of these, or none:
//   "items": the ISP's own list of receipts. Clients stand in it under pseudonyms, addresses not at all.
//     {"format": "waybill settlement items 1", "statement": SHA-256 of the signed text, "orders": [{"sender": "c-...",
//      "receiver": "c-...", "agreement": id, "traffic": "on-net"|"off-net", "class": "file"|"live", "owner": ...,
//      "unacknowledged": true where the receiver is a stock client and acknowledges nothing, else left away,
//      "receipts": [[start ms, end ms, acknowledged bytes, sent bytes], ...]}, ...]}
//     with "items_signature": the tracker's over that object's text, its keys sorted and without white space
//   "evidence": for an auditor who is bound to keep it: the signed bytes themselves, in which keys and addresses stand.
//     {"orders": [{"order": hex, "traffic": ..., "class": ..., "receipts": [hex, ...]}, ...]}
//     Orders and receipts are envelopes as received (common/protocol): order signed by the tracker, receipts by the
//     order's sender, the acknowledgement inside each by its receiver.
#include <optional>
#include <string>
#include <vector>

#include "common/crypto/ed25519.h"
#include "common/protocol/envelope.h"
#include "tracker/settlement/statement.h"

namespace waybill::tracker {

// Held in memory as a whole, about 4 KB each on paper: beyond it the export is refused, with the advice to export day
// by day (`--period 2026-11-23`).
inline constexpr std::int64_t kMaxEvidenceReceipts = 200'000;

struct OrderEvidence {
  ByteString order;                                 // envelope
  bool on_net = false;                              // the tracker's word, by its prefix table
  ContentClass content_class = ContentClass::file;  // the tracker's word, by its registry
  // Envelopes in the order of their sequence, from the order's first to its last within the window. Those that ended
  // outside the window are not counted; they show what the counted ones add to.
  std::vector<ByteString> receipts;
};

struct ItemisedReceipt {
  TimeMs start{};
  TimeMs end{};  // within the window
  AckedBytes acked;
  SentBytes sent;
};
struct ItemisedOrder {
  std::string sender;    // pseudonyms (ledger/pseudonym.h)
  std::string receiver;  // ...
  AgreementId agreement;
  bool on_net = false;
  ContentClass content_class = ContentClass::file;
  std::string owner;  // of the content
  std::vector<ItemisedReceipt> receipts;
  bool unacknowledged = false;  // to a stock client
};

std::string settlement_export(const crypto::KeyPair& tracker, const Statement& statement);
std::string settlement_export(const crypto::KeyPair& tracker, const Statement& statement,
                              const std::vector<OrderEvidence>& evidence);
std::string settlement_export(const crypto::KeyPair& tracker, const Statement& statement,
                              const std::vector<ItemisedOrder>& items);

// The statement inside an export, after its signature has been checked against the key named there.
Result<Statement> statement_of_export(const std::string& text);

enum class ProofKind { none, items, evidence };
struct VerifiedExport {
  crypto::PublicKey tracker_key;
  Statement statement;
  ProofKind proof = ProofKind::none;
  std::int64_t orders = 0;
  std::int64_t receipts = 0;  // counted ones; with evidence, each with its acknowledgement's signature checked
};

// Checks with public keys alone: the statement's signature; that each price is of the terms that it carries, each
// amount follows from its line, each total from the lines; and with items or evidence that pricing these by the terms
// makes this statement, of every tariff. With evidence each order's, receipt's and acknowledgement's signature and
// limits too. Refused with the first fault. `expected_key`: refused where the export is by another tracker.
Result<VerifiedExport> verify_export(const std::string& text, const std::optional<crypto::PublicKey>& expected_key);

}  // namespace waybill::tracker
