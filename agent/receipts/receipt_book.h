#pragma once
// The sender's books: follows what the engine serves, cuts receipts when they are due, and has each durable in the
// outbox, together with the account it belongs to, before anybody may send it. Lives on the app's loop.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "agent/receipts/outbox_store.h"
#include "agent/receipts/receipt_cutter.h"
#include "agent/storage/storage_thread.h"
#include "agent/transfer/transfer_events.h"
#include "common/crypto/ed25519.h"
#include "common/runtime/clock.h"
#include "common/runtime/event_loop.h"

namespace waybill::receipts {

// Evidence is never dropped. When this much waits for the tracker, or the file cannot be written, no order is served
// until that changes: what cannot be accounted for is not done.
inline constexpr std::int64_t kMaxWaitingReceipts = 200'000;
inline constexpr std::int64_t kMaxWaitingBytes = 256ll << 20;

// Accounts are saved this often while totals rise, so that a crash loses at most this much of our own knowledge; what
// the receiver acknowledged comes back with its next acknowledgement.
inline constexpr DurationMs kCheckpointInterval = seconds(1);

// The one-line reason why the outbox's size forbids serving; empty where it does not.
std::string outbox_trouble(const OutboxCounts& counts);

class ReceiptBook {
 public:
  struct Needs {
    runtime::EventLoop& loop;
    const runtime::Clock& clock;
    crypto::KeyPair key;
    storage::StorageThread& storage;
    OutboxStore& store;
    std::function<protocol::Path(const IpAddress& receiver)> path_to;  // the latest known
    // The trace to the receiver is under way: an order that ends meanwhile has its last receipt wait for it. Must
    // become false by itself within seconds.
    std::function<bool(const IpAddress& receiver)> path_pending;
    std::function<void()> receipts_saved;               // there is something to upload
    std::function<void(std::string reason)> may_serve;  // empty: yes; else why not. Called on change
  };
  explicit ReceiptBook(Needs needs);
  ~ReceiptBook();  // as if killed, where close() was not called

  // What earlier lives left; cuts the receipts of orders that ended meanwhile. Call once, before anything else. Returns
  // the accounts of orders that still live: for the engine.
  std::vector<OrderAccount> begin(std::vector<OrderAccount> accounts);

  void order_accepted(const transfer::OrderAccepted& accepted);
  void progressed(const transfer::ServeProgress& progress);
  void order_ended(const transfer::ServeEnded& ended);

  // Cuts what is pending of every order and saves it; blocks until it is durable or cannot be.
  Status close();

  std::vector<OrderId> live_orders() const;
  const OrderAccount* account(const OrderId& order) const;
  OutboxCounts counts() const { return counts_; }
  const std::string& trouble() const { return trouble_; }

 private:
  using Saved = Result<OutboxCounts>;

  void tick();
  void observe_now(OrderAccount& account, const transfer::ServeProgress& progress);
  void cut_if_due(OrderAccount& account, bool ending);
  void flush();
  OutboxChange take_change();
  void saved(const OutboxChange& change, Saved result);
  void set_trouble(std::string reason);

  Needs needs_;
  std::map<OrderId, OrderAccount> accounts_;
  std::set<OrderId> changed_;
  std::vector<OutgoingReceipt> cut_;  // not yet saved
  std::vector<OrderId> forgotten_;
  OutboxCounts counts_;
  std::string trouble_;
  std::shared_ptr<const OutboxChange> saving_;                  // on its way to the disk
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for a save that ends after the book
  bool closed_ = false;
  runtime::Timer tick_timer_;
};

}  // namespace waybill::receipts
