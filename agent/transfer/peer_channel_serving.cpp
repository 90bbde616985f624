// The gate on a channel: which blocks libtorrent may read and send, and the books that say so.
#include <algorithm>

#include "agent/transfer/peer_channel_libtorrent.h"
#include "agent/transfer/transfer_core_libtorrent.h"
#include "agent/transfer/wire_messages.h"
#include "common/protocol/limits.h"
#include "common/types/check.h"

namespace waybill::transfer {

using protocol::Refusal;

namespace {

constexpr DurationMs kRefusalLinger{300};
// A peer may have asked before it heard that it was choked.
constexpr DurationMs kChokeGrace = seconds(2);

}  // namespace

Refusal PeerChannel::judge(const orders::Block& block, orders::BookedOrder*& charged) {
  if (!proven_) return Refusal::key_not_proven;
  if (no_slot_) return Refusal::upload_cap_reached;
  if (presented_.empty() || !content_->servable()) return Refusal::no_order;
  auto& book = core_.serving().book();
  auto* customer = book.customer(theirs_->key, content_->facts.content);
  const auto grant = book.request(customer, content_->geometry, block, core_.now());
  charged = grant.order;
  return grant.refusal;
}

// Before libtorrent has looked at the request at all. False lets libtorrent serve it.
bool PeerChannel::on_request(lt::peer_request const& request) {
  orders::BookedOrder* charged = nullptr;
  const auto refusal = close_at_ ? Refusal::no_order : judge(block_of(request), charged);
  if (refusal == Refusal::none) {
    meter_.granted(request, charged->id());
    return false;
  }
  if (refusal == Refusal::acknowledgement_overdue) throttle();
  refuse_block(request, refusal);
  return true;
}

// Choked on the wire alone: libtorrent goes on sending what was granted, and nothing else gets past on_request.
void PeerChannel::throttle() {
  if (service_ != Service::open) return;
  service_ = Service::throttled;
  choked_at_ = core_.monotonic();
  ++core_.tally().throttles;
  send_raw(short_message(kChoke));
}

void PeerChannel::acknowledgement_came() {
  if (service_ != Service::throttled) return reconsider_service();
  service_ = Service::open;
  send_raw(short_message(kUnchoke));
}

bool PeerChannel::counts_as_storm(Refusal reason) {
  switch (reason) {
    // Requests that were right when they were sent.
    case Refusal::acknowledgement_overdue:
    case Refusal::order_expired:
    case Refusal::order_revoked:
    case Refusal::sharing_off:
    case Refusal::bytes_exhausted:
    case Refusal::no_order:
      if (!had_orders_) return true;
      if (core_.monotonic() - choked_at_ <= kChokeGrace) return false;
      break;
    case Refusal::piece_outside_order:
      break;
    default:
      return true;
  }
  // Its window may have held back what it meant to ask for: once for each block that was offered and is no more.
  return --stale_requests_ < 0;
}

void PeerChannel::refuse_block(lt::peer_request const& request, Refusal reason) {
  ++core_.tally().refused_blocks[static_cast<std::size_t>(reason)];
  reject(request);
  if (reason == Refusal::bytes_exhausted) withdraw_exhausted();
  if (reason != Refusal::acknowledgement_overdue && service_ == Service::open && !any_presented_live()) close_service();
  if (!counts_as_storm(reason) || close_at_ || ++refusals_ <= kMaxRefusalsPerPeer) return;
  ++core_.tally().disconnected_for_refusals;
  send(protocol::PeerRefusal{reason, {}});
  close_after(kRefusalLinger, "the peer goes on asking for what was refused: " + std::string(name_of(reason)));
}

void PeerChannel::reject(lt::peer_request const& request) {
  send_raw(block_message(kReject, static_cast<int>(request.piece), request.start, request.length));
}

void PeerChannel::sent_reject_request(lt::peer_request const& request) { meter_.rejected(request); }

void PeerChannel::sent_piece(lt::peer_request const& request) { meter_.sent(request); }

void PeerChannel::sent_payload(int bytes) {
  core_.tally().sent += SentBytes{bytes};
  meter_.written(bytes, core_.now());
}

bool PeerChannel::serves(const OrderId& order) const {
  return std::find(presented_.begin(), presented_.end(), order) != presented_.end();
}

void PeerChannel::serve(const OrderId& order) {
  had_orders_ = true;
  if (!serves(order)) presented_.push_back(order);
  const auto* booked = core_.serving().book().find(order);
  if (booked != nullptr && !booked->acknowledgement.empty()) send_acknowledgement(booked->acknowledgement);
  const bool was_serving = serving();
  reconsider_service();
  if (booked != nullptr && was_serving && serving()) announce(booked->order());
}

void PeerChannel::stop_serving(const OrderId& order) {
  std::erase(presented_, order);
  reconsider_service();
}

// The receiver is told before it asks again, and for a while what it asked before that is nobody's fault.
void PeerChannel::withdraw_exhausted() {
  for (const auto& id : presented_) {
    const auto* order = core_.serving().book().find(id);
    if (order == nullptr || !order->exhausted()) continue;
    if (std::find(withdrawn_.begin(), withdrawn_.end(), id) != withdrawn_.end()) continue;
    withdrawn_.push_back(id);
    withdraw(order->order());
  }
}

bool PeerChannel::any_presented_live() const {
  auto& book = core_.serving().book();
  const auto now = core_.now();
  return std::any_of(presented_.begin(), presented_.end(), [&](const OrderId& id) {
    const auto* order = book.find(id);
    if (order == nullptr || order->exhausted()) return false;
    return orders::in_force(&order->order(), order->revoked != Refusal::none, book.sharing(), now) == Refusal::none;
  });
}

void PeerChannel::reconsider_service() {
  const bool live = !close_at_ && proven_ && content_->servable() && any_presented_live();
  if (!live) return close_service();
  limit_rate();
  if (service_ == Service::closed) open_service();
}

void PeerChannel::limit_rate() {
  auto& book = core_.serving().book();
  ByteRate least{0};
  for (const auto& id : presented_) {
    const auto* order = book.find(id);
    if (order == nullptr || order->order().rate_limit.value <= 0 || order->revoked != Refusal::none) continue;
    if (least.value == 0 || order->order().rate_limit < least) least = order->order().rate_limit;
  }
  if (least == rate_class_.limit) return;
  if (!core_.rates().limit(peer_, rate_class_, least)) refuse_order(Refusal::too_busy, {});
}

void PeerChannel::open_service() {
  no_slot_ = core_.slots_used() >= core_.upload_slots();
  if (no_slot_) return refuse_order(Refusal::upload_cap_reached, presented_.back());
  service_ = Service::open;
  auto& book = core_.serving().book();
  for (const auto& id : presented_) {
    const auto* order = book.find(id);
    const bool live = order != nullptr && order->revoked == Refusal::none && !order->exhausted();
    if (live) announce(order->order());
  }
  if (!peer_.native_handle() || peer_.is_disconnecting()) return;
  core_.rates().admit(peer_);
  peer_.maybe_unchoke_this_peer();
}

// libtorrent's own choke: it rejects what it has not begun to read.
void PeerChannel::close_service() {
  if (service_ == Service::closed) return;
  service_ = Service::closed;
  choked_at_ = core_.monotonic();
  if (peer_.native_handle() && !peer_.is_disconnecting()) peer_.choke_this_peer();
}

// The receiver does not heed our bitfield: it asks for what we offer under its orders.
void PeerChannel::announce(const protocol::ServeOrder& order) {
  const auto held = content_->pieces();
  ByteString bytes;
  for (const auto& range : order.ranges) {
    const auto end = std::min<std::int64_t>(range.first + range.count, static_cast<std::int64_t>(held.size()));
    for (auto piece = range.first; piece < end; ++piece) {
      if (!held[static_cast<std::size_t>(piece)]) continue;
      append_number(bytes, 5);
      bytes.push_back(kHave);
      append_number(bytes, static_cast<std::uint32_t>(piece));
    }
  }
  if (!bytes.empty()) send_raw(bytes);
}

void PeerChannel::withdraw(const protocol::ServeOrder& ended) {
  choked_at_ = core_.monotonic();
  if (their_dont_have_ == 0 || !serving()) return;
  auto& book = core_.serving().book();
  std::vector<const protocol::ServeOrder*> others;
  for (const auto& id : presented_) {
    const auto* order = book.find(id);
    const bool live = order != nullptr && order->revoked == Refusal::none && !order->exhausted();
    if (live && id != ended.id) others.push_back(&order->order());
  }
  ByteString bytes;
  for (const auto& range : ended.ranges) {
    const auto end = std::min(range.first + range.count, content_->facts.pieces);
    for (auto piece = range.first; piece < end; ++piece) {
      const auto covers = [&](const protocol::ServeOrder* order) { return order->covers(piece); };
      if (std::any_of(others.begin(), others.end(), covers)) continue;
      stale_requests_ += content_->geometry.blocks_in_piece(piece);
      ByteString number;
      append_number(number, static_cast<std::uint32_t>(piece));
      bytes += extended_message(their_dont_have_, number);
    }
  }
  if (bytes.empty()) return;
  send_raw(bytes);
  // What waits in libtorrent's queue under the order that is over is turned down; the rest the receiver asks for again.
  if (others.empty() || service_ != Service::open || !peer_.native_handle() || peer_.is_disconnecting()) return;
  peer_.choke_this_peer();
  peer_.maybe_unchoke_this_peer();
}

}  // namespace waybill::transfer
