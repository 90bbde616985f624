// The receiver's half of a channel: what it asks for, and who brought what.
#include "agent/transfer/peer_channel_libtorrent.h"
#include "agent/transfer/transfer_core_libtorrent.h"
#include "agent/transfer/wire_messages.h"

namespace waybill::transfer {

void PeerChannel::present(const orders::FetchOrder& order) {
  for (const auto& range : order.order().ranges) {
    const auto end = std::min(range.first + range.count, content_->facts.pieces);
    for (auto piece = std::max<std::int64_t>(range.first, 0); piece < end; ++piece) {
      expected_[static_cast<std::size_t>(piece)] = true;
    }
  }
  spoke_ = true;
  send(protocol::PeerOrder{order.signed_order.envelope});
}

// Only what the peer may serve us is of interest: everything else it would refuse.
bool PeerChannel::on_have(lt::piece_index_t piece) {
  const auto index = static_cast<std::size_t>(static_cast<int>(piece));
  return index >= expected_.size() || !expected_[index];
}

bool PeerChannel::on_choke() {
  choked_by_peer_ = true;
  core_.fetching().choked(*this);
  return false;
}

bool PeerChannel::on_unchoke() {
  choked_by_peer_ = false;
  core_.loop().post([self = weak_from_this()] {
    if (const auto channel = self.lock()) channel->ask_for_held();
  });
  return false;
}

// What the peer would still grant under our orders, as far as we can know: it counts what it has sent us, we count what
// came and what is on its way.
std::int64_t PeerChannel::window_room() const {
  std::int64_t room = 0;
  for (const auto& order : content_->ledger.orders()) {
    if (order->ended || order->order().sender != theirs_->key) continue;
    room += order->order().ack_window.value - (order->arrived.value - order->acknowledged.value);
  }
  return room - in_flight_;
}

// Asking beyond the window would only be refused: better to wait here, where libtorrent's queue stays as it is.
bool PeerChannel::write_request(lt::peer_request const& request) {
  if (!proven_) return false;
  if (held_.empty() && !core_.stopping() && request.length <= window_room()) {
    requested(request);
    return false;
  }
  held_.push_back(request);
  return true;
}

void PeerChannel::requested(lt::peer_request const& request) {
  auto* order = content_->ledger.charged(theirs_->key, block_of(request), core_.now());
  if (requested_.insert_or_assign(block_key(request), order).second) in_flight_ += request.length;
}

// In one write: outside libtorrent's own callbacks every send_buffer() is a system call.
void PeerChannel::ask_for_held() {
  if (choked_by_peer_ || close_at_ || core_.stopping()) return;
  ByteString bytes;
  for (auto room = window_room(); !held_.empty() && held_.front().length <= room; held_.pop_front()) {
    const auto& request = held_.front();
    room -= request.length;
    requested(request);
    bytes += block_message(kRequest, static_cast<int>(request.piece), request.start, request.length);
  }
  if (!bytes.empty()) send_raw(bytes);
}

bool PeerChannel::on_reject(lt::peer_request const& request) {
  if (requested_.erase(block_key(request)) > 0) in_flight_ -= request.length;
  return false;
}

// A block that nobody asked for counts for nobody; libtorrent drops it.
bool PeerChannel::on_piece(lt::peer_request const& piece, lt::span<char const>) {
  const auto at = proven_ ? requested_.find(block_key(piece)) : requested_.end();
  if (at == requested_.end()) return false;
  auto* asked_under = at->second;
  requested_.erase(at);
  in_flight_ -= piece.length;
  content_->ledger.arrived(theirs_->key, block_of(piece), core_.now(), asked_under);
  return false;
}

}  // namespace waybill::transfer
