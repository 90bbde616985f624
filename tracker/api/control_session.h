#pragma once
// One agent's control channel at the tracker: proves the agent's key by challenge, then turns texts into messages.
// What the messages mean is decided behind ControlSink; a session only guards the door.
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/crypto/ed25519.h"
#include "common/net/web_socket.h"
#include "common/protocol/control_messages.h"
#include "common/runtime/clock.h"
#include "common/runtime/event_loop.h"

namespace waybill::tracker {

class ControlSession;

// Called on the loop's thread. `proven` comes at most once, `message` only between `proven` and `closed`, and `closed`
// exactly once for every session that was proven.
class ControlSink {
 public:
  virtual ~ControlSink() = default;
  // The key is proven; the sink answers Welcome or refuses (unknown key, too busy).
  virtual void proven(const std::shared_ptr<ControlSession>& session, const protocol::Hello& hello) = 0;
  virtual void message(ControlSession& session, const protocol::ControlMessage& message) = 0;
  virtual void closed(ControlSession& session, const std::string& reason) = 0;
  virtual void refused(const ControlSession& session, protocol::Refusal reason) = 0;  // for counting
};

class ControlSession : public std::enable_shared_from_this<ControlSession> {
 public:
  ControlSession(std::shared_ptr<net::WebSocket> socket, crypto::PublicKey tracker_key, runtime::EventLoop& loop,
                 ControlSink& sink);
  void start();  // sends the challenge

  void send(const protocol::ControlMessage& message);
  // Says why, then closes.
  void refuse(protocol::Refusal reason, std::string message);
  const AgentKey& key() const { return key_; }  // meaningful once proven
  IpAddress address() const { return remote_.address; }

 private:
  void on_message(const std::string& text);
  void on_hello(const protocol::Hello& hello);
  void on_closed(const std::string& reason);

  std::shared_ptr<net::WebSocket> socket_;
  crypto::PublicKey tracker_key_;
  runtime::EventLoop& loop_;
  ControlSink& sink_;
  Endpoint remote_;
  ByteString nonce_;
  AgentKey key_;
  bool proven_ = false;
  bool closing_ = false;
  // Messages that may still come in this second; a client that talks faster than kMaxMessagesPerSecond is refused.
  int allowance_;
  runtime::Timer challenge_timer_;
  runtime::Timer allowance_timer_;
  void refill_allowance();
};

}  // namespace waybill::tracker
