// The last acknowledgement of a download reaches its sender, whatever becomes of the connection.
#include <chrono>
#include <memory>
#include <thread>

#include <doctest/doctest.h>

#include "tests/flow/transfer/relay.h"
#include "tests/flow/transfer/transfer_rig.h"

namespace waybill::transfer::rig {

namespace {

// A line that holds back what the receiver says, from when the source has been asked for everything.
struct HeldBack {
  Rig rig;
  SampleContent content = rig.content(1 << 20);
  Agent source{rig, "source", "127.0.0.11"};
  Agent receiver{rig, "receiver", "127.0.0.12"};
  std::unique_ptr<Relay> relay;
  protocol::SignedOrder order;

  HeldBack() {
    source.start();
    receiver.start();
    rig.seed(source, content);
    relay = std::make_unique<Relay>(*IpAddress::parse("127.0.0.13"), source.endpoint());
    OrderTerms terms;
    terms.rate_limit = 512 << 10;  // so that blocks are on their way for a while after the last was asked for
    order = rig.order(content, source, receiver.key().public_key(), terms);
    fetch(receiver, content);
    receiver.engine().add_source(order, relay->endpoint());
  }
  void hold_back() {
    REQUIRE(rig.eventually([&] {
      const auto counters = source.counters();
      return counters.sent.value + counters.queued.value >= content.facts.size.value;
    }));
    relay->hold();
    REQUIRE(rig.eventually([&] { return complete(receiver); }));
    if (acked() == content.facts.size.value) MESSAGE("the line held too late on this machine: nothing is tried");
  }
  std::int64_t acked() const { return source.acked(order.order.id).value; }
  void check_all_is_acknowledged() {
    CHECK(rig.eventually([&] { return acked() == content.facts.size.value; }));
    CHECK(rig.eventually([&] { return !source.all<ServeEnded>().empty(); }));
  }
};

}  // namespace

TEST_CASE("the receiver keeps the connection until it knows that its last word has come") {
  HeldBack line;
  line.hold_back();
  std::this_thread::sleep_for(std::chrono::seconds(3));  // what the sender waits for one that is not connected
  line.relay->release();
  line.check_all_is_acknowledged();
  CHECK(line.rig.eventually([&] { return line.receiver.counters().peers == 0; }));
}

TEST_CASE("a connection breaks with the receiver's last word on its way: it is said again on the next") {
  HeldBack line;
  line.hold_back();
  line.source.engine().add_serve_order(line.order, line.receiver.address(), Call{line.receiver.endpoint(), false});
  line.relay->lose();
  line.check_all_is_acknowledged();
}

}  // namespace waybill::transfer::rig
