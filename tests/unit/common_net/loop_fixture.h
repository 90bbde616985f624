#pragma once
// Server and clients of a test share one loop and one thread; the raw client is a plain non-blocking socket, so that it
// can say what no proper client would.
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/net/http_client.h"
#include "common/net/http_server.h"
#include "common/runtime/event_loop.h"
#include "tests/harness/run_until.h"

namespace waybill::net {

// Lets everything that is under way happen; for what must not come, after its opposite could have.
inline void run_for(runtime::EventLoop& loop, DurationMs time) {
  const auto timer = loop.after(time, [&] { loop.stop(); });
  loop.run();
}

class RawClient {
 public:
  explicit RawClient(const Endpoint& server) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False when the other end no longer takes it.
  bool send(std::string_view text) {
    return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  void end_sending() { ::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  // What came up to here. Afterwards `ended` tells whether the other end has closed.
  const std::string& received() {
    char piece[65536];
    for (;;) {
      const auto size = ::recv(fd_, piece, sizeof piece, 0);
      if (size > 0) received_.append(piece, static_cast<std::size_t>(size));
      if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) ended_ = true;
      if (size <= 0) return received_;
    }
  }
  bool ended() { return received(), ended_; }
  bool has(std::string_view text) { return received().find(text) != std::string::npos; }
  // Takes what came away, so that the next answer stands alone.
  std::string take() { return received(), std::exchange(received_, {}); }

 private:
  int fd_;
  std::string received_;
  bool ended_ = false;
};

// A server on a free loopback port that counts and answers "hello NAME".
class TestServer {
 public:
  explicit TestServer(HttpServerOptions options = {}, bool tls = false) {
    options.listen.address = IpAddress::parse("127.0.0.1").value();
    if (tls) options.identity = TlsServerIdentity{key};
    handlers.on_request = [this](HttpRequest request, Respond respond) {
      ++requests;
      last = request;
      on_request(std::move(request), std::move(respond));
    };
    handlers.accepts_web_socket = [](const HttpRequest& request) { return request.path() == "/socket"; };
    handlers.on_web_socket = [this](std::shared_ptr<WebSocket> socket, const HttpRequest&) {
      on_web_socket(std::move(socket));
    };
    auto started = HttpServer::start(loop, options, handlers);
    REQUIRE(started);
    server = std::move(*started);
    url = Url{tls ? "https" : "http", "127.0.0.1", server->local().port, "/"};
  }

  Url at(std::string target) const {
    auto copy = url;
    copy.target = std::move(target);
    return copy;
  }
  ClientOptions pinned() const {
    ClientOptions options;
    options.pin = TlsPin{key.public_key()};
    return options;
  }
  Result<HttpResponse> exchange(const Url& to, HttpRequest request = {}) { return exchange(to, request, pinned()); }
  Result<HttpResponse> exchange(const Url& to, HttpRequest request, ClientOptions options) {
    std::optional<Result<HttpResponse>> result;
    http_exchange(loop, to, std::move(request), std::move(options),
                  [&](Result<HttpResponse> answer) { result = std::move(answer); });
    CHECK_FALSE(result);  // never before it returns
    REQUIRE(run_until(loop, [&] { return result.has_value(); }));
    return *result;
  }
  // A good request still gets its good answer.
  bool still_serves() {
    const auto answer = exchange(at("/?name=again"));
    return answer && answer->status == 200 && answer->body == "hello again";
  }

  runtime::EventLoop loop{"test"};
  crypto::KeyPair key = crypto::KeyPair::generate();
  HttpServer::Handlers handlers;
  std::function<void(HttpRequest, Respond)> on_request = [](HttpRequest request, Respond respond) {
    respond(text_response(200, "hello " + request.query("name")));
  };
  std::function<void(std::shared_ptr<WebSocket>)> on_web_socket = [](std::shared_ptr<WebSocket>) {};
  int requests = 0;
  HttpRequest last;
  Url url;
  std::unique_ptr<HttpServer> server;
};

}  // namespace waybill::net
