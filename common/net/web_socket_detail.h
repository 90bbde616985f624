#pragma once
// A WebSocket on a Stream, for this folder's two ends; web_socket_beast.cpp is the only file that instantiates Beast's.
#include <functional>
#include <memory>

#include "common/net/http_server.h"
#include "common/net/stream_asio.h"
#include "common/net/web_socket.h"

namespace waybill::net {

struct WebSocketSettings {
  std::size_t max_message_bytes = 0;
  DurationMs idle_timeout;
  DurationMs opening_timeout;
  std::shared_ptr<HttpServerCounters> counters;  // may be null: a client counts nothing
  std::shared_ptr<void> slot;                    // released when the connection has ended
};

using WebSocketOpened = std::function<void(Result<std::shared_ptr<WebSocket>>)>;

// Answers the upgrade request that came on the stream. `done` comes later, from the loop. The returned call closes the
// connection at once, also during the handshake; it keeps nothing alive.
std::function<void()> accept_web_socket(runtime::EventLoop& loop, Stream stream, const HttpRequest& request,
                                        WebSocketSettings settings, WebSocketOpened done);
void open_web_socket(runtime::EventLoop& loop, Stream stream, const Url& url, WebSocketSettings settings,
                     WebSocketOpened done);

}  // namespace waybill::net
