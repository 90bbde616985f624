#pragma once
// The blocks that were granted on one connection, from the grant to the socket: each is charged to the order that let
// it go, in the book, as libtorrent reports what became of it.
#include <cstdint>
#include <deque>
#include <unordered_map>

#include <libtorrent/peer_request.hpp>

#include "agent/orders/order_book.h"
#include "common/types/ids.h"

namespace waybill::transfer {

// A block's place as one number: a piece has at most 2^24 blocks' worth of bytes in 16 KiB steps, any offset fits.
inline std::uint64_t block_key(const lt::peer_request& request) {
  return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(static_cast<int>(request.piece))) << 32) |
         static_cast<std::uint32_t>(request.start);
}

inline orders::Block block_of(const lt::peer_request& request) {
  return {static_cast<int>(request.piece), request.start, request.length};
}

class BlockMeter {
 public:
  explicit BlockMeter(orders::OrderBook& book) : book_(book) {}
  ~BlockMeter();  // takes back what lay in libtorrent's buffer

  void granted(const lt::peer_request& request, const OrderId& order);
  void rejected(const lt::peer_request& request);  // by libtorrent: cancelled, choked, not held, its queue full
  void sent(const lt::peer_request& request);      // into libtorrent's buffer
  void written(std::int64_t bytes, TimeMs now);    // to the socket
  // The connection is gone. libtorrent may report bytes as written after that, so what lies in its buffer stays.
  void take_back_granted();

 private:
  struct Written {
    OrderId order;
    std::int64_t bytes = 0;
  };
  void take_back(const Written& block);

  orders::OrderBook& book_;
  std::unordered_multimap<std::uint64_t, Written> granted_;  // not yet in libtorrent's send buffer
  std::deque<Written> buffered_;                             // in it, in order
};

}  // namespace waybill::transfer
