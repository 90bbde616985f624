#pragma once
// The client's ends. Names are resolved by the system's resolver, off the loop.
#include <functional>
#include <memory>
#include <optional>

#include "common/net/http.h"
#include "common/net/tls_identity.h"
#include "common/net/web_socket.h"
#include "common/runtime/event_loop.h"

namespace waybill::net {

struct ClientOptions {
  std::optional<TlsPin> pin;  // https: the server must show exactly this key
  // https without a pin: the server's certificate must be good for its name by one of these. One of the two is needed.
  std::optional<TlsAuthorities> authorities;
  std::optional<IpAddress> bind;     // connect from this address
  DurationMs timeout = seconds(30);  // for the whole exchange; for WebSockets the opening
  std::size_t max_body_bytes = 64 << 20;
  std::size_t max_message_bytes = 1 << 20;
  DurationMs idle_timeout = seconds(60);  // WebSockets: pings keep alive; a silent peer is closed after this
};

// One exchange for url.target (request.target is not looked at); `done` runs once on the loop, never before this
// returns. No redirects are followed here (agent/control does, with its rules).
void http_exchange(runtime::EventLoop& loop, const Url& url, HttpRequest request, ClientOptions options,
                   std::function<void(Result<HttpResponse>)> done);

// A connection to one server that is kept open between requests and reopened when it was lost. Requests are answered
// in order, each for its request.target; one that was under way when the connection broke fails (transient). Each has
// its own timeout, from when its turn comes. Destroying it drops the requests: their `done` is not called.
class HttpConnection {
 public:
  static constexpr std::size_t kQueueLimit = 256;  // requests that wait; more fail at once (transient)
  static std::unique_ptr<HttpConnection> create(runtime::EventLoop& loop, Url server, ClientOptions options);
  virtual ~HttpConnection() = default;
  virtual void exchange(HttpRequest request, std::function<void(Result<HttpResponse>)> done) = 0;
};

// url.scheme https becomes wss. `done` gets an open WebSocket; set its handlers before returning.
void connect_web_socket(runtime::EventLoop& loop, const Url& url, ClientOptions options,
                        std::function<void(Result<std::shared_ptr<WebSocket>>)> done);

}  // namespace waybill::net
