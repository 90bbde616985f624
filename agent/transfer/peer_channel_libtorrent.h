#pragma once
// One BitTorrent connection as this project uses it: a libtorrent peer plugin that proves keys, carries orders and
// acknowledgements, puts every request before the gate, and notes who brought which block. Both ends may be sender and
// receiver on it at once. libtorrent owns the plugin; the desks hold plain pointers that on_disconnect takes back.
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <libtorrent/extensions.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/peer_request.hpp>

#include "agent/orders/order_book.h"
#include "agent/transfer/block_meter_libtorrent.h"
#include "agent/transfer/content_libtorrent.h"
#include "agent/transfer/rate_classes_libtorrent.h"
#include "common/protocol/peer_messages.h"

namespace waybill::transfer {

class TransferCore;

class PeerChannel final : public lt::peer_plugin, public std::enable_shared_from_this<PeerChannel> {
 public:
  PeerChannel(TransferCore& core, std::shared_ptr<Content> content, const lt::peer_connection_handle& peer);
  ~PeerChannel() override;

  Content& content() { return *content_; }
  bool outgoing() const { return outgoing_; }
  const Endpoint& remote() const { return remote_; }
  bool proven() const { return proven_; }
  const AgentKey& key() const { return theirs_->key; }  // once proven
  bool closing() const { return close_at_.has_value(); }
  bool ever_connected() const { return ever_connected_; }
  const std::optional<protocol::PeerRefusal>& last_refusal() const { return last_refusal_; }

  // As sender.
  void serve(const OrderId& order);         // its receiver has presented it here
  void stop_serving(const OrderId& order);  // presented elsewhere, or struck off
  bool serves(const OrderId& order) const;
  bool serving() const { return service_ == Service::open || service_ == Service::throttled; }
  void reconsider_service();                         // something changed: orders, consent, content
  void acknowledgement_came();                       // the window may have opened
  void withdraw(const protocol::ServeOrder& ended);  // pieces that no other order covers are taken back (BEP 54)

  // As receiver.
  void present(const orders::FetchOrder& order);
  void send_acknowledgement(ByteString envelope);
  bool expects_blocks() const { return in_flight_ > 0; }
  void ask_for_held();  // the window has room again

  void send(const protocol::PeerMessage& message);
  static constexpr DurationMs kLinger{300};  // for a last message to leave before the connection is closed
  void refuse_order(protocol::Refusal reason, std::optional<OrderId> order, DurationMs linger = kLinger);
  void close_after(DurationMs delay, const std::string& why);
  void look_at_clock(DurationMs monotonic);  // closes what is over; `this` may be gone afterwards

  // libtorrent's hooks.
  void add_handshake(lt::entry& handshake) override;
  bool on_handshake(lt::span<char const> reserved) override;
  bool on_extension_handshake(lt::bdecode_node const& handshake) override;
  bool on_extended(int length, int message, lt::span<char const> body) override;
  void on_connected() override { ever_connected_ = true; }
  void on_disconnect(lt::error_code const& error) override;
  bool on_interested() override { return service_ != Service::open; }
  bool on_not_interested() override { return true; }
  bool on_request(lt::peer_request const& request) override;
  void sent_piece(lt::peer_request const& request) override;
  void sent_payload(int bytes) override;
  void sent_reject_request(lt::peer_request const& request) override;
  bool on_bitfield(lt::bitfield const&) override { return true; }
  bool on_have_all() override { return true; }
  bool on_have(lt::piece_index_t piece) override;
  bool on_allowed_fast(lt::piece_index_t) override { return true; }
  bool on_suggest(lt::piece_index_t) override { return true; }
  bool on_choke() override;
  bool on_unchoke() override;
  bool write_request(lt::peer_request const& request) override;
  bool on_piece(lt::peer_request const& piece, lt::span<char const> data) override;
  bool on_reject(lt::peer_request const& request) override;

 private:
  enum class Service { closed, open, throttled };

  // peer_channel_talk.cpp
  void take_handshake(lt::bdecode_node const& handshake);
  void take_message(ByteView body);
  void take(const protocol::PeerProof& proof);
  void take(const protocol::PeerOrder& order);
  void take(const protocol::PeerAcknowledgement& acknowledgement);
  void take(const protocol::PeerRefusal& refusal);
  void send_raw(ByteView bytes);

  // peer_channel_serving.cpp
  protocol::Refusal judge(const orders::Block& block, orders::BookedOrder*& charged);
  void throttle();
  void refuse_block(lt::peer_request const& request, protocol::Refusal reason);
  bool counts_as_storm(protocol::Refusal reason);
  void reject(lt::peer_request const& request);
  void open_service();
  void close_service();
  void limit_rate();
  void announce(const protocol::ServeOrder& order);
  void withdraw_exhausted();
  bool any_presented_live() const;

  TransferCore& core_;
  const std::shared_ptr<Content> content_;
  lt::peer_connection_handle peer_;
  const bool outgoing_;
  const Endpoint remote_;
  const DurationMs began_;
  bool ever_connected_;
  bool registered_ = true;

  protocol::PeerHandshake mine_;
  std::optional<protocol::PeerHandshake> theirs_;
  int their_message_ = 0;  // BEP 10 ids that the peer gave; 0: none
  int their_dont_have_ = 0;
  bool proven_ = false;
  std::optional<protocol::PeerRefusal> last_refusal_;
  std::optional<DurationMs> close_at_;
  std::string close_reason_;

  Service service_ = Service::closed;
  std::int64_t stale_requests_ = 0;  // for blocks that were offered and are no more, that may still come
  DurationMs choked_at_{};           // when this end last took back something that it had offered
  bool no_slot_ = false;
  std::vector<OrderId> presented_;  // in the book, and by the receiver on this connection
  std::vector<OrderId> withdrawn_;  // exhausted, and their pieces taken back
  bool had_orders_ = false;
  RateClass rate_class_;
  int refusals_ = 0;
  BlockMeter meter_;

  // peer_channel_fetching.cpp
  std::int64_t window_room() const;

  bool spoke_ = false;  // of orders of ours
  void requested(lt::peer_request const& request);

  // By us, on the wire, with the order that it is charged to; null: none is known.
  std::unordered_map<std::uint64_t, orders::FetchOrder*> requested_;
  std::int64_t in_flight_ = 0;         // their bytes
  std::deque<lt::peer_request> held_;  // libtorrent believes them sent; they wait for room in the window
  bool choked_by_peer_ = true;
  std::vector<bool> expected_;  // pieces that our orders let us have from this peer
};

// The handle is the caller's copy: a channel does not outlive this.
void disconnect_peer(lt::peer_connection_handle peer);

// libtorrent's addresses and ours.
Endpoint to_endpoint(const lt::tcp::endpoint& endpoint);
lt::tcp::endpoint from_endpoint(const Endpoint& endpoint);

}  // namespace waybill::transfer
