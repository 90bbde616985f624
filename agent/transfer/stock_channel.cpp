#include <algorithm>

#include "agent/transfer/peer_channel_libtorrent.h"
#include "agent/transfer/stock_channel_libtorrent.h"
#include "agent/transfer/transfer_core_libtorrent.h"
#include "agent/transfer/wire_messages.h"
#include "common/protocol/limits.h"
#include "common/runtime/log.h"

namespace waybill::transfer {

using protocol::Refusal;

StockChannel::StockChannel(TransferCore& core, std::shared_ptr<Content> content, const lt::peer_connection_handle& peer)
    : core_(core),
      content_(std::move(content)),
      peer_(peer),
      address_(to_endpoint(peer.remote()).address),
      idle_since_(core.monotonic()),
      meter_(core.serving().book()) {
  content_->stock_channels.push_back(this);
  // Sources are told to the clients, never clients to the sources: nothing here connects.
  if (peer.is_outgoing()) close("nobody is called on a twin");
  WAYBILL_DEBUG("transfer", "stock client connected content={} from={}", content_->id().brief(), address_.str());
}

StockChannel::~StockChannel() {
  if (registered_) on_disconnect({});
}

void StockChannel::on_disconnect(lt::error_code const& error) {
  if (!std::exchange(registered_, false)) return;
  meter_.take_back_granted();
  core_.rates().release(rate_class_);
  open_ = false;
  std::erase(content_->stock_channels, this);
  WAYBILL_DEBUG("transfer", "stock client gone content={} from={}: {}", content_->id().brief(), address_.str(),
                error.message());
}

bool StockChannel::on_handshake(lt::span<char const> reserved) {
  fast_ = reserved.size() >= 8 && (reserved[7] & 0x04) != 0;
  return true;
}

// True keeps it from libtorrent, which would unchoke by rules of its own.
bool StockChannel::on_interested() {
  interested_ = true;
  reconsider_service();
  return !open_;
}

std::vector<orders::BookedOrder*> StockChannel::live_orders() {
  std::vector<orders::BookedOrder*> live;
  auto& book = core_.serving().book();
  const auto now = core_.now();
  for (const auto& key : book.stock_customers(address_, content_->id())) {
    for (auto* order : book.customer(key, content_->id())->orders) {
      const bool revoked = order->revoked != Refusal::none;
      const bool here = order->order().stock_address == address_ && !order->exhausted();
      if (here && orders::in_force(&order->order(), revoked, book.sharing(), now) == Refusal::none) {
        live.push_back(order);
      }
    }
  }
  return live;
}

Refusal StockChannel::judge(const orders::Block& block, orders::BookedOrder*& charged) {
  auto& book = core_.serving().book();
  auto refusal = Refusal::no_order;
  if (!open_ || closing_ || !content_->servable()) return refusal;
  // The twin is cut into the content's own pieces (parse_twin), so its blocks are judged as the content's.
  for (const auto& key : book.stock_customers(address_, content_->id())) {
    const auto grant = book.request(book.customer(key, content_->id()), content_->geometry, block, core_.now());
    charged = grant.order;
    if (grant.refusal == Refusal::none) return grant.refusal;
    refusal = std::max(refusal, grant.refusal);
  }
  return refusal;
}

bool StockChannel::on_request(lt::peer_request const& request) {
  orders::BookedOrder* charged = nullptr;
  const auto refusal = judge(block_of(request), charged);
  if (refusal == Refusal::none) {
    meter_.granted(request, charged->id());
    return false;
  }
  refuse_block(request, refusal);
  return true;
}

void StockChannel::refuse_block(lt::peer_request const& request, Refusal reason) {
  ++core_.tally().refused_blocks[static_cast<std::size_t>(reason)];
  if (fast_ && registered_ && peer_.native_handle() && !peer_.is_disconnecting()) {
    const auto bytes = block_message(kReject, static_cast<int>(request.piece), request.start, request.length);
    peer_.send_buffer(bytes.data(), static_cast<int>(bytes.size()));
  }
  reconsider_service();
  if (closing_ || ++refusals_ <= kMaxRefusalsPerPeer) return;
  ++core_.tally().disconnected_for_refusals;
  close("it goes on asking for what was refused");
}

void StockChannel::sent_payload(int bytes) {
  core_.tally().sent += SentBytes{bytes};
  meter_.written(bytes, core_.now());
}

void StockChannel::reconsider_service() {
  const auto live =
      closing_ || !interested_ || !content_->servable() ? std::vector<orders::BookedOrder*>{} : live_orders();
  if (live.empty()) return close_service();
  limit_rate(live);
  if (!open_) open_service();
}

void StockChannel::limit_rate(const std::vector<orders::BookedOrder*>& live) {
  ByteRate least{0};
  for (const auto* order : live) {
    const auto rate = order->order().rate_limit;
    if (rate.value > 0 && (least.value == 0 || rate < least)) least = rate;
  }
  if (least == rate_class_.limit) return;
  if (!core_.rates().limit(peer_, rate_class_, least)) close("no rate class is left for it");
}

void StockChannel::open_service() {
  if (closing_ || core_.slots_used() >= core_.upload_slots()) return;
  if (!peer_.native_handle() || peer_.is_disconnecting()) return;
  open_ = true;
  core_.rates().admit(peer_);
  peer_.maybe_unchoke_this_peer();
}

void StockChannel::close_service() {
  if (!open_) return;
  open_ = false;
  idle_since_ = core_.monotonic();
  if (registered_ && peer_.native_handle() && !peer_.is_disconnecting()) peer_.choke_this_peer();
}

// Never from within libtorrent's callback: the loop does it when the callback is done.
void StockChannel::close(const std::string& why) {
  if (std::exchange(closing_, true)) return;
  WAYBILL_DEBUG("transfer", "stock client let go content={} from={}: {}", content_->id().brief(), address_.str(), why);
  close_service();
  core_.loop().post([peer = peer_]() mutable { disconnect_peer(peer); });
}

void StockChannel::look_at_clock(DurationMs monotonic) {
  if (closing_) return;
  reconsider_service();
  // The tracker's order and the client's connection race each other: the order has some time to come.
  if (open_ || monotonic - idle_since_ < protocol::kPeerProofTimeout) return;
  ++core_.tally().refused_orders[static_cast<std::size_t>(Refusal::no_order)];
  close("no order names its address");
}

}  // namespace waybill::transfer
