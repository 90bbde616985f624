// The receiver's half of a channel: what it asks for, and who brought what.
#include "agent/transfer/peer_channel_libtorrent.h"
#include "agent/transfer/transfer_core_libtorrent.h"

namespace waybill::transfer {

void PeerChannel::present(const orders::FetchOrder& order) {
  for (const auto& range : order.order().ranges) {
    const auto end = std::min(range.first + range.count, content_->facts.pieces);
    for (auto piece = std::max<std::int64_t>(range.first, 0); piece < end; ++piece) {
      expected_[static_cast<std::size_t>(piece)] = true;
    }
  }
  send(protocol::PeerOrder{order.signed_order.envelope});
}

// Only what the peer may serve us is of interest: everything else it would refuse.
bool PeerChannel::on_have(lt::piece_index_t piece) {
  const auto index = static_cast<std::size_t>(static_cast<int>(piece));
  return index >= expected_.size() || !expected_[index];
}

bool PeerChannel::on_choke() {
  core_.fetching().choked(*this);
  return false;
}

bool PeerChannel::write_request(lt::peer_request const& request) {
  requested_.insert(block_key(request));
  return false;
}

bool PeerChannel::on_reject(lt::peer_request const& request) {
  requested_.erase(block_key(request));
  return false;
}

// A block that nobody asked for counts for nobody; libtorrent drops it.
bool PeerChannel::on_piece(lt::peer_request const& piece, lt::span<char const>) {
  if (requested_.erase(block_key(piece)) == 0 || !proven_) return false;
  const orders::Block block{static_cast<int>(piece.piece), piece.start, piece.length};
  content_->ledger.arrived(theirs_->key, block, core_.now());
  return false;
}

}  // namespace waybill::transfer
