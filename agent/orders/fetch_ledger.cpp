#include "agent/orders/fetch_ledger.h"

#include <algorithm>

#include "common/protocol/limits.h"

namespace waybill::orders {

namespace {
constexpr auto kBlock = static_cast<std::int64_t>(protocol::kBlockBytes);
}

FetchLedger::FetchLedger(ContentGeometry geometry)
    : geometry_(geometry), passed_(static_cast<std::size_t>(geometry.pieces())) {}

FetchOrder* FetchLedger::add(protocol::SignedOrder order) {
  if (auto* known = find(order.order.id)) return known;
  if (orders_.size() >= kMaxFetchOrders) return nullptr;
  orders_.push_back(std::make_unique<FetchOrder>());
  orders_.back()->signed_order = std::move(order);
  return orders_.back().get();
}

FetchOrder* FetchLedger::find(const OrderId& order) {
  const auto at = std::find_if(orders_.begin(), orders_.end(), [&](const auto& entry) { return entry->id() == order; });
  return at == orders_.end() ? nullptr : at->get();
}

bool FetchLedger::fits(const FetchOrder& entry, const AgentKey& sender, const Block& block, TimeMs now) const {
  const auto& order = entry.order();
  return order.sender == sender && order.covers(block.piece) && now < order.not_after + protocol::kClockTolerance &&
         entry.arrived.value + block.length <= order.byte_limit.value;
}

FetchOrder* FetchLedger::charged(const AgentKey& sender, const Block& block, TimeMs now) const {
  const auto at = std::find_if(orders_.begin(), orders_.end(), [&](const auto& entry) {
    return !entry->ended && now < entry->order().not_after && fits(*entry, sender, block, now);
  });
  return at == orders_.end() ? nullptr : at->get();
}

FetchOrder* FetchLedger::arrived(const AgentKey& sender, const Block& block, TimeMs now, FetchOrder* asked_under) {
  // Anything but a whole block as we ask for it is not one that we asked for.
  const auto piece_size = geometry_.piece_size(block.piece);
  if (block.offset < 0 || block.offset >= piece_size || block.offset % kBlock != 0) return nullptr;
  if (block.length != std::min(kBlock, piece_size - block.offset)) return nullptr;

  auto* order = asked_under != nullptr && fits(*asked_under, sender, block, now) ? asked_under : nullptr;
  if (order == nullptr) order = charged(sender, block, now);
  if (order == nullptr) {
    // Under way when the order ended: it was served in good faith, so it is signed for.
    const auto latest = std::find_if(orders_.rbegin(), orders_.rend(),
                                     [&](const auto& entry) { return fits(*entry, sender, block, now); });
    if (latest == orders_.rend()) return nullptr;
    order = latest->get();
  }

  order->arrived += ByteCount{block.length};
  if (passed_[static_cast<std::size_t>(block.piece)]) return nullptr;
  auto& blocks = pieces_[block.piece];
  if (blocks.empty()) blocks.resize(static_cast<std::size_t>(geometry_.blocks_in_piece(block.piece)));
  auto& origin = blocks[static_cast<std::size_t>(block.offset / kBlock)];
  if (origin.order != nullptr && !origin.stale) return nullptr;
  origin = {order, false};
  return order;
}

std::vector<FetchOrder*> FetchLedger::contributors(const std::vector<BlockOrigin>& blocks) const {
  std::vector<FetchOrder*> who;
  for (const auto& origin : blocks) {
    if (origin.order == nullptr) continue;
    if (std::find(who.begin(), who.end(), origin.order) == who.end()) who.push_back(origin.order);
  }
  return who;
}

std::vector<FetchOrder*> FetchLedger::passed(std::int64_t piece) {
  if (piece >= 0 && piece < geometry_.pieces()) passed_[static_cast<std::size_t>(piece)] = true;
  const auto at = pieces_.find(piece);
  if (at == pieces_.end()) return {};
  const auto piece_size = geometry_.piece_size(piece);
  for (std::size_t i = 0; i < at->second.size(); ++i) {
    auto* order = at->second[i].order;
    if (order == nullptr) continue;
    const auto length = std::min(kBlock, piece_size - static_cast<std::int64_t>(i) * kBlock);
    order->verified = {std::min(order->order().byte_limit.value, order->verified.value + length)};
  }
  auto who = contributors(at->second);
  for (auto* order : who) ++order->verified_pieces;
  pieces_.erase(at);
  return who;
}

std::vector<FetchOrder*> FetchLedger::failed(std::int64_t piece) {
  const auto at = pieces_.find(piece);
  if (at == pieces_.end()) return {};
  for (auto& origin : at->second) origin.stale = true;
  return contributors(at->second);
}

std::vector<FetchOrder*> FetchLedger::unheard(const AgentKey& sender) const {
  std::vector<FetchOrder*> found;
  for (const auto& entry : orders_) {
    if (entry->order().sender == sender && entry->verified > entry->confirmed) found.push_back(entry.get());
  }
  return found;
}

bool FetchLedger::owes(const AgentKey& sender, DurationMs monotonic) const {
  const bool waits_for_word = std::any_of(orders_.begin(), orders_.end(), [&](const auto& entry) {
    if (entry->order().sender != sender) return false;
    const bool on_its_way = entry->acknowledged > entry->confirmed && monotonic - entry->acknowledged_at < kLastWord;
    return entry->verified > entry->acknowledged || on_its_way;
  });
  if (waits_for_word) return true;
  const auto brought = [&](const BlockOrigin& origin) {
    return origin.order != nullptr && !origin.stale && origin.order->order().sender == sender;
  };
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [&](const auto& piece) { return std::any_of(piece.second.begin(), piece.second.end(), brought); });
}

void FetchLedger::remind(FetchOrder& order, const protocol::Acknowledgement& signed_before) {
  if (signed_before.sequence <= order.sequence || signed_before.total_bytes <= order.acknowledged) return;
  // What this life has verified and not yet signed comes on top of what an earlier one signed.
  const auto unsigned_bytes = order.verified - order.acknowledged;
  order.acknowledged = signed_before.total_bytes;
  confirm(order);
  order.verified = {std::min(order.order().byte_limit.value, (order.acknowledged + unsigned_bytes).value)};
  order.verified_pieces += signed_before.total_pieces;
  order.arrived = {std::max(order.arrived.value, signed_before.total_bytes.value)};
  order.sequence = signed_before.sequence;
}

bool FetchLedger::acknowledgement_due(const FetchOrder& order, DurationMs monotonic) {
  const auto waiting = (order.verified - order.acknowledged).value;
  if (waiting <= 0) return false;
  if (waiting >= order.order().ack_window.value / kSignEarly) return true;
  return monotonic - order.acknowledged_at >= protocol::kAckInterval;
}

protocol::Acknowledgement FetchLedger::acknowledge(FetchOrder& order, TimeMs time, DurationMs monotonic) {
  order.acknowledged = order.verified;
  order.acknowledged_at = monotonic;
  protocol::Acknowledgement next;
  next.order = order.id();
  next.sequence = ++order.sequence;
  next.total_bytes = order.acknowledged;
  next.total_pieces = order.verified_pieces;
  next.time = time;
  return next;
}

}  // namespace waybill::orders
