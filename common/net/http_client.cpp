#include "common/net/http_client.h"

#include "common/net/client_connect_detail.h"
#include "common/net/web_socket_detail.h"

namespace waybill::net {

void http_exchange(runtime::EventLoop& loop, const Url& url, HttpRequest request, ClientOptions options,
                   std::function<void(Result<HttpResponse>)> done) {
  const auto deadline = Deadline::start(loop, options.timeout);
  auto on_open = [url, request = std::move(request), limit = options.max_body_bytes, deadline,
                  done = std::move(done)](Result<Stream> stream) {
    if (!stream) {
      deadline->stop();
      return done(pass_on(stream));
    }
    exchange_on(*stream, url, url.target, request, limit, false, deadline,
                [stream = *stream, deadline, done](Exchanged exchanged) mutable {
                  deadline->stop();
                  stream.finish([] {});
                  done(std::move(exchanged.response));
                });
  };
  open_stream(loop, url, options, deadline, std::move(on_open));
}

void connect_web_socket(runtime::EventLoop& loop, const Url& url, ClientOptions options,
                        std::function<void(Result<std::shared_ptr<WebSocket>>)> done) {
  const auto deadline = Deadline::start(loop, options.timeout);
  const WebSocketSettings settings{options.max_message_bytes, options.idle_timeout, options.timeout, nullptr, nullptr};
  auto on_open = [&loop, url, settings, deadline, done = std::move(done)](Result<Stream> stream) {
    if (!stream) {
      deadline->stop();
      return done(pass_on(stream));
    }
    deadline->on_expiry([stream = *stream]() mutable { stream.close(); });
    open_web_socket(loop, *stream, url, settings, [deadline, done](Result<std::shared_ptr<WebSocket>> socket) {
      deadline->stop();
      done(std::move(socket));
    });
  };
  open_stream(loop, url, options, deadline, std::move(on_open));
}

}  // namespace waybill::net
