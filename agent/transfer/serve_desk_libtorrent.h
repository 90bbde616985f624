#pragma once
// The sender's side: the order book, who is served under it on which connection, and what the app is told of it.
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/orders/order_book.h"
#include "agent/transfer/transfer_engine.h"
#include "common/protocol/acknowledgement.h"
#include "common/protocol/peer_messages.h"

namespace waybill::transfer {

struct Content;
class PeerChannel;
class TransferCore;

class ServeDesk {
 public:
  ServeDesk(TransferCore& core, AgentKey self) : core_(core), book_(self) {}

  void push(protocol::SignedOrder order, IpAddress receiver, const std::optional<Call>& call);
  void restore(protocol::SignedOrder order, IpAddress receiver, SentBytes sent, const ByteString& acknowledgement);
  void revoke(const OrderId& order, protocol::Refusal why);
  void set_sharing(bool consented);

  // From a channel whose peer has proven its key.
  protocol::Refusal presented(PeerChannel& channel, ByteView envelope, OrderId& order);
  void receiver_is_through(const PeerChannel& channel, const OrderId& order);
  protocol::Refusal acknowledged(PeerChannel& channel, const protocol::OpenedAcknowledgement& acknowledgement);

  orders::OrderBook& book() { return book_; }
  const orders::OrderBook& book() const { return book_; }
  void tick(TimeMs now, DurationMs monotonic);
  bool window_open(const std::vector<OrderId>& orders);        // one of them would let another block go
  bool calls(const Content& content, const Endpoint& remote);  // a live order has this end connect there
  int serving() const;                                         // orders with a connected receiver

 private:
  // What the app was told, and what the next ServeProgress needs.
  struct Told {
    DurationMs at{};
    SentBytes sent;
    AckedBytes acked;
    bool connected = false;
    SentBytes second_began_with;
    DurationMs second_began{};
    ByteRate rate;
    ByteRate max_rate;
    std::optional<DurationMs> ending_since;
    bool ending = false;  // as it was told
    std::optional<Call> call;
    int calls = 0;  // made so far
    DurationMs next_call{};
    bool receiver_through = false;  // it has everything, and has said its last word
  };
  void call_receiver(const orders::BookedOrder& order, Told& told, DurationMs monotonic);
  bool others_unsigned(const orders::BookedOrder& order);
  void accepted(const orders::BookedOrder& order);
  void sample_rate(const orders::BookedOrder& order, Told& told, DurationMs monotonic);
  void tell(const orders::BookedOrder& order, Told& told, DurationMs monotonic);
  void begin_end(orders::BookedOrder& order, Told& told, protocol::Refusal why, DurationMs monotonic);
  bool may_end(const orders::BookedOrder& order, const Told& told, protocol::Refusal why, DurationMs monotonic);
  void end(OrderId order, protocol::Refusal why, DurationMs monotonic);
  ServeProgress progress_of(const orders::BookedOrder& order, const Told& told) const;
  bool connected(const orders::BookedOrder& order) const;
  static void reconsider_stock(const Content& content);

  TransferCore& core_;
  orders::OrderBook book_;
  std::unordered_map<OrderId, Told> told_;
};

}  // namespace waybill::transfer
