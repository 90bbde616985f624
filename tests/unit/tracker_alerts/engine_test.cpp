// The engine with a real store, a real HTTP server on loopback, and a clock of the test's.
#include <mutex>
#include <thread>

#include <doctest/doctest.h>

#include "common/crypto/hmac.h"
#include "common/net/http_server.h"
#include "tests/contract/engines.h"
#include "tests/unit/tracker_alerts/sample_rules.h"
#include "tracker/alerts/alert_engine.h"

using namespace waybill;
using namespace waybill::tracker;
using waybill::sample::kNoon;

namespace {

constexpr char kSecret[] = "0123456789abcdef0123";

class Receiver {
 public:
  Receiver() {
    net::HttpServerOptions options;
    options.listen.address = *IpAddress::parse("127.0.0.1");
    net::HttpServer::Handlers handlers;
    handlers.on_request = [this](net::HttpRequest request, net::Respond respond) {
      const std::lock_guard lock(mutex_);
      seen_.push_back(request);
      const bool good = failures_ == 0;
      if (!good) --failures_;
      respond(net::text_response(good ? 200 : status_, ""));
    };
    server_ = *net::HttpServer::start(loop_, options, handlers);
    port = server_->local().port;
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Receiver() {
    loop_.stop();
    thread_.join();
  }
  void fail(int times, int status) {
    const std::lock_guard lock(mutex_);
    failures_ = times;
    status_ = status;
  }
  std::vector<net::HttpRequest> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  std::uint16_t port = 0;

 private:
  std::mutex mutex_;
  std::vector<net::HttpRequest> seen_;
  int failures_ = 0, status_ = 503;
  runtime::EventLoop loop_{"receiver"};
  std::unique_ptr<net::HttpServer> server_;
  std::thread thread_;
};

struct FixedMeasure final : MeasureSource {
  std::int64_t now = 0;
  Result<std::int64_t> value(const Measure&, TimeMs, TimeMs) override { return now; }
};

struct World {
  explicit World(std::uint16_t port) {
    const auto settings = channel_document(WebhookChannel{"http://127.0.0.1:" + std::to_string(port) + "/hook", ""});
    REQUIRE(store->alerts().add_channel({{}, "hook", settings, kSecret, kNoon}));
    const auto rule = sample::rule_above(100, 80);
    REQUIRE(store->alerts().add_rule({{}, rule.name, rule_document(rule), state_document({}), {}, kNoon, {}}));
    restart();
  }
  // No task comes back from the worker: the next tick sees to it.
  void restart() {
    engine.reset();
    engine = std::make_unique<AlertEngine>(*store, measure, clock, make_curl_transport(),
                                           [](std::function<void()>) -> Status { return {}; });
  }
  StoredAlertDelivery delivery() { return store->alerts().deliveries({})->at(0); }
  template <typename Condition>
  bool tick_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < deadline) {
      engine->tick();
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
  contract::SqliteEngine place;
  std::unique_ptr<Store> store = contract::open(place);
  runtime::ManualClock clock{kNoon};
  FixedMeasure measure;
  std::unique_ptr<AlertEngine> engine;
};

}  // namespace

TEST_CASE("a web hook that fails twice gets it once by its id, signed; a refused one is seen to have failed") {
  Receiver receiver;
  World world(receiver.port);
  world.measure.now = 100;
  receiver.fail(2, 503);
  CHECK(world.tick_until([&] { return receiver.seen().size() == 1 && !world.engine->delivering(); }));
  CHECK(world.delivery().error.find("503") != std::string::npos);
  world.clock.advance(seconds(1));
  world.engine->tick();
  CHECK_FALSE(world.engine->delivering());  // not before its delay is over
  world.clock.advance(seconds(1));
  CHECK(world.tick_until([&] { return receiver.seen().size() == 2 && !world.engine->delivering(); }));
  world.clock.advance(seconds(4));
  CHECK(world.tick_until([&] { return world.delivery().state == AlertDeliveryState::delivered; }));
  const auto seen = receiver.seen();
  REQUIRE(seen.size() == 3);
  for (const auto& request : seen) {
    CHECK(request.method == "POST");
    CHECK(request.body == seen[0].body);
    CHECK(request.headers.at("x-waybill-delivery") == world.delivery().id.hex());
    const auto signature = crypto::hmac_sha256(kSecret, request.headers.at("x-waybill-timestamp") + "." + request.body);
    CHECK(request.headers.at("x-waybill-signature") == "v1=" + to_hex(signature));
  }
  CHECK(world.delivery().attempts == 3);

  world.measure.now = 0;
  receiver.fail(1, 404);
  world.clock.advance(kEvaluationRound);
  CHECK(world.tick_until([&] { return world.delivery().state == AlertDeliveryState::failed; }));
  CHECK(world.delivery().error == "refused: the server answered HTTP 404");
  CHECK(world.store->alerts().deliveries({})->size() == 2);
}

TEST_CASE("a receiver that is down gets it when it is back; one that stays down is given up") {
  std::uint16_t port = 0;
  { port = Receiver().port; }  // a port where nobody listens
  World world(port);
  world.measure.now = 100;
  CHECK(world.tick_until(
      [&] { return world.store->alerts().deliveries({})->size() == 1 && !world.delivery().error.empty(); }));
  CHECK(world.delivery().state == AlertDeliveryState::pending);
  // A process that died with the delivery claimed: due again after the claim, the same id.
  const auto channel = world.store->alerts().channels()->at(0).id;
  world.clock.advance(seconds(2));
  REQUIRE(*world.store->alerts().claim_delivery(channel, world.clock.now(), world.clock.now() + kClaim));
  const auto id = world.delivery().id;
  world.restart();
  world.clock.advance(kClaim);
  CHECK(world.tick_until([&] { return world.delivery().attempts == 3 && !world.engine->delivering(); }));
  CHECK(world.delivery().id == id);
  world.clock.advance(kGiveUpAfter);  // in which the alert is told again, as another delivery
  const auto failed = [&] { return *world.store->alerts().deliveries({.state = AlertDeliveryState::failed}); };
  CHECK(world.tick_until([&] { return failed().size() == 1; }));
  CHECK(failed().at(0).id == id);
  CHECK(failed().at(0).error.starts_with("given up after 4 attempts"));
}
