#pragma once
// Keeps one control channel to the tracker open, for ever: connects, proves the key, reconnects with growing delays.
// Lives on the app's loop.
#include <functional>
#include <memory>
#include <string>

#include "agent/control/control_state.h"
#include "agent/control/enrollment.h"
#include "common/net/web_socket.h"
#include "common/runtime/event_loop.h"
#include "common/runtime/random.h"

namespace waybill::control {

class ControlSession {
 public:
  struct Needs {
    runtime::EventLoop& loop;
    runtime::Random& random;  // jitter
    Enrollment enrollment;
    crypto::KeyPair key;
    std::optional<IpAddress> bind;
    std::function<protocol::Hello()> hello;                        // all but key and proof, as of now
    std::function<void(const protocol::ControlMessage&)> deliver;  // begins with a Welcome on every connection
    std::function<void(const std::string& reason)> lost;           // after a Welcome
    std::function<void(const std::string& line)> ended;            // for good: trying again is useless
  };
  explicit ControlSession(Needs needs);
  ~ControlSession();

  void start();
  void stop();  // no call comes any more
  bool ready() const { return phase_ == Phase::ready; }
  bool refused() const { return refused_; }            // for good: the tracker answers, and directs this agent no more
  bool send(const protocol::ControlMessage& message);  // false, and nothing sent, unless ready
  const std::string& trouble() const { return trouble_; }  // why it is not ready; empty where it is

 private:
  void connect();
  void opened(Result<std::shared_ptr<net::WebSocket>> socket);
  void received(const std::string& text);
  void carry_out(const Reaction& reaction, const protocol::ControlMessage& message);
  void prove(const protocol::Challenge& challenge);
  void closed(const std::string& reason);
  void try_again(const std::string& reason);

  Needs needs_;
  std::shared_ptr<net::WebSocket> socket_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  Phase phase_ = Phase::disconnected;
  int attempt_ = 0;  // failed ones in a row
  bool stopped_ = false;
  std::string trouble_ = "not connected yet";
  bool refused_ = false;
  std::string close_reason_;  // ours, for a close that we asked for
  runtime::Timer timer_;      // the next attempt, or the limit of the opening
};

}  // namespace waybill::control
