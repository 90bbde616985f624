#pragma once
// A BitTorrent client written by hand, byte by byte, that says what the tests want it to say, right or wrong. Blocking
// sockets with a deadline.
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "common/protocol/peer_messages.h"
#include "common/types/ip.h"

namespace waybill::transfer::rig {

class RawPeer {
 public:
  // What has come from the other side.
  struct Seen {
    std::int64_t payload = 0;  // bytes of PIECE messages
    int rejects = 0;
    int chokes = 0;
    int unchokes = 0;
    int haves = 0;
    bool closed = false;
    std::vector<protocol::Refusal> refusals;
    std::vector<protocol::PeerAcknowledgement> acknowledgements;
    bool proven = false;  // the other side has sent its proof
  };

  RawPeer(const Endpoint& own, const Endpoint& other, const ContentId& content);
  ~RawPeer();
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  void send_bytes(ByteView bytes);
  void send_message(char type, ByteView body);
  void request(std::int32_t piece, std::int32_t offset, std::int32_t length);
  void interested() { send_message(2, {}); }

  // BEP 10 with our key, as an agent; without: as a client that knows nothing of us.
  void extension_handshake(const crypto::KeyPair* key);
  void send_extended(int id, ByteView body);
  void say(const protocol::PeerMessage& message);
  // Handshake, proof, and the other side's proof seen.
  void introduce(const crypto::KeyPair& key);

  // Reads until the condition holds or the connection closes; false after the deadline.
  bool until(const std::function<bool(const Seen&)>& condition);
  // Reads what has come already, without waiting longer than this.
  void read_for(std::chrono::milliseconds time);
  const Seen& seen() const { return seen_; }

 private:
  bool read_some(std::chrono::milliseconds wait);
  void take_messages();
  void take_extended(ByteView body);

  int socket_;
  const ContentId content_;
  ByteString buffer_;
  bool handshake_done_ = false;
  int their_message_ = 0;
  const crypto::KeyPair* key_ = nullptr;
  protocol::PeerHandshake mine_;
  std::optional<protocol::PeerHandshake> theirs_;
  Seen seen_;
};

}  // namespace waybill::transfer::rig
