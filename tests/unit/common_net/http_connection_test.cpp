#include <doctest/doctest.h>

#include "loop_fixture.h"

using namespace waybill;
using namespace waybill::net;

namespace {

using Answers = std::vector<Result<HttpResponse>>;

void ask(HttpConnection& connection, const std::string& name, Answers& answers) {
  HttpRequest request;
  request.target = "/?name=" + name;
  connection.exchange(std::move(request), [&](Result<HttpResponse> answer) { answers.push_back(std::move(answer)); });
}

}  // namespace

TEST_CASE("requests share one connection and are answered in order") {
  TestServer test({}, true);
  const auto connection = HttpConnection::create(test.loop, test.url, test.pinned());
  Answers answers;
  for (int i = 0; i < 20; ++i) ask(*connection, std::to_string(i), answers);
  REQUIRE(run_until(test.loop, [&] { return answers.size() == 20; }));
  for (std::size_t i = 0; i < 20; ++i) CHECK(answers[i]->body == "hello " + std::to_string(i));
  ask(*connection, "later", answers);
  REQUIRE(run_until(test.loop, [&] { return answers.size() == 21; }));
  CHECK(answers.back()->body == "hello later");
  CHECK(test.server->counters().accepted == 1);
}

TEST_CASE("a connection that the server closed meanwhile is opened again") {
  HttpServerOptions options;
  options.idle_timeout = DurationMs{200};
  for (const bool tls : {false, true}) {
    TestServer test(options, tls);
    const auto connection = HttpConnection::create(test.loop, test.url, test.pinned());
    Answers answers;
    ask(*connection, "one", answers);
    REQUIRE(run_until(test.loop, [&] { return test.server->counters().timed_out == 1; }));
    ask(*connection, "two", answers);
    REQUIRE(run_until(test.loop, [&] { return answers.size() == 2; }));
    REQUIRE(answers[1]);
    CHECK(answers[1]->body == "hello two");
    CHECK(test.server->counters().accepted == 2);
  }
}

TEST_CASE("a request under way when the connection breaks fails transiently; the next one is served again") {
  TestServer test;
  const auto listen = test.server->local();
  test.on_request = [&](HttpRequest, const Respond&) { test.server.reset(); };
  const auto connection = HttpConnection::create(test.loop, test.url, test.pinned());
  Answers answers;
  ask(*connection, "lost", answers);
  REQUIRE(run_until(test.loop, [&] { return answers.size() == 1; }));
  REQUIRE_FALSE(answers[0]);
  CHECK(answers[0].error().transient);

  ask(*connection, "nobody", answers);
  REQUIRE(run_until(test.loop, [&] { return answers.size() == 2; }));
  REQUIRE_FALSE(answers[1]);
  CHECK(answers[1].error().transient);

  HttpServerOptions options;
  options.listen = listen;
  test.on_request = [](HttpRequest request, Respond respond) { respond(text_response(200, request.query("name"))); };
  auto restarted = HttpServer::start(test.loop, options, test.handlers);
  REQUIRE(restarted);
  ask(*connection, "back", answers);
  REQUIRE(run_until(test.loop, [&] { return answers.size() == 3; }));
  REQUIRE(answers[2]);
  CHECK(answers[2]->body == "back");
}

TEST_CASE("the queue has a limit, beyond which a request fails at once and the others are served") {
  TestServer test;
  const auto connection = HttpConnection::create(test.loop, test.url, test.pinned());
  Answers answers;
  for (std::size_t i = 0; i < HttpConnection::kQueueLimit + 2; ++i) ask(*connection, "x", answers);
  REQUIRE(run_until(test.loop, [&] { return answers.size() == HttpConnection::kQueueLimit + 2; }));
  const auto failed = std::count_if(answers.begin(), answers.end(), [](const auto& answer) { return !answer; });
  CHECK(failed == 2);
  REQUIRE_FALSE(answers[0]);
  CHECK(answers[0].error().transient);
}

TEST_CASE("a done callback may ask again, or destroy the connection") {
  TestServer test;
  auto connection = HttpConnection::create(test.loop, test.url, test.pinned());
  int answered = 0;
  std::function<void(Result<HttpResponse>)> again = [&](Result<HttpResponse> answer) {
    REQUIRE(answer);
    if (++answered == 3) return connection.reset();
    connection->exchange({}, again);
  };
  connection->exchange({}, again);
  REQUIRE(run_until(test.loop, [&] { return !connection; }));
  CHECK(answered == 3);
}

TEST_CASE("destroying a connection drops its requests without a call") {
  TestServer test;
  std::vector<Respond> kept;
  test.on_request = [&](HttpRequest, Respond respond) { kept.push_back(std::move(respond)); };
  auto connection = HttpConnection::create(test.loop, test.url, test.pinned());
  Answers answers;
  ask(*connection, "x", answers);
  ask(*connection, "y", answers);
  REQUIRE(run_until(test.loop, [&] { return kept.size() == 1; }));
  connection.reset();
  kept[0](text_response(200, "to nobody"));
  kept.clear();
  test.on_request = [](HttpRequest request, Respond respond) {
    respond(text_response(200, "hello " + request.query("name")));
  };
  CHECK(test.still_serves());
  CHECK(answers.empty());
}
