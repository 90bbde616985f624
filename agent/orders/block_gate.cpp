#include "agent/orders/block_gate.h"

#include <algorithm>

#include "common/protocol/limits.h"

namespace waybill::orders {

using protocol::Refusal;

std::int64_t ContentGeometry::pieces() const {
  if (size.value <= 0 || piece_length.value <= 0) return 0;
  return (size.value - 1) / piece_length.value + 1;
}

std::int64_t ContentGeometry::piece_size(std::int64_t piece) const {
  if (piece < 0 || piece >= pieces()) return 0;
  return std::min(piece_length.value, size.value - piece * piece_length.value);
}

std::int64_t ContentGeometry::blocks_in_piece(std::int64_t piece) const {
  const auto block = static_cast<std::int64_t>(protocol::kBlockBytes);
  return (piece_size(piece) + block - 1) / block;
}

ByteCount ServedTotals::unacknowledged() const { return {std::max<std::int64_t>(0, granted().value - acked.value)}; }

Refusal in_force(const protocol::ServeOrder* order, bool revoked, bool sharing, TimeMs now) {
  if (order == nullptr) return Refusal::no_order;
  if (now < order->not_before) return Refusal::order_not_begun;
  if (now >= order->not_after) return Refusal::order_expired;
  if (revoked) return Refusal::order_revoked;
  if (!sharing) return Refusal::sharing_off;
  return Refusal::none;
}

Refusal belongs(const protocol::ServeOrder& order, const AgentKey& self, const AgentKey& receiver,
                const ContentId& content, TimeMs now) {
  if (order.sender != self || order.receiver != receiver || order.content != content) {
    return Refusal::order_for_another;
  }
  if (now < order.not_before) return Refusal::order_not_begun;
  if (now >= order.not_after) return Refusal::order_expired;
  return Refusal::none;
}

namespace {

// Reasons 9 and 10, by subtraction, so that no number a peer can send overflows.
Refusal judge_block(const ContentGeometry& geometry, const Block& block) {
  const auto piece_size = geometry.piece_size(block.piece);
  const bool inside = piece_size > 0 && block.offset >= 0 && block.offset < piece_size && block.length >= 0 &&
                      block.length <= piece_size - block.offset;
  if (!inside) return Refusal::block_out_of_range;
  const auto largest = static_cast<std::int64_t>(protocol::kBlockBytes);
  return block.length == 0 || block.length > largest ? Refusal::block_size_invalid : Refusal::none;
}

}  // namespace

Refusal decide(const GateFacts& facts) {
  if (!facts.peer_proven) return Refusal::key_not_proven;
  const auto force = in_force(facts.order, facts.revoked, facts.sharing, facts.now);
  if (force != Refusal::none) return force;
  const auto block = judge_block(facts.geometry, facts.block);
  if (block != Refusal::none) return block;
  if (!facts.order->covers(facts.block.piece)) return Refusal::piece_outside_order;
  if (facts.totals.granted().value > facts.order->byte_limit.value - facts.block.length) {
    return Refusal::bytes_exhausted;
  }
  if (facts.totals.unacknowledged().value > facts.order->ack_window.value - facts.block.length) {
    return Refusal::acknowledgement_overdue;
  }
  return Refusal::none;
}

}  // namespace waybill::orders
