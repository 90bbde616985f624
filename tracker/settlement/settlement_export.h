#pragma once
// The file that an ISP checks on its own: the signed statement and, where asked for, every receipt behind it
// (design section 7, promise 6). JSON:
//   {"format": "waybill settlement 1", "tracker_key": hex, "statement": {...for reading...},
//    "signed": {"text": "the exact text that is signed", "signature": hex},
//    "evidence": {"orders": [{"order": hex, "traffic": "on-net"|"off-net", "receipts": [hex, ...]}, ...]}}
// Orders and receipts are envelopes as received (common/protocol): order signed by the tracker, receipts by the order's
// sender, the acknowledgement inside each by its receiver.
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
  ByteString order;     // envelope
  bool on_net = false;  // the tracker's word, by its prefix table
  // Envelopes in the order of their sequence, from the order's first to its last within the window. Those that ended
  // outside the window are not counted; they show what the counted ones add to.
  std::vector<ByteString> receipts;
};

std::string settlement_export(const crypto::KeyPair& tracker, const Statement& statement,
                              const std::optional<std::vector<OrderEvidence>>& evidence);

// The statement inside an export, after its signature has been checked against the key named there.
Result<Statement> statement_of_export(const std::string& text);

struct VerifiedExport {
  crypto::PublicKey tracker_key;
  Statement statement;
  bool has_evidence = false;
  std::int64_t orders = 0;
  std::int64_t receipts = 0;  // counted ones, each with its acknowledgement's signature checked
};

// Checks with public keys alone: the statement's signature; each amount and total; and with evidence each order's,
// receipt's and acknowledgement's signature and limits, and that bytes and receipts of every line recompute. Refused
// with the first fault. `expected_key`: refused where the export is by another tracker.
Result<VerifiedExport> verify_export(const std::string& text, const std::optional<crypto::PublicKey>& expected_key);

}  // namespace waybill::tracker
