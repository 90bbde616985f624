#pragma once
// The serving half of a tracker on a real store and real sockets, driven step by step from the test's thread: the loop
// runs only while something is waited for. The clock is the test's.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/net/http_client.h"
#include "common/net/http_server.h"
#include "common/protocol/control_messages.h"
#include "tests/contract/engines.h"
#include "tests/contract/sample_books.h"
#include "tests/unit/common_net/loop_fixture.h"
#include "tracker/api/control_desk.h"
#include "tracker/api/http_routes.h"

namespace waybill::tracker::test {

class TrackerWorld {
 public:
  TrackerWorld();
  ~TrackerWorld();

  // Runs on the store's thread, and waits for it.
  void on_store(const std::function<void(Store&)>& work);
  void use_registry();  // as after every change of it
  void enroll(const std::string& name, protocol::AgentRole role = protocol::AgentRole::client);
  Content publish(const std::string& title = "Film");  // straight into the registry
  std::string dump() { return engine.dump(); }         // every row of the books
  net::HttpResponse ask(net::HttpRequest request);     // by the routes, without a socket
  bool wait_until(const std::function<bool()>& condition) { return run_until(loop, condition); }
  std::int64_t refusals(protocol::Refusal reason) const;

  contract::SqliteEngine engine;
  runtime::ManualClock clock{sample::kNoon};
  const crypto::KeyPair& key = sample::key_of("tracker");
  runtime::EventLoop loop{"tracker"};
  std::unique_ptr<runtime::WorkerThread> thread = std::make_unique<runtime::WorkerThread>("store", 64);
  StoreBridge bridge{loop, *thread};
  std::unique_ptr<ControlDesk> desk;
  std::vector<ByteString> submitted;  // receipts handed to the ingest, which this world has not
  std::unique_ptr<HttpRoutes> routes;
  std::unique_ptr<net::HttpServer> server;  // control channels
};

// An agent's end of a control channel, over loopback.
class AgentEnd {
 public:
  AgentEnd(TrackerWorld& world, std::string name);  // returns when the challenge has come

  void hello();  // and nothing else
  void hello(const std::function<void(protocol::Hello&)>& spoil);
  bool join();  // hello, and waits; true: welcomed
  void say(const protocol::ControlMessage& message) { say(protocol::to_text(message)); }
  void say(std::string text) { socket_->send(std::move(text)); }
  // The next message of this kind; the test fails where another refusal or the end comes first.
  template <typename Message>
  Message wait_for() {
    std::optional<Message> found;
    REQUIRE(world_.wait_until([&] {
      while (!found && next_ < heard.size()) {
        if (const auto* message = std::get_if<Message>(&heard[next_++])) found = *message;
      }
      return found.has_value() || closed;
    }));
    REQUIRE_MESSAGE(found, "the channel was closed: ", reason);
    return *found;
  }
  bool wait_closed() {
    return world_.wait_until([&] { return closed; });
  }

  std::vector<protocol::ControlMessage> heard;  // but for:
  std::optional<protocol::Reach> reach;
  bool closed = false;
  std::string reason;

 private:
  TrackerWorld& world_;
  std::string name_;
  protocol::Challenge challenge_;
  std::size_t next_ = 0;
  std::shared_ptr<net::WebSocket> socket_;
};

}  // namespace waybill::tracker::test
