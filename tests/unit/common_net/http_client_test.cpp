#include "common/net/http_client.h"

#include <doctest/doctest.h>

#include "loop_fixture.h"

using namespace waybill;
using namespace waybill::net;

namespace {

// A server that says what the test wants, in plain bytes: HttpServer would never.
class CannedServer {
 public:
  explicit CannedServer(std::string answer) : answer_(std::move(answer)), fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(fd_, 5) == 0);
    REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
    url = Url{"http", "127.0.0.1", ntohs(address.sin_port), "/"};
  }
  ~CannedServer() {
    if (client_ >= 0) ::close(client_);
    ::close(fd_);
  }
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;

  // To be called from the loop: once a whole request head is there, answers, and closes when `then_close`.
  void look(bool then_close) {
    if (client_ < 0) client_ = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK);
    char piece[4096];
    const auto size = client_ < 0 ? -1 : ::recv(client_, piece, sizeof piece, 0);
    if (size > 0) request += std::string(piece, static_cast<std::size_t>(size));
    if (answered_ || request.find("\r\n\r\n") == std::string::npos) return;
    answered_ = true;
    REQUIRE(::send(client_, answer_.data(), answer_.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(answer_.size()));
    if (then_close) ::shutdown(client_, SHUT_WR);
  }

  Url url;
  std::string request;

 private:
  std::string answer_;
  int fd_;
  int client_ = -1;
  bool answered_ = false;
};

Result<HttpResponse> ask(CannedServer& server, ClientOptions options = {}, bool then_close = true,
                         HttpRequest request = {}) {
  runtime::EventLoop loop("test");
  std::optional<Result<HttpResponse>> result;
  http_exchange(loop, server.url, std::move(request), options, [&](Result<HttpResponse> answer) { result = answer; });
  REQUIRE(run_until(loop, [&] {
    server.look(then_close);
    return result.has_value();
  }));
  return *result;
}

}  // namespace

TEST_CASE("the pinned key and no other: a refusal that names the tracker, before a byte of the request is sent") {
  TestServer test({}, true);
  ClientOptions options;
  options.pin = TlsPin{crypto::KeyPair::generate().public_key()};
  const auto answer = test.exchange(test.at("/"), {}, options);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::refused);
  CHECK(answer.error().message ==
        "the tracker at " + test.url.authority() + " shows another key than the enrol link pinned");
  CHECK(test.requests == 0);
  CHECK(test.still_serves());
}

TEST_CASE("https without a pin is refused, and so is TLS with what speaks none") {
  TestServer plain;
  const auto unpinned = plain.exchange(Url{"https", "127.0.0.1", plain.url.port, "/"}, {}, ClientOptions{});
  REQUIRE_FALSE(unpinned);
  CHECK(unpinned.error().kind == ErrorKind::refused);
  CHECK(unpinned.error().message.find("no key is pinned") != std::string::npos);
  CHECK(plain.server->counters().accepted == 0);

  const auto no_tls = plain.exchange(Url{"https", "127.0.0.1", plain.url.port, "/"}, {}, plain.pinned());
  REQUIRE_FALSE(no_tls);
  CHECK(no_tls.error().message.find("no TLS connection with " + plain.url.authority()) != std::string::npos);
  CHECK(plain.requests == 0);
}

TEST_CASE("nobody listens, or the name is unknown: transient failures that name the server") {
  TestServer test;
  const auto url = test.url;
  test.server.reset();
  const auto refused = test.exchange(url);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().transient);
  CHECK(refused.error().message == "cannot connect to " + url.authority() + ": Connection refused");
}

TEST_CASE("a server that never answers is left after the timeout") {
  TestServer test;
  std::vector<Respond> kept;
  test.on_request = [&](HttpRequest, Respond respond) { kept.push_back(std::move(respond)); };
  ClientOptions options;
  options.timeout = DurationMs{200};
  const auto answer = test.exchange(test.at("/"), {}, options);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().transient);
  CHECK(answer.error().message.find("took too long") != std::string::npos);
}

TEST_CASE("answers over the limit are refused, announced or not") {
  ClientOptions options;
  options.max_body_bytes = 100;
  for (const std::string head : {"content-length: 101\r\n\r\n", "\r\n"}) {
    CannedServer server("HTTP/1.1 200 OK\r\n" + head + std::string(101, 'x'));
    CAPTURE(head);
    const auto answer = ask(server, options);
    CAPTURE((answer ? answer->body : answer.error().message));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::refused);
    CHECK(answer.error().message.find("more than 100 bytes") != std::string::npos);
  }
  CannedServer fits("HTTP/1.1 200 OK\r\n\r\n" + std::string(100, 'x'));
  CHECK(ask(fits, options)->body.size() == 100);
}

TEST_CASE("torn answers are transient failures, nonsense is refused") {
  for (const auto* text : {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"}) {
    CAPTURE(text);
    CannedServer server(text);
    const auto answer = ask(server);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::failed);
    CHECK(answer.error().transient);
  }
  for (const std::string& text :
       {std::string("SSH-2.0-server\r\n"), "HTTP/1.1 200 OK\r\nx: " + std::string(70'000, 'h')}) {
    CannedServer server(text);
    const auto answer = ask(server);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::refused);
  }
}

TEST_CASE("interim answers are passed over, HEAD has no body, and the request is well formed") {
  CannedServer server("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n");
  HttpRequest request;
  request.method = "HEAD";
  request.headers["x-name"] = "a\r\nb: c";
  const auto answer = ask(server, {}, false, request);
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body.empty());
  CHECK(server.request.find("HEAD / HTTP/1.1\r\nhost: " + server.url.authority() + "\r\n") == 0);
  CHECK(server.request.find("x-name: a  b: c\r\n") != std::string::npos);
}

TEST_CASE("a client can leave from a chosen address") {
  TestServer test;
  ClientOptions options;
  options.bind = IpAddress::parse("127.0.0.9").value();
  REQUIRE(test.exchange(test.at("/"), {}, options));
  CHECK(test.last.remote.address.str() == "127.0.0.9");
  options.bind = IpAddress::parse("192.0.2.1").value();
  const auto foreign = test.exchange(test.at("/"), {}, options);
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().message.find("cannot connect") == 0);
}
