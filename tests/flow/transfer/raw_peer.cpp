#include "tests/flow/transfer/raw_peer.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/crypto/digest.h"
#include "common/protocol/bencode.h"
#include "common/protocol/limits.h"
#include "tests/flow/transfer/transfer_rig.h"

namespace waybill::transfer::rig {

namespace {

constexpr int kOwnId = 33;

sockaddr_in address_of(const Endpoint& endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  REQUIRE(::inet_pton(AF_INET, endpoint.address.str().c_str(), &address.sin_addr) == 1);
  return address;
}

ByteString number(std::uint32_t value) {
  ByteString bytes;
  for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<char>(value >> shift & 0xff));
  return bytes;
}

std::uint32_t number_at(ByteView bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

}  // namespace

RawPeer::RawPeer(const Endpoint& own, const Endpoint& other, const ContentId& content)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), content_(content) {
  const auto from = address_of(own);
  const auto to = address_of(other);
  REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof from) == 0);
  REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  ByteString reserved(8, '\0');
  reserved[5] = 0x10;  // BEP 10
  reserved[7] = 0x14;  // BEP 6, BEP 52
  send_bytes(std::string("\x13") + "BitTorrent protocol" + reserved + content.str().substr(0, 20) + "-RW0001-" +
             crypto::random_bytes(12));
  send_message(15, {});  // HAVE NONE
}

RawPeer::~RawPeer() { ::close(socket_); }

void RawPeer::send_bytes(ByteView bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // closed by the other side; the test looks at what was seen
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void RawPeer::send_message(char type, ByteView body) {
  send_bytes(number(static_cast<std::uint32_t>(body.size() + 1)) + type + ByteString(body));
}

void RawPeer::request(std::int32_t piece, std::int32_t offset, std::int32_t length) {
  send_message(6, number(static_cast<std::uint32_t>(piece)) + number(static_cast<std::uint32_t>(offset)) +
                      number(static_cast<std::uint32_t>(length)));
}

void RawPeer::extension_handshake(const crypto::KeyPair* key) {
  protocol::Dictionary messages{{"lt_donthave", 7}};
  protocol::Dictionary handshake;
  if (key != nullptr) {
    key_ = key;
    mine_ = {protocol::kProtocolVersion, key->public_key(), crypto::random_bytes(protocol::kPeerNonceBytes)};
    messages.emplace(protocol::kPeerExtensionName, kOwnId);
    handshake.emplace(protocol::kPeerExtensionName, protocol::encode_peer_handshake(mine_));
  }
  handshake.emplace("m", messages);
  send_extended(0, protocol::encode(handshake));
}

void RawPeer::send_extended(int id, ByteView body) {
  send_message(20, ByteString(1, static_cast<char>(id)) + ByteString(body));
}

void RawPeer::say(const protocol::PeerMessage& message) {
  send_extended(their_message_, protocol::encode_peer_message(message));
}

void RawPeer::introduce(const crypto::KeyPair& key) {
  extension_handshake(&key);
  REQUIRE(until([](const Seen& seen) { return seen.proven; }));
  say(protocol::PeerProof{protocol::sign_peer_proof(key, mine_, *theirs_, content_)});
}

bool RawPeer::read_some(std::chrono::milliseconds wait) {
  pollfd poll{socket_, POLLIN, 0};
  if (::poll(&poll, 1, static_cast<int>(wait.count())) <= 0) return false;
  char bytes[64 * 1024];
  const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
  if (got <= 0) {
    seen_.closed = true;
    return false;
  }
  buffer_.append(bytes, static_cast<std::size_t>(got));
  take_messages();
  return true;
}

bool RawPeer::until(const std::function<bool(const Seen&)>& condition) {
  const auto end = std::chrono::steady_clock::now() + kDeadline;
  while (!condition(seen_)) {
    if (seen_.closed || std::chrono::steady_clock::now() > end) return false;
    read_some(std::chrono::milliseconds(100));
  }
  return true;
}

void RawPeer::read_for(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!seen_.closed && std::chrono::steady_clock::now() < end) read_some(std::chrono::milliseconds(20));
}

void RawPeer::take_messages() {
  if (!handshake_done_) {
    if (buffer_.size() < 68) return;
    buffer_.erase(0, 68);
    handshake_done_ = true;
  }
  while (buffer_.size() >= 4) {
    const auto length = number_at(buffer_, 0);
    if (buffer_.size() < 4 + length) return;
    const auto message = buffer_.substr(4, length);
    buffer_.erase(0, 4 + length);
    if (message.empty()) continue;
    switch (message[0]) {
      case 0:
        ++seen_.chokes;
        break;
      case 1:
        ++seen_.unchokes;
        break;
      case 4:
        ++seen_.haves;
        break;
      case 7:
        seen_.payload += static_cast<std::int64_t>(message.size()) - 9;
        break;
      case 16:
        ++seen_.rejects;
        break;
      case 20:
        take_extended(ByteView(message).substr(1));
        break;
      default:
        break;
    }
  }
}

void RawPeer::take_extended(ByteView body) {
  if (body[0] == 0) {
    // libtorrent's own handshake holds keys in an order that is canonical, so the strict reader may read it.
    const auto value = protocol::decode(body.substr(1), 64 * 1024);
    REQUIRE(value);
    const auto& handshake = std::get<protocol::Dictionary>(*value);
    const auto own = handshake.find(protocol::kPeerExtensionName);
    if (own == handshake.end()) return;
    theirs_ = protocol::decode_peer_handshake(own->second).value();
    const auto& messages = std::get<protocol::Dictionary>(handshake.find("m")->second);
    their_message_ = static_cast<int>(std::get<std::int64_t>(messages.find(protocol::kPeerExtensionName)->second));
    return;
  }
  if (body[0] != kOwnId) return;
  const auto message = protocol::decode_peer_message(body.substr(1));
  REQUIRE(message);
  if (const auto* refusal = std::get_if<protocol::PeerRefusal>(&*message)) seen_.refusals.push_back(refusal->reason);
  if (const auto* proof = std::get_if<protocol::PeerProof>(&*message)) {
    seen_.proven = protocol::verify_peer_proof(proof->signature, *theirs_, mine_, content_);
  }
  if (const auto* word = std::get_if<protocol::PeerAcknowledgement>(&*message)) seen_.acknowledgements.push_back(*word);
}

}  // namespace waybill::transfer::rig
