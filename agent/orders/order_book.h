#pragma once
// The sender's book of serve orders: what it may serve to whom, what it has granted, written and been acknowledged.
// Pure state: no I/O, no thread, the time is passed in. Signatures of orders are checked before they come here
// (protocol::open_order); those of acknowledgements are checked here.
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/orders/block_gate.h"
#include "common/protocol/acknowledgement.h"
#include "common/protocol/order.h"
#include "common/protocol/refusal.h"
#include "common/types/ids.h"
#include "common/types/ip.h"
#include "common/types/units.h"

namespace waybill::orders {

inline constexpr std::size_t kMaxOrders = 16 * 1024;               // in one book; more are refused as too_busy
inline constexpr std::size_t kMaxEndedOrders = 64 * 1024;          // remembered, so that none comes back to life
inline constexpr std::size_t kMaxOrdersPerCustomer = 64;           // one receiver, one content
inline constexpr DurationMs kUnknownRevocationMemory = hours(24);  // of orders that were revoked before they came

// One order in the book.
struct BookedOrder {
  protocol::SignedOrder signed_order;
  IpAddress receiver_address;
  ServedTotals totals;
  std::int64_t acked_pieces = 0;
  std::int64_t sequence = 0;   // of the latest acknowledgement; 0: none yet
  ByteCount borrowed;          // of `sent`: granted under a sibling, acknowledged here
  ByteString acknowledgement;  // its envelope
  ByteCount unsaved;           // restored: what an earlier life may have sent beyond what was saved, at most
  protocol::Refusal revoked = protocol::Refusal::none;
  TimeMs first_block{};  // written in this life; 0: none
  TimeMs last_block{};

  const protocol::ServeOrder& order() const { return signed_order.order; }
  const OrderId& id() const { return signed_order.order.id; }
  bool exhausted() const;  // not even one more block fits
  bool fulfilled() const;  // the receiver has acknowledged every piece of it, or its whole byte limit
};

// A block that was granted, or why not.
struct Grant {
  protocol::Refusal refusal = protocol::Refusal::none;
  BookedOrder* order = nullptr;  // what was charged; null when refused
};

// All orders that let one receiver have one content.
struct Customer {
  AgentKey receiver;
  ContentId content;
  std::vector<BookedOrder*> orders;  // in order of arrival; the first that permits a block is charged
};

class OrderBook {
 public:
  explicit OrderBook(AgentKey self) : self_(self) {}
  OrderBook(const OrderBook&) = delete;
  OrderBook& operator=(const OrderBook&) = delete;

  struct Admission {
    BookedOrder* order = nullptr;  // null when refused
    bool fresh = false;            // it was not in the book before
    protocol::Refusal refusal = protocol::Refusal::none;
  };
  // Enters an order signed by the tracker. An identical one is found again.
  Admission admit(protocol::SignedOrder order, IpAddress receiver, TimeMs now);
  // Seeds what earlier lives served. Refused like an admission; totals never fall.
  Admission restore(protocol::SignedOrder order, IpAddress receiver, SentBytes sent,
                    const std::optional<protocol::OpenedAcknowledgement>& latest, TimeMs now);

  // Judges one block for a receiver whose key is proven, and counts it as queued when it is granted. Where several
  // orders might cover it, the refusal is that of the order that came closest.
  Grant request(Customer* customer, const ContentGeometry& geometry, const Block& block, TimeMs now);
  void written(BookedOrder& order, ByteCount bytes, TimeMs now);  // queued -> sent
  void taken_back(BookedOrder& order, ByteCount bytes);           // queued -> nothing
  // Refuses an unknown order (no_order), a foreign signature, falling totals, and more than was granted
  // (acknowledgement_invalid). An older or repeated one changes nothing and is no fault: connections may overlap.
  protocol::Refusal acknowledge(const protocol::OpenedAcknowledgement& acknowledgement, const AgentKey& from);

  void revoke(const OrderId& order, protocol::Refusal why, TimeMs now);
  void set_sharing(bool consented) { sharing_ = consented; }
  bool sharing() const { return sharing_; }

  BookedOrder* find(const OrderId& order);
  Customer* customer(const AgentKey& receiver, const ContentId& content);  // null when it has no order
  // Whoever has an order for a stock client at this address; several subscribers may share one address.
  std::vector<AgentKey> stock_customers(const IpAddress& address, const ContentId& content) const;
  bool any_live(const Customer* customer, TimeMs now) const;  // in force and with bytes left
  // Why an order is over: its end, its revocation, or `none` with `over` when it is used up.
  struct End {
    bool over = false;
    protocol::Refusal why = protocol::Refusal::none;
  };
  End end_of(const BookedOrder& order, TimeMs now) const;
  // Strikes an order off; it stays refused until it would have expired. The pointer is dead afterwards.
  void strike(const OrderId& order, protocol::Refusal why, TimeMs now);
  void forget_expired(TimeMs now);

  std::vector<BookedOrder*> all();
  std::size_t size() const { return orders_.size(); }

 private:
  struct Ended {
    protocol::Refusal why;
    TimeMs until;
  };
  protocol::Refusal admissible(const protocol::ServeOrder& order, TimeMs now) const;
  ByteCount surplus(const Customer& customer) const;
  void forget_stock(const protocol::ServeOrder& order);  // unless another order has the same two ends

  const AgentKey self_;
  bool sharing_ = false;
  std::unordered_map<OrderId, std::unique_ptr<BookedOrder>> orders_;
  std::map<std::pair<AgentKey, ContentId>, std::unique_ptr<Customer>> customers_;
  std::map<std::pair<IpAddress, ContentId>, std::vector<AgentKey>> stock_;  // each of them in customers_
  std::unordered_map<OrderId, Ended> ended_;
  std::deque<OrderId> ended_by_age_;
};

}  // namespace waybill::orders
