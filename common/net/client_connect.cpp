#include <optional>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <fmt/core.h>

#include "common/net/client_connect_detail.h"
#include "common/net/endpoint_asio.h"
#include "common/net/tls_context_asio.h"
#include "common/runtime/event_loop_asio.h"

namespace waybill::net {

namespace {

using boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

class Connecting : public std::enable_shared_from_this<Connecting> {
 public:
  Connecting(runtime::EventLoop& loop, const Url& url, const ClientOptions& options, std::shared_ptr<Deadline> deadline,
             std::function<void(Result<Stream>)> done)
      : loop_(loop),
        url_(url),
        options_(options),
        deadline_(std::move(deadline)),
        done_(std::move(done)),
        resolver_(loop.impl().context),
        socket_(loop.impl().context) {}

  void start() {
    if (url_.scheme == "https" && !options_.pin && !options_.authorities) {
      return end_later(refuse(fmt::format("{} cannot be trusted: no key is pinned for it", url_.authority())));
    }
    if (const auto address = IpAddress::parse(url_.host)) {
      endpoints_.push_back(to_asio(Endpoint{*address, url_.port}));
      return try_next(boost::asio::error::host_unreachable);
    }
    // Asio cannot interrupt the system's resolver; the answer that comes too late finds nobody waiting.
    deadline_->on_expiry([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->end_later(self->failure("cannot find the address of", {}));
    });
    resolver_.async_resolve(url_.host, std::to_string(url_.port), tcp::resolver::numeric_service,
                            [self = shared_from_this()](const ErrorCode& error, const auto& found) {
                              if (self->deadline_->expired()) return;
                              if (error) return self->end(self->failure("cannot find the address of", error));
                              for (const auto& entry : found) self->endpoints_.push_back(entry.endpoint());
                              self->try_next(boost::asio::error::host_unreachable);
                            });
  }

 private:
  // Each address in the resolver's order (RFC 6724); `last` tells why the one before did not do.
  void try_next(ErrorCode last) {
    while (next_ < endpoints_.size()) {
      const auto endpoint = endpoints_[next_++];
      if (options_.bind && options_.bind->is_v4() != endpoint.address().is_v4()) continue;
      ErrorCode error;
      socket_ = tcp::socket(loop_.impl().context);
      socket_.open(endpoint.protocol(), error);
      if (!error && options_.bind) socket_.bind(to_asio(Endpoint{*options_.bind, 0}), error);
      if (!error) return connect(endpoint);
      last = error;
    }
    end_later(failure("cannot connect to", last));
  }

  void connect(const tcp::endpoint& endpoint) {
    deadline_->on_expiry([weak = weak_from_this()] {
      ErrorCode nothing_more_to_lose;
      if (const auto self = weak.lock()) self->socket_.close(nothing_more_to_lose);
    });
    socket_.async_connect(endpoint, [self = shared_from_this()](const ErrorCode& error) {
      if (error && !self->deadline_->expired()) return self->try_next(error);
      if (error) return self->end(self->failure("cannot connect to", error));
      self->secure();
    });
  }

  void secure() {
    Stream stream(std::move(socket_));
    if (url_.scheme != "https") return end(std::move(stream));
    deadline_->on_expiry([stream]() mutable { stream.close(); });
    if (!options_.pin) return ask_authorities(std::move(stream));
    stream.handshake_as_client(client_context(), url_.host,
                               [self = shared_from_this(), stream](const ErrorCode& error) mutable {
                                 if (error) return self->end(self->failure("no TLS connection with", error));
                                 self->check_pin(std::move(stream));
                               });
  }

  // The authorities are read for each connection: what an administrator changes holds at once, and it is people who ask
  // for pages, now and then.
  void ask_authorities(Stream stream) {
    auto context = authority_context(*options_.authorities);
    if (!context) return end(pass_on(context));
    authorities_ = std::move(*context);
    stream.handshake_as_client(
        *authorities_, url_.host, [self = shared_from_this(), stream](const ErrorCode& error) mutable {
          if (!error) return self->end(std::move(stream));
          const auto verdict = SSL_get_verify_result(stream.native_tls());
          if (verdict == X509_V_OK) return self->end(self->failure("no TLS connection with", error));
          self->end(refuse(
              fmt::format("{} cannot be trusted: {}", self->url_.authority(), X509_verify_cert_error_string(verdict))));
        });
  }

  void check_pin(Stream stream) {
    const auto shown = shown_key(stream.native_tls());
    if (shown && *shown == options_.pin->server_key) return end(std::move(stream));
    stream.close();
    end(refuse(fmt::format("the tracker at {} shows another key than the enrol link pinned{}", url_.authority(),
                           shown ? "" : " (" + shown.error().message + ")")));
  }

  tl::unexpected<Error> failure(std::string_view what, const ErrorCode& error) const {
    const auto text = deadline_->expired() ? std::string("it took too long") : error.message();
    return fail_transient(fmt::format("{} {}: {}", what, url_.authority(), text));
  }

  void end(Result<Stream> result) {
    deadline_->on_expiry(nullptr);
    std::exchange(done_, nullptr)(std::move(result));
  }
  void end_later(Result<Stream> result) {
    loop_.post([self = shared_from_this(), result = std::move(result)] { self->end(result); });
  }

  runtime::EventLoop& loop_;
  const Url url_;
  const ClientOptions options_;
  std::shared_ptr<Deadline> deadline_;
  std::function<void(Result<Stream>)> done_;
  tcp::resolver resolver_;
  tcp::socket socket_;
  std::unique_ptr<boost::asio::ssl::context> authorities_;
  std::vector<tcp::endpoint> endpoints_;
  std::size_t next_ = 0;
};

}  // namespace

std::shared_ptr<Deadline> Deadline::start(runtime::EventLoop& loop, DurationMs limit) {
  auto deadline = std::make_shared<Deadline>();
  deadline->timer_ = loop.after(limit, [weak = std::weak_ptr(deadline)] {
    if (const auto passed = weak.lock()) passed->expire();
  });
  return deadline;
}

void Deadline::expire() {
  timer_.cancel();
  expired_ = true;
  if (const auto cancel = std::exchange(cancel_stage_, nullptr)) cancel();
}

void Deadline::stop() {
  timer_.cancel();
  cancel_stage_ = nullptr;
}

void open_stream(runtime::EventLoop& loop, const Url& url, const ClientOptions& options,
                 std::shared_ptr<Deadline> deadline, std::function<void(Result<Stream>)> done) {
  loop.assert_owner();
  std::make_shared<Connecting>(loop, url, options, std::move(deadline), std::move(done))->start();
}

}  // namespace waybill::net
