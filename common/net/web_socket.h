#pragma once
// One end of a WebSocket (RFC 6455), text messages only. All calls and callbacks on the owning EventLoop.
#include <functional>
#include <memory>
#include <string>

#include "common/types/ip.h"
#include "common/types/units.h"

namespace waybill::net {

class WebSocket {
 public:
  // Bytes of messages that may wait for a slow peer: two of the largest messages of ours.
  static constexpr std::size_t kSendQueueBytes = 2 << 20;

  // Set before returning from the accept/connect callback. on_closed is called exactly once, with a one-line reason,
  // after which no other callback comes; also when this end closes; never from within send() or close(). The handlers
  // are dropped then, so that they may hold the WebSocket itself; where the loop ends first they go with it, uncalled.
  struct Handlers {
    std::function<void(std::string message)> on_message;
    std::function<void(std::string reason)> on_closed;
  };
  virtual ~WebSocket() = default;  // dropping the last reference closes at once, without a callback
  virtual void set_handlers(Handlers handlers) = 0;
  // Queued; at most kSendQueueBytes may wait, beyond which the connection is closed ("peer reads too slowly").
  virtual void send(std::string message) = 0;
  // What was queued is still sent, within kCloseTime; then the reason in the close frame, at most 120 bytes of it.
  virtual void close(std::string reason) = 0;
  static constexpr DurationMs kCloseTime = seconds(5);
  virtual Endpoint remote() const = 0;
  virtual Endpoint local() const = 0;
};

}  // namespace waybill::net
