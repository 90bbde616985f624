#include "tests/unit/tracker_api/tracker_world.h"

namespace waybill::tracker::test {

TrackerWorld::TrackerWorld() {
  std::optional<Error> failure;
  thread->run_and_wait([&] {
    auto store = open_store(engine.where(), StoreAccess::create);
    if (store) {
      bridge.set_store(*std::move(store));
    } else {
      failure = store.error();
    }
  });
  REQUIRE_MESSAGE(!failure, failure->message);
  desk = std::make_unique<ControlDesk>(key, clock, loop, bridge, std::nullopt);
  use_registry();
  desk->restore({}, {}, {}, {});
  routes = std::make_unique<HttpRoutes>(
      key.public_key(), clock, bridge, *desk,
      [this](ByteString batch, const HttpRoutes::AnswerReceipts& answer) {
        submitted.push_back(std::move(batch));
        answer(200, "statuses");
      },
      [this](std::shared_ptr<const RegistryView> view) { desk->registry_changed(std::move(view)); });
  net::HttpServerOptions options;
  options.listen = Endpoint{IpAddress::from_v4(0x7F000001), 0};
  options.identity = net::TlsServerIdentity{key};
  net::HttpServer::Handlers handlers;
  handlers.on_request = [this](net::HttpRequest request, net::Respond respond) {
    routes->handle(std::move(request), std::move(respond));
  };
  handlers.accepts_web_socket = [](const net::HttpRequest&) { return true; };
  handlers.on_web_socket = [this](std::shared_ptr<net::WebSocket> socket, const net::HttpRequest&) {
    desk->accept(std::move(socket));
  };
  auto started = net::HttpServer::start(loop, options, std::move(handlers));
  REQUIRE(started);
  server = *std::move(started);
}

TrackerWorld::~TrackerWorld() {
  server.reset();
  thread.reset();  // and with it what it still had to do
}

void TrackerWorld::on_store(const std::function<void(Store&)>& work) {
  thread->run_and_wait([&] { work(bridge.store()); });
}

void TrackerWorld::use_registry() {
  on_store([this](Store& store) {
    auto view = read_registry_view(store);
    REQUIRE(view);
    loop.post([this, view = *view] { desk->registry_changed(view); });
  });
  REQUIRE(wait_until([] { return true; }));
}

void TrackerWorld::enroll(const std::string& name, protocol::AgentRole role) {
  const EnrolledAgent agent{sample::key_of(name).public_key(), role, name, clock.now()};
  on_store([&](Store& store) { REQUIRE(store.registry().enroll_agent(agent)); });
  desk->agent_enrolled(agent);
}

Content TrackerWorld::publish(const std::string& title) {
  Content content;
  content.id = sample::content_of(title);
  content.owner = "MovieStudio";
  content.title = title;
  content.size = {4 << 20};
  content.piece_length = {1 << 20};
  content.pieces = 4;
  content.published = clock.now();
  content.publisher = sample::key_of("cdn").public_key();
  on_store([&](Store& store) { REQUIRE(store.registry().add_content(content, "torrent of " + title)); });
  use_registry();
  return content;
}

net::HttpResponse TrackerWorld::ask(net::HttpRequest request) {
  std::optional<net::HttpResponse> answer;
  loop.post(
      [&] { routes->handle(std::move(request), [&](net::HttpResponse response) { answer = std::move(response); }); });
  REQUIRE(wait_until([&] { return answer.has_value(); }));
  return *answer;
}

std::int64_t TrackerWorld::refusals(protocol::Refusal reason) const {
  const auto counters = desk->counters();
  const auto found = counters.refused.find(static_cast<int>(reason));
  return found == counters.refused.end() ? 0 : found->second;
}

AgentEnd::AgentEnd(TrackerWorld& world, std::string name) : world_(world), name_(std::move(name)) {
  net::ClientOptions options;
  options.pin = net::TlsPin{world.key.public_key()};
  const net::Url url{"https", "127.0.0.1", world.server->local().port, protocol::kControlPath};
  net::connect_web_socket(world.loop, url, options, [this](Result<std::shared_ptr<net::WebSocket>> opened) {
    REQUIRE(opened);
    socket_ = *opened;
    socket_->set_handlers({[this](const std::string& text) {
                             const auto message = protocol::parse_control_message(text);
                             REQUIRE(message);
                             if (const auto* tried = std::get_if<protocol::Reach>(&*message)) {
                               reach = *tried;  // comes whenever the try is over
                               return;
                             }
                             heard.push_back(*message);
                           },
                           [this](const std::string& why) {
                             closed = true;
                             reason = why;
                           }});
  });
  challenge_ = wait_for<protocol::Challenge>();
}

void AgentEnd::hello() {
  hello([](protocol::Hello&) {});
}

void AgentEnd::hello(const std::function<void(protocol::Hello&)>& spoil) {
  const auto& key = sample::key_of(name_);
  protocol::Hello hello;
  hello.key = key.public_key();
  hello.transfer_port = 6881;
  hello.sharing.consented = true;
  hello.proof = protocol::sign_hello(key, challenge_.nonce, world_.key.public_key());
  spoil(hello);
  say(protocol::ControlMessage(hello));
}

bool AgentEnd::join() {
  hello();
  REQUIRE(world_.wait_until([&] {
    for (const auto& message : heard) {
      if (std::holds_alternative<protocol::Welcome>(message)) return true;
    }
    return closed;
  }));
  return !closed;
}

}  // namespace waybill::tracker::test
