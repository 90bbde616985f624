#pragma once
// May this block be served? A function of values: no state, no clock, no I/O.
#include <cstdint>

#include "common/protocol/order.h"
#include "common/protocol/refusal.h"
#include "common/types/units.h"

namespace waybill::orders {

// How a content is cut up. Pieces are numbered from 0; only the last may be shorter.
struct ContentGeometry {
  ByteCount size;
  ByteCount piece_length;

  std::int64_t pieces() const;
  std::int64_t piece_size(std::int64_t piece) const;       // 0 where there is no such piece
  std::int64_t blocks_in_piece(std::int64_t piece) const;  // of protocol::kBlockBytes
  bool operator==(const ContentGeometry&) const = default;
};

// What a BEP 3 request asks for, exactly as it came: nothing about it is true yet.
struct Block {
  std::int64_t piece = 0;
  std::int64_t offset = 0;  // bytes, within the piece
  std::int64_t length = 0;  // bytes
  bool operator==(const Block&) const = default;
};

// What one order has come to, since it began.
struct ServedTotals {
  QueuedBytes queued;  // granted, neither written to the socket nor taken back
  SentBytes sent;
  AckedBytes acked;

  ByteCount granted() const { return {queued.value + sent.value}; }
  // What the sender would lose if the receiver never signed again. Never negative.
  ByteCount unacknowledged() const;
  bool operator==(const ServedTotals&) const = default;
};

struct GateFacts {
  bool peer_proven = false;                     // the peer has proven its key on this connection
  const protocol::ServeOrder* order = nullptr;  // one that names this peer, this content and this sender; null: none
  bool revoked = false;
  bool sharing = false;  // the owner of the machine consents
  ServedTotals totals;
  ContentGeometry geometry;
  Block block;
  TimeMs now{};
};

// `none`: serve it. Otherwise the lowest-numbered reason that applies.
protocol::Refusal decide(const GateFacts& facts);

// Is the order in force at this moment, whatever is asked of it? Reasons 2 and 5 to 8 only.
protocol::Refusal in_force(const protocol::ServeOrder* order, bool revoked, bool sharing, TimeMs now);

// Does an order that the tracker has signed belong here? Reasons 4 to 6 only.
protocol::Refusal belongs(const protocol::ServeOrder& order, const AgentKey& self, const AgentKey& receiver,
                          const ContentId& content, TimeMs now);

}  // namespace waybill::orders
