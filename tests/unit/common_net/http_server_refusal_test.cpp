// What a server refuses, with each time: the refusal is counted once, the application saw nothing, and the next good
// request is served.
#include <doctest/doctest.h>

#include "loop_fixture.h"

using namespace waybill;
using namespace waybill::net;

namespace {

void check_refused_once(TestServer& test, std::int64_t HttpServerCounters::*which) {
  CHECK(test.requests == 0);
  const auto counters = test.server->counters();
  for (const auto counter :
       {&HttpServerCounters::refused_full, &HttpServerCounters::tls_failed, &HttpServerCounters::malformed,
        &HttpServerCounters::too_large, &HttpServerCounters::timed_out}) {
    CHECK(counters.*counter == (counter == which ? 1 : 0));
  }
  CHECK(test.still_serves());
}

HttpServerOptions small() {
  HttpServerOptions options;
  options.max_body_bytes = 1000;
  options.max_header_bytes = 2000;
  return options;
}

// Sends the text and waits for the refusal with this status, and for the end of the connection.
void check_answer(TestServer& test, const std::string& text, const std::string& status,
                  std::int64_t HttpServerCounters::*which) {
  CAPTURE(text.substr(0, 200));
  RawClient client(test.server->local());
  REQUIRE(client.send(text));
  REQUIRE(run_until(test.loop, [&] { return client.ended(); }));
  CHECK(client.received().substr(0, 13 + status.size()).find("HTTP/1.1 " + status) == 0);
  check_refused_once(test, which);
}

}  // namespace

TEST_CASE("torn requests: in the head and in the body") {
  for (const auto* text :
       {"G", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"}) {
    CAPTURE(text);
    TestServer test;
    RawClient client(test.server->local());
    REQUIRE(client.send(text));
    client.end_sending();
    REQUIRE(run_until(test.loop, [&] { return client.ended(); }));
    check_refused_once(test, &HttpServerCounters::malformed);
  }
}

TEST_CASE("a connection that opens and closes is no fault") {
  TestServer test;
  RawClient client(test.server->local());
  client.end_sending();
  REQUIRE(run_until(test.loop, [&] { return client.ended(); }));
  check_refused_once(test, nullptr);
}

TEST_CASE("what is not HTTP is answered 400") {
  for (const auto* text : {"\x16\x03\x01 not http\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
                           "GET / HTTP/1.1\r\nbad header\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                           "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                           "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    TestServer test;
    check_answer(test, text, "400", &HttpServerCounters::malformed);
  }
}

TEST_CASE("oversized heads are answered 431, oversized bodies 413") {
  {
    TestServer test(small());
    check_answer(test, "GET / HTTP/1.1\r\nX: " + std::string(3000, 'x') + "\r\n\r\n", "431",
                 &HttpServerCounters::too_large);
  }
  {
    TestServer test(small());
    check_answer(test, "GET /" + std::string(200'000, 'x'), "431", &HttpServerCounters::too_large);
  }
  {
    // Refused by the announced length, before a byte of it was sent.
    TestServer test(small());
    check_answer(test, "POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", "413", &HttpServerCounters::too_large);
  }
  {
    TestServer test(small());
    check_answer(test, "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n", "413",
                 &HttpServerCounters::too_large);
  }
  {
    TestServer test(small());
    std::string chunks;
    for (int i = 0; i < 20; ++i) chunks += "64\r\n" + std::string(100, 'c') + "\r\n";
    check_answer(test, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks, "413",
                 &HttpServerCounters::too_large);
  }
  {
    TestServer test(small());
    HttpRequest request;
    request.method = "POST";
    request.body = ByteString(1000, 'x');
    CHECK(test.exchange(test.at("/?name=fits"), request)->status == 200);
  }
}

TEST_CASE("the refusal of a large body reaches a client that is still sending it") {
  HttpServerOptions options;
  options.max_body_bytes = 1000;
  for (const bool tls : {false, true}) {
    TestServer test(options, tls);
    HttpRequest request;
    request.method = "POST";
    request.body = ByteString(300'000, 'x');
    const auto answer = test.exchange(test.at("/"), request);
    REQUIRE(answer);
    CHECK(answer->status == 413);
    check_refused_once(test, &HttpServerCounters::too_large);
  }
}

TEST_CASE("slow clients: silent, one byte at a time, silent in the body, silent in the handshake") {
  HttpServerOptions options;
  options.idle_timeout = DurationMs{300};
  for (const auto* start : {"", "GET / HT", "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"}) {
    CAPTURE(start);
    TestServer test(options);
    RawClient client(test.server->local());
    REQUIRE(client.send(start));
    REQUIRE(run_until(test.loop, [&] { return client.ended(); }));
    check_refused_once(test, &HttpServerCounters::timed_out);
  }
  {
    TestServer test(options);
    RawClient client(test.server->local());
    REQUIRE(client.send("GET / HTTP/1.1\r\nX: "));
    // Every look of the loop sends another byte; the head never ends.
    REQUIRE(run_until(test.loop, [&] { return !client.send("x") || client.ended(); }));
    check_refused_once(test, &HttpServerCounters::timed_out);
  }
  {
    TestServer test(options, true);
    RawClient client(test.server->local());
    REQUIRE(run_until(test.loop, [&] { return client.ended(); }));
    check_refused_once(test, &HttpServerCounters::timed_out);
  }
}

TEST_CASE("garbage instead of TLS") {
  TestServer test({}, true);
  RawClient client(test.server->local());
  REQUIRE(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  REQUIRE(run_until(test.loop, [&] { return client.ended(); }));
  CHECK_FALSE(client.has("HTTP"));
  check_refused_once(test, &HttpServerCounters::tls_failed);
}

TEST_CASE("a client that leaves in the handshake") {
  TestServer test({}, true);
  {
    RawClient client(test.server->local());
    REQUIRE(client.send("\x16\x03\x01"));
  }
  REQUIRE(run_until(test.loop, [&] { return test.server->counters().tls_failed == 1; }));
  check_refused_once(test, &HttpServerCounters::tls_failed);
}

TEST_CASE("a client that vanishes in the middle of a large answer") {
  TestServer test;
  bool answered = false;
  test.on_request = [&](HttpRequest, Respond respond) {
    respond(text_response(200, std::string(50 << 20, 'x')));
    answered = true;
  };
  {
    RawClient client(test.server->local());
    REQUIRE(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    REQUIRE(run_until(test.loop, [&] { return answered && client.received().size() > 100'000; }));
  }
  test.on_request = [](HttpRequest request, Respond respond) {
    respond(text_response(200, "hello " + request.query("name")));
  };
  CHECK(test.still_serves());
}

TEST_CASE("a client that does not read its answer is cut off") {
  HttpServerOptions options;
  options.idle_timeout = DurationMs{300};
  TestServer test(options);
  // More than the two kernels take off our hands.
  test.on_request = [&](HttpRequest, Respond respond) { respond(text_response(200, std::string(50 << 20, 'x'))); };
  RawClient client(test.server->local());
  REQUIRE(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  REQUIRE(run_until(test.loop, [&] { return test.server->counters().timed_out == 1; }));
  CHECK(client.received().size() < 50 << 20);
}

TEST_CASE("too many connections: the next is told 503, many more are closed, and places are given back") {
  HttpServerOptions options;
  options.max_connections = 2;
  for (const bool tls : {false, true}) {
    TestServer test(options, tls);
    std::vector<std::unique_ptr<RawClient>> holders;
    for (int i = 0; i < 2; ++i) holders.push_back(std::make_unique<RawClient>(test.server->local()));
    REQUIRE(run_until(test.loop, [&] { return test.server->counters().accepted == 2; }));
    const auto answer = test.exchange(test.at("/"));
    REQUIRE(answer);
    CHECK(answer->status == 503);
    CHECK(answer->headers.count("retry-after") == 1);
    CHECK(test.requests == 0);
    CHECK(test.server->counters().refused_full == 1);
    CHECK(test.server->counters().accepted == 2);
    for (int i = 0; i < 100; ++i) holders.push_back(std::make_unique<RawClient>(test.server->local()));
    REQUIRE(run_until(test.loop, [&] { return test.server->counters().refused_full == 101; }));
    int closed = 0;
    REQUIRE(run_until(test.loop, [&] {
      closed = 0;
      for (auto& holder : holders) closed += holder->ended() ? 1 : 0;
      return closed >= 36;
    }));
    holders.clear();
    // The places are free when the server has seen the ends of those that it was closing.
    bool served = false;
    for (int look = 0; look < 1000 && !served; ++look) {
      run_for(test.loop, DurationMs{20});
      served = test.still_serves();
    }
    CHECK(served);
  }
}

TEST_CASE("an address in use, or not this machine's, is named") {
  TestServer test;
  HttpServerOptions options;
  options.listen = test.server->local();
  const auto second = HttpServer::start(test.loop, options, {});
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find(options.listen.str()) != std::string::npos);
  CHECK(second.error().message.find("in use") != std::string::npos);
  options.listen = Endpoint::parse("192.0.2.1:80").value();
  CHECK_FALSE(HttpServer::start(test.loop, options, {}));
}
