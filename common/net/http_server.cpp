#include "common/net/http_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <fmt/core.h>

#include "common/net/endpoint_asio.h"
#include "common/net/http_server_detail.h"
#include "common/net/tls_context_asio.h"
#include "common/runtime/event_loop_asio.h"
#include "common/runtime/log.h"

namespace waybill::net {

namespace {

using boost::asio::ip::tcp;

// So many connections beyond max_connections are still heard and told 503; more are closed without a word.
constexpr std::size_t kRefusedPolitely = 64;
constexpr auto kPauseWithoutDescriptors = DurationMs{100};

class AsioHttpServer final : public HttpServer, public std::enable_shared_from_this<AsioHttpServer> {
 public:
  AsioHttpServer(runtime::EventLoop& loop, HttpServerOptions options, Handlers handlers)
      : state_(std::make_shared<HttpServerState>(loop, std::move(options), std::move(handlers))),
        acceptor_(loop.impl().context) {}

  Status listen() {
    if (state_->options.identity) {
      auto context = server_context(*state_->options.identity);
      if (!context) return pass_on(context);
      state_->tls = std::move(*context);
    }
    const auto endpoint = to_asio(state_->options.listen);
    boost::system::error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    // "::" listens for both families, as people expect of "any address".
    if (!error && endpoint.protocol() == tcp::v6()) {
      acceptor_.set_option(boost::asio::ip::v6_only(!state_->options.listen.address.is_unspecified()), error);
    }
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
    if (!error) local_ = from_asio(acceptor_.local_endpoint(error));
    if (error) return fail(fmt::format("cannot listen on {}: {}", state_->options.listen.str(), error.message()));
    return {};
  }

  void accept() {
    acceptor_.async_accept([weak = weak_from_this()](const auto& error, tcp::socket socket) {
      if (const auto self = weak.lock()) self->on_accepted(error, std::move(socket));
    });
  }

  void stop() {
    state_->stopped = true;
    state_->handlers = {};
    boost::system::error_code nothing_more_to_lose;
    acceptor_.close(nothing_more_to_lose);
    pause_.cancel();
    // A copy, as each closed connection takes itself out of the table.
    const auto open = state_->open;
    for (const auto& [id, close] : open) close();
  }

  Endpoint local() const override { return local_; }
  HttpServerCounters counters() const override { return *state_->counters; }

 private:
  void on_accepted(const boost::system::error_code& error, tcp::socket socket) {
    if (state_->stopped) return;
    if (!error) {
      take(Stream(std::move(socket)));
      return accept();
    }
    // A client that gave up while it queued is no reason to pause; want of descriptors or memory is.
    if (error == boost::asio::error::connection_aborted) return accept();
    ++state_->counters->refused_full;
    WAYBILL_WARN("http", "cannot accept a connection at {}: {}", local_.str(), error.message());
    pause_ = state_->loop.after(kPauseWithoutDescriptors, [this] { accept(); });
  }

  void take(Stream stream) {
    const std::size_t open = state_->open.size();
    const bool full = open >= state_->options.max_connections;
    ++(full ? state_->counters->refused_full : state_->counters->accepted);
    if (open >= state_->options.max_connections + kRefusedPolitely) return stream.close();
    serve_http_connection(state_, std::move(stream), full);
  }

  std::shared_ptr<HttpServerState> state_;
  tcp::acceptor acceptor_;
  Endpoint local_;
  runtime::Timer pause_;
};

// What the owner holds. The shared server inside lets a pending accept see that it has gone.
class OwnedHttpServer final : public HttpServer {
 public:
  explicit OwnedHttpServer(std::shared_ptr<AsioHttpServer> server) : server_(std::move(server)) {}
  ~OwnedHttpServer() override { server_->stop(); }
  Endpoint local() const override { return server_->local(); }
  HttpServerCounters counters() const override { return server_->counters(); }

 private:
  std::shared_ptr<AsioHttpServer> server_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(runtime::EventLoop& loop, HttpServerOptions options,
                                                      Handlers handlers) {
  loop.assert_owner();
  const auto server = std::make_shared<AsioHttpServer>(loop, std::move(options), std::move(handlers));
  if (auto listening = server->listen(); !listening) return pass_on(listening.error(), "the HTTP server");
  server->accept();
  return std::make_unique<OwnedHttpServer>(server);
}

}  // namespace waybill::net
