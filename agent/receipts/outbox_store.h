#pragma once
// The outbox: receipts that the tracker has not yet made durable, the ones that it refused for good, and the account of
// every order served. A change is one transaction, and durable when the call returns.
#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "agent/receipts/order_account.h"
#include "common/protocol/receipt_status.h"

namespace waybill::receipts {

// A receipt on its way: what it is called and its exact signed bytes.
struct OutgoingReceipt {
  protocol::ReceiptId id;
  ByteString envelope;
  bool operator==(const OutgoingReceipt&) const = default;
};

struct OutboxChange {
  std::vector<OrderAccount> accounts;  // as they are after the receipts
  std::vector<OutgoingReceipt> receipts;
  std::vector<OrderId> forgotten;
  bool empty() const { return accounts.empty() && receipts.empty() && forgotten.empty(); }
};

struct OutboxCounts {
  std::int64_t waiting = 0;                                 // receipts
  std::int64_t waiting_bytes = 0;                           // of their envelopes
  std::map<protocol::ReceiptStatus, std::int64_t> refused;  // kept, by what the tracker said
};

struct SettledReceipt {
  protocol::ReceiptId id;
  protocol::ReceiptStatus status = protocol::ReceiptStatus::recorded;
};

// Not thread-safe: one thread uses it (storage::StorageThread). Every failure is one line that names the file.
class OutboxStore {
 public:
  static Result<std::unique_ptr<OutboxStore>> open(const std::filesystem::path& file);
  ~OutboxStore();

  // All or nothing. A receipt whose id is in the outbox already with the same bytes is not added twice; with other
  // bytes it is our bug and fails.
  Status save(const OutboxChange& change);
  // Oldest first; at most `max_count` and `max_bytes` of envelopes, but at least one where any waits.
  Result<std::vector<OutgoingReceipt>> oldest(std::size_t max_count, std::size_t max_bytes);
  // Durable ones leave, transient ones stay, all others move to the refused table with their status.
  Status settle(const std::vector<SettledReceipt>& settled, TimeMs now);
  Result<std::vector<OrderAccount>> load_accounts();
  OutboxCounts counts() const;  // as of the last commit

 private:
  struct Impl;
  explicit OutboxStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace waybill::receipts
