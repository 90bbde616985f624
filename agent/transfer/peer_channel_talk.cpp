// Keys, orders, acknowledgements and refusals: the extension messages of a channel.
#include <algorithm>

#include <libtorrent/bdecode.hpp>
#include <libtorrent/bencode.hpp>
#include <libtorrent/entry.hpp>
#include <libtorrent/error_code.hpp>

#include "agent/transfer/connection_tuning_libtorrent.h"
#include "agent/transfer/peer_channel_libtorrent.h"
#include "agent/transfer/transfer_core_libtorrent.h"
#include "agent/transfer/wire_messages.h"
#include "common/crypto/digest.h"
#include "common/protocol/acknowledgement.h"
#include "common/protocol/limits.h"

namespace waybill::transfer {

using protocol::Refusal;

namespace {

constexpr int kOwnMessage = 20;  // the BEP 10 id that we give; any that libtorrent does not use itself

ByteView view_of(lt::span<char const> bytes) { return {bytes.data(), static_cast<std::size_t>(bytes.size())}; }

}  // namespace

void disconnect_peer(lt::peer_connection_handle peer) {
  if (!peer.native_handle()) return;
  peer.disconnect(lt::errors::make_error_code(lt::errors::no_error), lt::operation_t::bittorrent,
                  lt::peer_connection_interface::failure);
}

Endpoint to_endpoint(const lt::tcp::endpoint& endpoint) {
  Endpoint out;
  out.port = endpoint.port();
  const auto address = endpoint.address();
  if (address.is_v4()) {
    out.address = IpAddress::from_v4(address.to_v4().to_uint());
  } else {
    out.address.bytes = address.to_v6().to_bytes();
  }
  return out;
}

lt::tcp::endpoint from_endpoint(const Endpoint& endpoint) {
  const auto& bytes = endpoint.address.bytes;
  if (!endpoint.address.is_v4()) return {lt::address_v6(bytes), endpoint.port};
  return {lt::address_v4(lt::address_v4::bytes_type{{bytes[12], bytes[13], bytes[14], bytes[15]}}), endpoint.port};
}

PeerChannel::PeerChannel(TransferCore& core, std::shared_ptr<Content> content, const lt::peer_connection_handle& peer)
    : core_(core),
      content_(std::move(content)),
      peer_(peer),
      outgoing_(peer.is_outgoing()),
      remote_(to_endpoint(peer.remote())),
      began_(core.monotonic()),
      ever_connected_(!outgoing_),
      meter_(core.serving().book()),
      expected_(static_cast<std::size_t>(content_->facts.pieces)) {
  mine_.version = protocol::kProtocolVersion;
  mine_.key = core_.options().own_key.public_key();
  mine_.nonce = crypto::random_bytes(protocol::kPeerNonceBytes);
  content_->channels.push_back(this);
  core_.channel_opened(this);
  if (!outgoing_) return;
  core_.dialer().connecting(*content_, remote_);
  // libtorrent may come back to an endpoint by itself; nobody there owes us anything any more.
  const bool wanted = core_.fetching().wanted(*content_, remote_) || core_.serving().calls(*content_, remote_);
  if (!wanted) close_after(DurationMs{0}, "no order for this peer");
}

PeerChannel::~PeerChannel() {
  if (registered_) on_disconnect({});
}

void PeerChannel::on_disconnect(lt::error_code const& error) {
  if (!std::exchange(registered_, false)) return;
  meter_.take_back_granted();
  core_.rates().release(rate_class_);
  service_ = Service::closed;
  std::erase(content_->channels, this);
  core_.channel_closed(this);
  core_.fetching().disconnected(*this, close_reason_.empty() ? error.message() : close_reason_);
}

void PeerChannel::add_handshake(lt::entry& handshake) {
  const auto own = protocol::encode(protocol::encode_peer_handshake(mine_));
  lt::error_code ignored_for_own_bytes;
  handshake[protocol::kPeerExtensionName] = lt::bdecode(lt::span<char const>(own), ignored_for_own_bytes);
  handshake["m"][protocol::kPeerExtensionName] = kOwnMessage;
  handshake.dict().erase("p");  // our port: libtorrent at the other end would connect back by itself
}

// BEP 6 and BEP 10 are required: a refusal that a peer cannot hear is none. Returning false would take the gate off
// the connection, so it always stays.
bool PeerChannel::on_handshake(lt::span<char const> reserved) {
  ever_connected_ = true;
  tune_connection(peer_);
  const bool extended = reserved.size() >= 8 && (reserved[5] & 0x10) != 0;
  const bool fast = reserved.size() >= 8 && (reserved[7] & 0x04) != 0;
  if (!extended || !fast) {
    ++core_.tally().refused_orders[static_cast<std::size_t>(Refusal::key_not_proven)];
    close_after(DurationMs{0}, "the peer speaks neither BEP 6 nor BEP 10");
  }
  return true;
}

bool PeerChannel::on_extension_handshake(lt::bdecode_node const& handshake) {
  if (!theirs_) take_handshake(handshake);
  return true;
}

void PeerChannel::take_handshake(lt::bdecode_node const& handshake) {
  const auto own = handshake.dict_find_dict(protocol::kPeerExtensionName);
  const auto messages = handshake.dict_find_dict("m");
  const auto id = messages ? messages.dict_find_int_value(protocol::kPeerExtensionName) : 0;
  if (!own || id <= 0 || id > 255) {
    ++core_.tally().refused_orders[static_cast<std::size_t>(Refusal::key_not_proven)];
    close_after(DurationMs{0}, "the peer is not a waybill agent");
    return;
  }
  their_message_ = static_cast<int>(id);
  their_dont_have_ = static_cast<int>(messages.dict_find_int_value("lt_donthave"));
  if (their_dont_have_ < 0 || their_dont_have_ > 255) their_dont_have_ = 0;
  const auto value = protocol::decode(view_of(own.data_section()), protocol::kMaxPeerMessageBytes);
  auto read = value ? protocol::decode_peer_handshake(*value) : Result<protocol::PeerHandshake>(refuse("malformed"));
  if (!read || read->nonce == mine_.nonce) return refuse_order(Refusal::message_malformed, {});
  if (read->version != protocol::kProtocolVersion) return refuse_order(Refusal::version_unsupported, {});
  theirs_ = std::move(*read);
  send(protocol::PeerProof{
      protocol::sign_peer_proof(core_.options().own_key, mine_, *theirs_, content_->facts.content)});
}

// libtorrent calls this for each fragment of a message; the length is announced in the first.
bool PeerChannel::on_extended(int length, int message, lt::span<char const> body) {
  if (message != kOwnMessage) return false;
  if (length < 0 || static_cast<std::size_t>(length) > protocol::kMaxPeerMessageBytes) {
    refuse_order(Refusal::message_malformed, {});
    return true;
  }
  if (body.size() == length) take_message(view_of(body));
  return true;
}

void PeerChannel::take_message(ByteView body) {
  const auto message = protocol::decode_peer_message(body);
  // What was carried may be signed for until the connection is gone.
  const bool last_word = message && proven_ && std::holds_alternative<protocol::PeerAcknowledgement>(*message);
  if (close_at_ && !last_word) return;
  if (!message || !theirs_) return refuse_order(Refusal::message_malformed, {});
  if (!proven_ && !std::holds_alternative<protocol::PeerProof>(*message) &&
      !std::holds_alternative<protocol::PeerRefusal>(*message)) {
    return refuse_order(Refusal::key_not_proven, {});
  }
  std::visit([this](const auto& each) { take(each); }, *message);
}

void PeerChannel::take(const protocol::PeerProof& proof) {
  if (proven_) return;
  if (!protocol::verify_peer_proof(proof.signature, *theirs_, mine_, content_->facts.content)) {
    return refuse_order(Refusal::key_not_proven, {});
  }
  proven_ = true;
  core_.fetching().proven(*this);
}

void PeerChannel::take(const protocol::PeerOrder& order) {
  OrderId id;
  const auto refusal = core_.serving().presented(*this, order.envelope, id);
  if (refusal == Refusal::none) return;
  ++core_.tally().refused_orders[static_cast<std::size_t>(refusal)];
  send(protocol::PeerRefusal{refusal, id == OrderId{} ? std::nullopt : std::optional(id)});
  if (++refusals_ > kMaxRefusalsPerPeer) {
    ++core_.tally().disconnected_for_refusals;
    close_after(kLinger, "the peer goes on presenting orders that were refused");
  }
}

void PeerChannel::take(const protocol::PeerAcknowledgement& message) {
  const auto opened = protocol::read_acknowledgement(message.envelope);
  if (!opened) return refuse_order(Refusal::acknowledgement_invalid, {});
  if (content_->ledger.find(opened->acknowledgement.order) != nullptr) {
    return core_.fetching().reminded(*this, message.envelope, *opened);
  }
  const auto refusal = core_.serving().acknowledged(*this, *opened);
  if (refusal == Refusal::none) {
    send(message);  // its receiver keeps this connection until it knows that its word has come
    return acknowledgement_came();
  }
  // Late ones, of orders that are over, are nobody's fault.
  if (refusal == Refusal::no_order) return send(protocol::PeerRefusal{refusal, opened->acknowledgement.order});
  refuse_order(refusal, opened->acknowledgement.order);
}

void PeerChannel::take(const protocol::PeerRefusal& refusal) {
  last_refusal_ = refusal;
  if (proven_ && refusal.order && refusal.reason == Refusal::request_ended) {
    core_.serving().receiver_is_through(*this, *refusal.order);
  }
  core_.fetching().refused(*this, refusal);
}

void PeerChannel::send(const protocol::PeerMessage& message) {
  if (their_message_ == 0 || !registered_) return;
  send_raw(extended_message(their_message_, protocol::encode_peer_message(message)));
}

void PeerChannel::send_raw(ByteView bytes) {
  if (!registered_ || !peer_.native_handle() || peer_.is_disconnecting()) return;
  peer_.send_buffer(bytes.data(), static_cast<int>(bytes.size()));
}

void PeerChannel::send_acknowledgement(ByteString envelope) {
  spoke_ = true;
  send(protocol::PeerAcknowledgement{std::move(envelope)});
  ask_for_held();
}

void PeerChannel::refuse_order(Refusal reason, std::optional<OrderId> order, DurationMs linger) {
  ++core_.tally().refused_orders[static_cast<std::size_t>(reason)];
  send(protocol::PeerRefusal{reason, order});
  close_after(linger, "refused: " + std::string(protocol::name_of(reason)));
}

// Never from within libtorrent's callback: the loop does it when the callback is done.
void PeerChannel::close_after(DurationMs delay, const std::string& why) {
  if (close_at_) return;
  close_at_ = core_.monotonic() + delay;
  close_reason_ = why;
  close_service();
  if (delay.value > 0) return;
  core_.loop().post([peer = peer_]() mutable { disconnect_peer(peer); });
}

void PeerChannel::look_at_clock(DurationMs monotonic) {
  if (close_at_) {
    if (monotonic >= *close_at_) disconnect_peer(peer_);
    return;
  }
  if (service_ == Service::throttled && core_.serving().window_open(presented_)) acknowledgement_came();
  const auto& fetched = content_->ledger.orders();
  const bool fetches = proven_ && std::any_of(fetched.begin(), fetched.end(), [&](const auto& order) {
                         return order->order().sender == theirs_->key && !order->ended;
                       });
  if (!presented_.empty() || fetches) return;
  // The last word on an order that is over needs this connection.
  if (proven_ && content_->ledger.owes(theirs_->key, monotonic)) return;
  if (had_orders_ || spoke_) return close_after(kLinger, "no order is left");
  if (monotonic - began_ < core_.options().proof_timeout) return;
  refuse_order(proven_ ? Refusal::no_order : Refusal::key_not_proven, {});
}

}  // namespace waybill::transfer
