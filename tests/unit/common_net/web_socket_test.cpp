#include "common/net/web_socket.h"

#include <doctest/doctest.h>

#include "loop_fixture.h"

using namespace waybill;
using namespace waybill::net;

namespace {

// One end, and what it was told.
struct End {
  std::shared_ptr<WebSocket> socket;
  std::vector<std::string> messages, closed;

  void take(std::shared_ptr<WebSocket> opened) {
    socket = std::move(opened);
    socket->set_handlers({[this](std::string message) { messages.push_back(std::move(message)); },
                          [this](std::string reason) { closed.push_back(std::move(reason)); }});
  }
};

struct Pair {
  explicit Pair(HttpServerOptions options = {}, bool tls = true) : test(options, tls) {
    test.on_web_socket = [this](std::shared_ptr<WebSocket> opened) { server.take(std::move(opened)); };
  }

  Result<std::shared_ptr<WebSocket>> connect(const std::string& target, ClientOptions options) {
    std::optional<Result<std::shared_ptr<WebSocket>>> result;
    connect_web_socket(test.loop, test.at(target), std::move(options), [&](Result<std::shared_ptr<WebSocket>> opened) {
      if (opened) client.take(*opened);
      result = std::move(opened);
    });
    REQUIRE(run_until(test.loop, [&] { return result.has_value(); }));
    return *result;
  }
  void open() { open(test.pinned()); }
  void open(ClientOptions options) {
    REQUIRE(connect("/socket", std::move(options)));
    REQUIRE(run_until(test.loop, [&] { return server.socket != nullptr; }));
  }
  bool until(const std::function<bool()>& condition) { return run_until(test.loop, condition); }
  // Both ends closed, each told once; a while later still once.
  void check_closed(const std::string& at_server, const std::string& at_client) {
    REQUIRE(until([&] { return !server.closed.empty() && !client.closed.empty(); }));
    run_for(test.loop, DurationMs{50});
    REQUIRE(server.closed.size() == 1);
    REQUIRE(client.closed.size() == 1);
    CHECK(server.closed[0].find(at_server) != std::string::npos);
    CHECK(client.closed[0].find(at_client) != std::string::npos);
  }

  TestServer test;
  End server, client;
};

constexpr auto kUpgrade =
    "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

// A plain client that has shaken hands.
void shake_hands(Pair& pair, RawClient& client) {
  REQUIRE(client.send(kUpgrade));
  REQUIRE(pair.until([&] { return client.has("\r\n\r\n") && pair.server.socket; }));
  // The example of RFC 6455 1.3.
  CHECK(client.has("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  client.take();
}

// RFC 6455 5.2, with the mask 0: opcode 1 text, 2 binary, 8 close, 9 ping.
std::string frame(int opcode, std::string payload) {
  std::string bytes{static_cast<char>(0x80 | opcode)};
  if (payload.size() < 126) {
    bytes += static_cast<char>(0x80 | payload.size());
  } else {
    bytes += static_cast<char>(0x80 | 126);
    bytes += static_cast<char>(payload.size() >> 8);
    bytes += static_cast<char>(payload.size());
  }
  return bytes + std::string(4, '\0') + payload;
}

}  // namespace

TEST_CASE("messages arrive whole and in order in both directions, plain and over TLS") {
  for (const bool tls : {false, true}) {
    Pair pair({}, tls);
    pair.open();
    const std::string large(1'000'000, 'L');
    for (int i = 0; i < 100; ++i) {
      pair.client.socket->send("c" + std::to_string(i));
      pair.server.socket->send("s" + std::to_string(i));
    }
    pair.client.socket->send(large);
    pair.server.socket->send(large);
    REQUIRE(pair.until([&] { return pair.client.messages.size() == 101 && pair.server.messages.size() == 101; }));
    for (std::size_t i = 0; i < 100; ++i) {
      CHECK(pair.client.messages[i] == "s" + std::to_string(i));
      CHECK(pair.server.messages[i] == "c" + std::to_string(i));
    }
    CHECK(pair.client.messages[100] == large);
    CHECK(pair.server.messages[100] == large);
    CHECK(pair.client.socket->remote() == pair.test.server->local());
    CHECK(pair.server.socket->remote() == pair.client.socket->local());
    CHECK(pair.test.requests == 0);
  }
}

TEST_CASE("closing: what was queued arrives, the reason too, and both are told once") {
  for (const bool by_server : {false, true}) {
    Pair pair;
    pair.open();
    auto& closing = by_server ? pair.server : pair.client;
    auto& other = by_server ? pair.client : pair.server;
    for (int i = 0; i < 10; ++i) closing.socket->send("last words");
    closing.socket->close("the key is another's");
    closing.socket->close("again");
    closing.socket->send("after the end");
    CHECK(closing.closed.empty());  // not from within close()
    pair.check_closed("the key is another's", "the key is another's");
    CHECK(other.messages.size() == 10);
    CHECK(closing.messages.empty());
  }
}

TEST_CASE("a long reason is cut, between characters") {
  Pair pair;
  pair.open();
  std::string reason;
  for (int i = 0; i < 100; ++i) reason += "\xc3\xa4";
  pair.server.socket->close("x" + reason);
  REQUIRE(pair.until([&] { return !pair.client.closed.empty(); }));
  CHECK(pair.client.closed[0] == "x" + reason.substr(0, 118));
}

TEST_CASE("a message over the limit ends the connection at either end, counted, and the application sees none of it") {
  {
    HttpServerOptions options;
    options.max_message_bytes = 1000;
    Pair pair(options);
    pair.open();
    pair.client.socket->send(std::string(1000, 'x'));
    pair.client.socket->send(std::string(1001, 'x'));
    REQUIRE(pair.until([&] { return !pair.server.closed.empty() && !pair.client.closed.empty(); }));
    CHECK(pair.server.closed[0] == "a message is larger than 1000 bytes");
    CHECK(pair.client.closed[0].find("1009") != std::string::npos);
    CHECK(pair.server.messages.size() == 1);
    CHECK(pair.test.server->counters().too_large == 1);
    CHECK(pair.test.still_serves());
  }
  {
    Pair pair;
    auto options = pair.test.pinned();
    options.max_message_bytes = 1000;
    pair.open(options);
    pair.server.socket->send(std::string(1001, 'x'));
    REQUIRE(pair.until([&] { return !pair.client.closed.empty(); }));
    CHECK(pair.client.closed[0] == "a message is larger than 1000 bytes");
    CHECK(pair.client.messages.empty());
  }
}

TEST_CASE("a peer that reads too slowly is cut off when the queue is full") {
  Pair pair({}, false);
  RawClient client(pair.test.server->local());
  shake_hands(pair, client);
  const std::string piece(100'000, 'x');
  int sent = 0;
  REQUIRE(pair.until([&] {
    for (int i = 0; i < 10; ++i, ++sent) pair.server.socket->send(piece);
    return !pair.server.closed.empty();
  }));
  CHECK(pair.server.closed == std::vector<std::string>{"the peer reads too slowly"});
  // One message larger than the queue is no other case.
  Pair again;
  again.open();
  again.server.socket->send(std::string(WebSocket::kSendQueueBytes + 1, 'x'));
  CHECK(again.server.closed.empty());  // not from within send()
  REQUIRE(again.until([&] { return !again.server.closed.empty(); }));
  CHECK(again.server.closed[0] == "the peer reads too slowly");
}

TEST_CASE("a silent peer is closed after the timeout; one that only answers pings is not") {
  HttpServerOptions options;
  options.idle_timeout = DurationMs{300};
  Pair pair(options, false);
  RawClient silent(pair.test.server->local());
  shake_hands(pair, silent);
  REQUIRE(pair.until([&] { return !pair.server.closed.empty(); }));
  CHECK(pair.server.closed[0] == "the peer is silent");
  CHECK(silent.has("\x89"));  // it was pinged
  CHECK(pair.test.server->counters().timed_out == 1);

  options.idle_timeout = seconds(5);  // a loaded machine must not be taken for a silent peer
  Pair alive(options, true);
  alive.open();
  run_for(alive.test.loop, seconds(8));
  CHECK(alive.server.closed.empty());
  CHECK(alive.client.closed.empty());
  alive.client.socket->send("still here");
  REQUIRE(alive.until([&] { return alive.server.messages.size() == 1; }));
}

TEST_CASE("frames that break the protocol end the connection, counted, and deliver nothing") {
  struct Case {
    std::string bytes, reason;
  };
  for (const auto& [bytes, reason] :
       {Case{frame(2, "binary"), "only text"}, Case{frame(1, "\xff\xfe"), "protocol"}, Case{frame(3, "x"), "protocol"},
        Case{frame(9, std::string(126, 'x')), "protocol"}, Case{std::string("\x81\x05hello"), "protocol"},
        Case{frame(8, "x"), "protocol"}, Case{"GET / HTTP/1.1\r\n\r\n", "protocol"}}) {
    CAPTURE(reason);
    CAPTURE(to_hex(bytes));
    Pair pair({}, false);
    RawClient client(pair.test.server->local());
    shake_hands(pair, client);
    REQUIRE(client.send(frame(1, "good") + bytes));
    REQUIRE(pair.until([&] { return !pair.server.closed.empty() || client.ended(); }));
    client.close();  // spares the server the wait for an answer to its close frame
    REQUIRE(pair.until([&] { return !pair.server.closed.empty(); }));
    CHECK(pair.server.closed.size() == 1);
    CHECK(pair.server.closed[0].find(reason) != std::string::npos);
    CHECK(pair.server.messages == std::vector<std::string>{"good"});
    CHECK(pair.test.server->counters().malformed == 1);
    CHECK(pair.test.still_serves());
  }
}

TEST_CASE("a peer that vanishes, between messages or inside one") {
  for (const std::string& rest : {std::string(), frame(1, "torn").substr(0, 8)}) {
    Pair pair({}, false);
    {
      RawClient client(pair.test.server->local());
      shake_hands(pair, client);
      REQUIRE(client.send(rest));
    }
    REQUIRE(pair.until([&] { return !pair.server.closed.empty(); }));
    CHECK(pair.server.closed[0].find("the connection was lost") == 0);
    CHECK(pair.server.messages.empty());
    CHECK(pair.test.still_serves());
  }
}

TEST_CASE("handshakes that are refused: another path, a wrong key, a bad or crowded request") {
  Pair pair;
  const auto elsewhere = pair.connect("/elsewhere", pair.test.pinned());
  REQUIRE_FALSE(elsewhere);
  CHECK(elsewhere.error().kind == ErrorKind::refused);
  CHECK(elsewhere.error().message.find("answers 404") != std::string::npos);

  auto wrong = pair.test.pinned();
  wrong.pin = TlsPin{crypto::KeyPair::generate().public_key()};
  const auto other_key = pair.connect("/socket", wrong);
  REQUIRE_FALSE(other_key);
  CHECK(other_key.error().message.find("shows another key") != std::string::npos);
  CHECK_FALSE(pair.server.socket);

  Pair plain({}, false);
  RawClient no_key(plain.test.server->local());
  REQUIRE(no_key.send("GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"));
  REQUIRE(plain.until([&] { return no_key.ended(); }));
  CHECK(no_key.has("HTTP/1.1 400"));
  RawClient early(plain.test.server->local());
  REQUIRE(early.send(kUpgrade + frame(1, "too early")));
  REQUIRE(plain.until([&] { return early.ended(); }));
  CHECK(early.has("HTTP/1.1 400"));
  CHECK_FALSE(plain.server.socket);
  CHECK(plain.test.server->counters().malformed == 2);
  CHECK(plain.test.still_serves());
}

TEST_CASE("dropping the last reference closes at once and calls nothing") {
  Pair pair;
  pair.open();
  pair.client.socket.reset();
  REQUIRE(pair.until([&] { return !pair.server.closed.empty(); }));
  CHECK(pair.client.closed.empty());
  // So does dropping it after a close that was not told yet.
  Pair closing;
  closing.open();
  closing.client.socket->close("and gone");
  closing.client.socket.reset();
  REQUIRE(closing.until([&] { return !closing.server.closed.empty(); }));
  run_for(closing.test.loop, DurationMs{50});
  CHECK(closing.server.closed[0] == "and gone");
  CHECK(closing.client.closed.empty());
  // Not keeping it at all is the same.
  Pair careless;
  careless.test.on_web_socket = [](const std::shared_ptr<WebSocket>&) {};
  REQUIRE(careless.connect("/socket", careless.test.pinned()));
  REQUIRE(careless.until([&] { return !careless.client.closed.empty(); }));
}

TEST_CASE("handlers may hold the WebSocket, close it, or drop it from within") {
  Pair pair;
  std::weak_ptr<WebSocket> watched;
  std::string closed;
  pair.test.on_web_socket = [&](const std::shared_ptr<WebSocket>& socket) {
    watched = socket;
    socket->set_handlers({[socket](std::string message) {
                            socket->send("echo " + message);
                            socket->close("enough");
                          },
                          [&closed, socket](std::string reason) { closed = std::move(reason); }});
  };
  REQUIRE(pair.connect("/socket", pair.test.pinned()));
  pair.client.socket->send("one");
  REQUIRE(pair.until([&] { return !pair.client.closed.empty() && watched.expired(); }));
  CHECK(pair.client.messages == std::vector<std::string>{"echo one"});
  CHECK(closed == "enough");
}

TEST_CASE("where the loop ends before on_closed could come, handlers that hold the WebSocket go with the loop") {
  const auto hold = [](const std::shared_ptr<WebSocket>& socket) {
    socket->set_handlers({[socket](const std::string&) {}, [socket](const std::string&) { FAIL("nobody runs this"); }});
  };
  std::weak_ptr<WebSocket> of_server, of_client;
  {
    Pair pair;
    pair.test.on_web_socket = [&](const std::shared_ptr<WebSocket>& socket) {
      of_server = socket;
      hold(socket);
    };
    REQUIRE(pair.connect("/socket", pair.test.pinned()));
    REQUIRE(pair.until([&] { return !of_server.expired(); }));
    of_client = pair.client.socket;
    hold(pair.client.socket);
    pair.client.socket->close("the last call");
    pair.client.socket.reset();
    pair.test.server.reset();
    CHECK_FALSE(of_server.expired());
    CHECK_FALSE(of_client.expired());
  }
  CHECK(of_server.expired());
  CHECK(of_client.expired());
}

TEST_CASE("WebSockets count among the connections, give their place back, and end with the server") {
  HttpServerOptions options;
  options.max_connections = 1;
  Pair pair(options);
  pair.open();
  const auto full = pair.connect("/socket", pair.test.pinned());
  REQUIRE_FALSE(full);
  CHECK(full.error().transient);
  CHECK(full.error().message.find("503") != std::string::npos);
  CHECK(pair.test.server->counters().refused_full == 1);
  pair.client.socket->close("makes room");
  bool served = false;
  for (int look = 0; look < 1000 && !served; ++look) {
    run_for(pair.test.loop, DurationMs{20});
    served = pair.test.still_serves();
  }
  CHECK(served);

  Pair ending;
  ending.open();
  ending.test.server.reset();
  ending.check_closed("the server stops", "the connection was lost");
}
