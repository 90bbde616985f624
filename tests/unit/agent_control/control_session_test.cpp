// The control session against a tracker made of the real server side of common/net, speaking the real protocol over
// TLS.
#include "agent/control/control_session.h"

#include <doctest/doctest.h>

#include "agent/control/tracker_client.h"
#include "common/crypto/digest.h"
#include "common/net/http_server.h"
#include "common/protocol/limits.h"
#include "tests/harness/run_until.h"

namespace waybill::control {

namespace {

struct SmallTracker {
  runtime::EventLoop loop{"test"};
  runtime::Random random{9};
  crypto::KeyPair key = crypto::KeyPair::generate();
  crypto::KeyPair agent_key = crypto::KeyPair::generate();
  std::unique_ptr<net::HttpServer> server;
  std::shared_ptr<net::WebSocket> socket;
  std::optional<protocol::ControlMessage> answer;  // to a hello; a Welcome unless set
  std::optional<std::string> first_words;          // instead of a challenge
  int connections = 0, hellos = 0, proven = 0;
  ByteString nonce;
  std::optional<net::HttpResponse> http_answer;
  net::HttpRequest last_request;

  std::vector<protocol::ControlMessage> delivered;
  std::vector<std::string> lost, ended;

  SmallTracker() { start(Endpoint::parse("127.0.0.1:0").value()); }

  void start(const Endpoint& at) {
    net::HttpServerOptions options;
    options.listen = at;
    options.identity = net::TlsServerIdentity{key};
    net::HttpServer::Handlers handlers;
    handlers.on_request = [this](const net::HttpRequest& request, const net::Respond& respond) {
      last_request = request;
      respond(http_answer.value_or(net::text_response(404, "nothing")));
    };
    handlers.accepts_web_socket = [](const net::HttpRequest& request) {
      return request.path() == protocol::kControlPath;
    };
    handlers.on_web_socket = [this](std::shared_ptr<net::WebSocket> opened, const net::HttpRequest&) { greet(opened); };
    server = net::HttpServer::start(loop, options, handlers).value();
  }

  void greet(const std::shared_ptr<net::WebSocket>& opened) {
    ++connections;
    socket = opened;
    socket->set_handlers({[this](const std::string& text) { hear(text); }, [](const std::string&) {}});
    nonce = crypto::random_bytes(32);
    protocol::Challenge challenge;
    challenge.nonce = nonce;
    socket->send(first_words.value_or(protocol::to_text(challenge)));
  }

  void hear(const std::string& text) {
    const auto message = protocol::parse_control_message(text);
    REQUIRE(message);
    if (const auto* hello = std::get_if<protocol::Hello>(&*message)) {
      ++hellos;
      if (protocol::verify_hello(*hello, nonce, key.public_key()) && hello->key == agent_key.public_key()) ++proven;
      CHECK(hello->transfer_port == 6881);
      socket->send(protocol::to_text(answer.value_or(protocol::Welcome{})));
    }
  }

  Enrollment enrollment() const {
    Enrollment enrollment;
    enrollment.tracker_url = "https://127.0.0.1:" + std::to_string(server->local().port);
    enrollment.tracker_key = key.public_key();
    return enrollment;
  }

  std::unique_ptr<ControlSession> session(const Enrollment& enrolled) {
    ControlSession::Needs needs{loop, random, enrolled, agent_key, std::nullopt, {}, {}, {}, {}};
    needs.hello = [] {
      protocol::Hello hello;
      hello.transfer_port = 6881;
      return hello;
    };
    needs.deliver = [this](const protocol::ControlMessage& message) { delivered.push_back(message); };
    needs.lost = [this](const std::string& reason) { lost.push_back(reason); };
    needs.ended = [this](const std::string& line) { ended.push_back(line); };
    return std::make_unique<ControlSession>(std::move(needs));
  }

  bool run_until(const std::function<bool()>& condition) { return waybill::run_until(loop, condition); }
};

}  // namespace

TEST_CASE("the session proves its key, is welcomed, and hands on the tracker's messages") {
  SmallTracker tracker;
  const auto session = tracker.session(tracker.enrollment());
  CHECK_FALSE(session->send(protocol::GiveUp{}));
  session->start();
  REQUIRE(tracker.run_until([&] { return session->ready(); }));
  CHECK(tracker.proven == 1);
  CHECK(session->trouble().empty());
  tracker.socket->send(protocol::to_text(protocol::DoneRecorded{}));
  REQUIRE(tracker.run_until([&] { return tracker.delivered.size() == 2; }));
  CHECK(std::holds_alternative<protocol::Welcome>(tracker.delivered[0]));
  CHECK(std::holds_alternative<protocol::DoneRecorded>(tracker.delivered[1]));
  CHECK(session->send(protocol::GiveUp{}));
}

TEST_CASE("a tracker that is absent, goes away and comes back is found again") {
  SmallTracker tracker;
  const auto at = tracker.server->local();
  const auto enrolled = tracker.enrollment();
  tracker.server.reset();
  const auto session = tracker.session(enrolled);
  session->start();
  REQUIRE(tracker.run_until([&] { return session->trouble().find("cannot connect") != std::string::npos; }));
  tracker.start(at);
  REQUIRE(tracker.run_until([&] { return session->ready(); }));
  tracker.socket.reset();
  tracker.server.reset();
  REQUIRE(tracker.run_until([&] { return !session->ready(); }));
  CHECK(tracker.lost.size() == 1);
  tracker.start(at);
  REQUIRE(tracker.run_until([&] { return session->ready(); }));
  CHECK(tracker.proven == 2);
  CHECK(tracker.ended.empty());
}

TEST_CASE("another key than the pinned one gets no hello") {
  SmallTracker tracker;
  auto enrolled = tracker.enrollment();
  enrolled.tracker_key = crypto::KeyPair::generate().public_key();
  const auto session = tracker.session(enrolled);
  session->start();
  REQUIRE(tracker.run_until([&] { return session->trouble().find("another key") != std::string::npos; }));
  CHECK(tracker.hellos == 0);
  CHECK(tracker.connections == 0);
  CHECK(tracker.delivered.empty());
}

TEST_CASE("a final refusal ends the session with one line, and it does not come back") {
  SmallTracker tracker;
  tracker.answer = protocol::Refused{protocol::Refusal::not_enrolled, "who is this?", {}};
  const auto session = tracker.session(tracker.enrollment());
  session->start();
  REQUIRE(tracker.run_until([&] { return !tracker.ended.empty(); }));
  CHECK(tracker.ended.size() == 1);
  CHECK(tracker.ended[0].find("who is this?") != std::string::npos);
  CHECK(tracker.ended[0].find("enroll with a link of the operator's") != std::string::npos);
  CHECK(tracker.delivered.empty());
  CHECK(tracker.connections == 1);
}

TEST_CASE("what cannot be understood, or comes out of turn, closes the channel; then it is tried again") {
  for (const auto& words : {std::string("rubbish"), std::string(R"({"type":"challenge"})"),
                            protocol::to_text(protocol::Serve{}), protocol::to_text(protocol::Welcome{})}) {
    CAPTURE(words);
    SmallTracker tracker;
    tracker.first_words = words;
    const auto session = tracker.session(tracker.enrollment());
    session->start();
    REQUIRE(tracker.run_until([&] { return tracker.connections == 1 && session->trouble() != "not connected yet"; }));
    CHECK(tracker.hellos == 0);
    CHECK(tracker.delivered.empty());
    tracker.first_words.reset();
    REQUIRE(tracker.run_until([&] { return session->ready(); }));
  }
}

TEST_CASE("enrolling: the role comes back; refusals come in the tracker's words; nobody there is transient") {
  SmallTracker tracker;
  protocol::EnrollLink link;
  link.host = "127.0.0.1";
  link.port = tracker.server->local().port;
  link.tracker_key = tracker.key.public_key();
  link.token = std::string(32, 'a');
  const auto ask = [&] {
    std::optional<Result<Enrollment>> answer;
    enroll(tracker.loop, tracker.agent_key, link, "box", std::nullopt,
           [&](Result<Enrollment> enrolled) { answer = std::move(enrolled); });
    REQUIRE(tracker.run_until([&] { return answer.has_value(); }));
    return *answer;
  };
  tracker.http_answer = net::json_response(200, R"({"role":"cdn_node"})");
  const auto enrolled = ask();
  REQUIRE(enrolled);
  CHECK(enrolled->role == protocol::AgentRole::cdn_node);
  CHECK(enrolled->tracker_key == tracker.key.public_key());
  const auto sent = protocol::parse_enroll_request(tracker.last_request.body);
  REQUIRE(sent);
  CHECK(protocol::verify_enroll_request(*sent, tracker.key.public_key()));

  tracker.http_answer = net::json_response(403, R"({"message":"this token is spent"})");
  const auto refused = ask();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::refused);
  CHECK(refused.error().message.find("this token is spent") != std::string::npos);

  link.tracker_key = tracker.agent_key.public_key();
  const auto other_key = ask();
  REQUIRE_FALSE(other_key);
  CHECK(other_key.error().message.find("another key") != std::string::npos);

  tracker.server.reset();
  const auto nobody = ask();
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().transient);
}

TEST_CASE("a .torrent that is not the content's own is refused") {
  SmallTracker tracker;
  const auto content = ContentId::from_bytes(crypto::sha256("content")).value();
  const auto ask = [&] {
    std::optional<Result<ByteString>> answer;
    fetch_torrent(tracker.loop, tracker.enrollment(), std::nullopt, content,
                  [&](Result<ByteString> torrent) { answer = std::move(torrent); });
    REQUIRE(tracker.run_until([&] { return answer.has_value(); }));
    return *answer;
  };
  tracker.http_answer = net::HttpResponse{200, {}, "not bencoded at all"};
  CHECK_FALSE(ask());
  CHECK(tracker.last_request.path() == protocol::kTorrentPath + content.hex());
  tracker.http_answer = net::json_response(410, R"({"message":"this content was removed"})");
  const auto removed = ask();
  REQUIRE_FALSE(removed);
  CHECK(removed.error().message.find("this content was removed") != std::string::npos);
}

}  // namespace waybill::control
