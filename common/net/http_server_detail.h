#pragma once
// What the server and its connections share. Everything on the loop's thread.
#include <functional>
#include <memory>
#include <unordered_map>

#include <boost/asio/ssl/context.hpp>

#include "common/net/http_server.h"
#include "common/net/stream_asio.h"

namespace waybill::net {

// Outlives the HttpServer for as long as one of its connections does.
struct HttpServerState {
  HttpServerState(runtime::EventLoop& owner, HttpServerOptions settings, HttpServer::Handlers callbacks)
      : loop(owner), options(std::move(settings)), handlers(std::move(callbacks)) {}

  runtime::EventLoop& loop;
  HttpServerOptions options;
  HttpServer::Handlers handlers;
  std::unique_ptr<boost::asio::ssl::context> tls;  // null: plain HTTP
  std::shared_ptr<HttpServerCounters> counters = std::make_shared<HttpServerCounters>();
  bool stopped = false;
  std::uint64_t last_id = 0;
  std::unordered_map<std::uint64_t, std::function<void()>> open;  // how to close each connection at once
};

// One connection's place among max_connections; dropping it gives the place back.
class ConnectionSlot {
 public:
  ConnectionSlot(std::shared_ptr<HttpServerState> server, std::function<void()> close)
      : server_(std::move(server)), id_(++server_->last_id) {
    set_closer(std::move(close));
  }
  ~ConnectionSlot() { server_->open.erase(id_); }
  ConnectionSlot(const ConnectionSlot&) = delete;
  ConnectionSlot& operator=(const ConnectionSlot&) = delete;
  void set_closer(std::function<void()> close) { server_->open[id_] = std::move(close); }

 private:
  std::shared_ptr<HttpServerState> server_;
  std::uint64_t id_;
};

// Serves one accepted connection to its end. When `full`, its first request is answered with 503 and nothing else.
void serve_http_connection(std::shared_ptr<HttpServerState> server, Stream stream, bool full);

}  // namespace waybill::net
