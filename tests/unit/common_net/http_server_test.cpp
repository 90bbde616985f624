#include "common/net/http_server.h"

#include <doctest/doctest.h>

#include "loop_fixture.h"

using namespace waybill;
using namespace waybill::net;

TEST_CASE("a request and its answer, plain and over TLS") {
  for (const bool tls : {false, true}) {
    CAPTURE(tls);
    TestServer test({}, tls);
    test.on_request = [](HttpRequest request, Respond respond) {
      auto response = text_response(201, request.method + " " + request.body);
      response.headers["x-seen"] = request.headers["x-asked"];
      respond(std::move(response));
    };
    HttpRequest request;
    request.method = "POST";
    request.headers["x-asked"] = "yes";
    request.body = ByteString(300'000, 'b') + '\0';
    const auto answer = test.exchange(test.at("/a?b=c"), request);
    REQUIRE(answer);
    CHECK(answer->status == 201);
    CHECK(answer->headers.at("x-seen") == "yes");
    CHECK(answer->headers.at("content-type") == "text/plain; charset=utf-8");
    CHECK(answer->body == "POST " + request.body);
    CHECK(test.last.target == "/a?b=c");
    CHECK(test.last.remote.address.str() == "127.0.0.1");
    CHECK(test.last.remote.port != 0);
    CHECK(test.server->counters().accepted == 1);
  }
}

TEST_CASE("a connection is kept for further requests, also when they come in one piece") {
  TestServer test;
  RawClient client(test.server->local());
  REQUIRE(client.send("GET /?name=one HTTP/1.1\r\nHost: x\r\n\r\nGET /?name=two HTTP/1.1\r\nHost: x\r\n\r\n"));
  REQUIRE(run_until(test.loop, [&] { return client.has("hello two"); }));
  const auto text = client.take();
  CHECK(text.find("hello one") < text.find("hello two"));
  REQUIRE(client.send("GET /?name=three HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  REQUIRE(run_until(test.loop, [&] { return client.has("hello three") && client.ended(); }));
  CHECK(client.has("connection: close"));
  CHECK(test.server->counters().accepted == 1);
  CHECK(test.requests == 3);
}

TEST_CASE("HEAD, 204, HTTP/1.0 and a chunked body") {
  TestServer test;
  RawClient client(test.server->local());
  REQUIRE(client.send("HEAD /?name=x HTTP/1.1\r\nHost: x\r\n\r\n"));
  REQUIRE(run_until(test.loop, [&] { return client.has("\r\n\r\n"); }));
  const auto head = client.take();
  CHECK(head.find("content-length: 7\r\n") != std::string::npos);
  CHECK(head.find("hello") == std::string::npos);
  CHECK(head.find("\r\ndate: ") != std::string::npos);

  test.on_request = [](HttpRequest, Respond respond) { respond(HttpResponse{204, {}, "dropped"}); };
  REQUIRE(
      client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
  REQUIRE(run_until(test.loop, [&] { return client.has("\r\n\r\n"); }));
  CHECK(test.last.body == "abcde");
  CHECK(client.has("HTTP/1.1 204 No Content"));
  CHECK_FALSE(client.has("content-length"));
  CHECK_FALSE(client.has("dropped"));

  RawClient old(test.server->local());
  REQUIRE(old.send("GET / HTTP/1.0\r\n\r\n"));
  REQUIRE(run_until(test.loop, [&] { return old.ended(); }));
  CHECK(old.has("204"));
}

TEST_CASE("a client that asks to be told before it sends its body is told") {
  TestServer test;
  RawClient client(test.server->local());
  REQUIRE(client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"));
  REQUIRE(run_until(test.loop, [&] { return client.has("100 Continue\r\n\r\n"); }));
  CHECK(test.requests == 0);
  REQUIRE(client.send("abc"));
  REQUIRE(run_until(test.loop, [&] { return client.has("200 OK"); }));
  CHECK(test.last.body == "abc");
}

TEST_CASE("an answer may come later, and is nothing to a client that has gone") {
  TestServer test;
  std::vector<Respond> waiting;
  test.on_request = [&](HttpRequest, Respond respond) { waiting.push_back(std::move(respond)); };
  RawClient stays(test.server->local()), leaves(test.server->local());
  REQUIRE(stays.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  REQUIRE(run_until(test.loop, [&] { return waiting.size() == 1; }));
  REQUIRE(leaves.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  REQUIRE(run_until(test.loop, [&] { return waiting.size() == 2; }));
  leaves.close();
  test.loop.post([&] {
    for (const auto& respond : waiting) respond(text_response(200, std::string(1 << 20, 'a')));
    waiting.clear();
  });
  REQUIRE(run_until(test.loop, [&] { return stays.received().size() > 1 << 20; }));
  test.on_request = [](HttpRequest request, Respond respond) {
    respond(text_response(200, "hello " + request.query("name")));
  };
  CHECK(test.still_serves());
}

TEST_CASE("a request that the application drops is answered 500") {
  TestServer test;
  test.on_request = [](HttpRequest, const Respond&) {};
  const auto answer = test.exchange(test.at("/"));
  REQUIRE(answer);
  CHECK(answer->status == 500);
}

TEST_CASE("text in a header's value cannot become a header") {
  TestServer test;
  test.on_request = [](HttpRequest, Respond respond) {
    auto response = text_response(302, "");
    response.headers["location"] = "/x\r\nset-cookie: stolen=1";
    respond(std::move(response));
  };
  const auto answer = test.exchange(test.at("/"));
  REQUIRE(answer);
  CHECK(answer->headers.count("set-cookie") == 0);
  CHECK(answer->headers.at("location") == "/x  set-cookie: stolen=1");
}

TEST_CASE("an application may destroy the server while it answers") {
  TestServer test;
  test.on_request = [&](HttpRequest, const Respond& respond) {
    test.server.reset();
    respond(text_response(200, "too late"));
  };
  const auto answer = test.exchange(test.at("/"));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().transient);
}

TEST_CASE("a server that is destroyed closes its connections and frees its port") {
  TestServer test;
  RawClient idle(test.server->local());
  CHECK(test.still_serves());
  HttpServerOptions options;
  options.listen = test.server->local();
  test.server.reset();
  REQUIRE(run_until(test.loop, [&] { return idle.ended(); }));
  CHECK(HttpServer::start(test.loop, options, {}));
}

TEST_CASE("IPv6 and a name as the host") {
  TestServer test;
  HttpServerOptions options;
  options.listen = Endpoint::parse("[::1]:0").value();
  auto started = HttpServer::start(test.loop, options, test.handlers);
  REQUIRE(started);
  const auto v6 = test.exchange(Url::parse("http://" + (*started)->local().str() + "/?name=six").value());
  REQUIRE(v6);
  CHECK(v6->body == "hello six");
  CHECK(test.last.remote.address.str() == "::1");
  const auto named = test.exchange(Url{"http", "localhost", test.url.port, "/?name=name"});
  REQUIRE(named);
  CHECK(named->body == "hello name");
}
