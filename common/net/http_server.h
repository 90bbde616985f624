#pragma once
// An HTTPS (or, without identity, plain HTTP) and WebSocket server on one EventLoop.
// Refuses by itself, counting each: oversized headers (413/431), bodies (413), messages (close 1009), torn requests,
// too many connections (503), idle ones (closed after the timeout).
#include <functional>
#include <memory>
#include <optional>

#include "common/net/http.h"
#include "common/net/tls_identity.h"
#include "common/net/web_socket.h"
#include "common/runtime/event_loop.h"

namespace waybill::net {

// Call once, on the loop's thread; later is fine, also when the client has gone. Dropped uncalled, it answers 500.
using Respond = std::function<void(HttpResponse)>;

struct HttpServerOptions {
  Endpoint listen;                            // port 0 takes a free one
  std::optional<TlsServerIdentity> identity;  // absent: plain HTTP
  std::size_t max_connections = 20'000;
  std::size_t max_header_bytes = 16 << 10;  // request line and headers
  std::size_t max_body_bytes = 8 << 20;
  std::size_t max_message_bytes = 1 << 20;  // WebSocket
  // For each stage of a connection: handshake, a request's head, its body (and on top what the body takes at 16 KiB a
  // second), every 64 KiB of the answer. WebSockets are kept alive by pings and closed when the peer is silent for so
  // long.
  DurationMs idle_timeout = seconds(60);
};

// Each refusal is counted once, in the first that fits. refused_full: told 503, or closed at once when 64 are being
// told. malformed: torn, not HTTP, not WebSocket. too_large: head, body or message. timed_out: idle or too slow.
struct HttpServerCounters {
  std::int64_t accepted = 0, refused_full = 0, tls_failed = 0, malformed = 0, too_large = 0, timed_out = 0;
};

class HttpServer {
 public:
  struct Handlers {
    std::function<void(HttpRequest, Respond)> on_request;
    // A WebSocket handshake to `request.target`; return false to answer 404.
    std::function<bool(const HttpRequest& request)> accepts_web_socket;
    std::function<void(std::shared_ptr<WebSocket>, const HttpRequest& request)> on_web_socket;
  };
  // Binds and listens at once; fails with the address and the reason ("address already in use: ...").
  static Result<std::unique_ptr<HttpServer>> start(runtime::EventLoop& loop, HttpServerOptions options,
                                                   Handlers handlers);
  virtual ~HttpServer() = default;  // closes every connection
  virtual Endpoint local() const = 0;
  virtual HttpServerCounters counters() const = 0;
};

}  // namespace waybill::net
