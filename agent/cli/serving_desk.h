#pragma once
// The sender's side of this agent: takes the tracker's orders to the engine, has the way to each receiver traced, keeps
// the receipt book fed, and tells the tracker how busy it is. Lives on the app's loop.
#include <functional>
#include <map>
#include <vector>

#include "agent/path/path_tracer.h"
#include "agent/receipts/receipt_book.h"
#include "agent/transfer/transfer_engine.h"
#include "common/runtime/clock.h"

namespace waybill::cli {

struct ServedOrder {
  protocol::ServeOrder order;
  IpAddress receiver;
  transfer::ServeProgress last;
};

// The tracker takes the last report for the present load, so it hears of the end of service too: a report is due while
// there is load, and once more when there is none, neither orders nor a rate.
bool is_busy(const protocol::LoadReport& report);
bool load_report_due(const protocol::LoadReport& present, bool told_busy);

class ServingDesk {
 public:
  struct Needs {
    runtime::EventLoop& loop;
    const runtime::Clock& clock;
    crypto::KeyPair key;
    crypto::PublicKey tracker_key;
    IpAddress source;  // traces leave from here; unspecified: the kernel chooses
    transfer::TransferEngine& engine;
    std::function<bool(const protocol::ControlMessage&)> tell_tracker;
  };
  explicit ServingDesk(Needs needs);

  // The book asks this desk for paths, and this desk feeds the book.
  void set_book(receipts::ReceiptBook& book) { book_ = &book; }
  protocol::Path path_to(const IpAddress& receiver) const;
  bool path_pending(const IpAddress& receiver) const;

  void take(const protocol::Serve& serve);
  void take(const transfer::OrderAccepted& accepted);
  void take(const transfer::ServeProgress& progress);
  void take(const transfer::ServeEnded& ended);
  void tick();  // each second

  const std::map<OrderId, ServedOrder>& serving() const { return serving_; }
  ByteRate rate() const;

 private:
  void trace(const IpAddress& receiver);

  Needs needs_;
  receipts::ReceiptBook* book_ = nullptr;
  agent::PathTracer tracer_;
  std::map<IpAddress, TimeMs> tracing_;  // begun at
  std::map<OrderId, ServedOrder> serving_;
  bool reported_ = false;  // the tracker's last word from here was of some load
};

}  // namespace waybill::cli
