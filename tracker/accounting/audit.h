#pragma once
// The books against the evidence: reads every receipt as it was signed and every record of a CDN node's log, works out
// anew what each one counts, and compares with the totals of orders and the counters of accounting objects. It shares
// no rule with ingest but the choice of accounting objects.
#include <optional>
#include <string>
#include <vector>

#include "common/crypto/ed25519.h"
#include "tracker/accounting/work_meter.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

struct AuditOptions {
  // With the tracker's public key, every signature is verified too: order, receipt and acknowledgement.
  std::optional<crypto::PublicKey> tracker_key;
  WorkMeter* meter = nullptr;  // hears of each receipt that is read
};
struct AuditReport {
  std::int64_t orders = 0;  // with at least one receipt
  std::int64_t receipts = 0;
  std::int64_t cdn_records = 0;
  AckedBytes acked;
  SentBytes sent;                   // receipts' and records'
  std::vector<std::string> faults;  // one line each; at most kMaxAuditFaults, then a line that says so
  bool sound() const { return faults.empty(); }
};
inline constexpr std::size_t kMaxAuditFaults = 100;

// On the store's thread. An error is a failure to read; faults found are in the report. Memory grows with the number of
// orders and counters, not of receipts.
Result<AuditReport> audit(Store& store, const AuditOptions& options = {});

}  // namespace waybill::tracker
