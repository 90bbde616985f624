// Which end opens the connection: the receiver as a rule, the sender where its order says so, both at once.
#include <doctest/doctest.h>

#include "tests/flow/transfer/transfer_rig.h"

namespace waybill::transfer::rig {

namespace {

// A source that holds the content, and a receiver that wants it and cannot reach the source's address as it is told.
struct Ends {
  Rig rig;
  SampleContent content = rig.content((6 << 20) + 77);
  Agent source{rig, "source", "127.0.0.11"};
  Agent receiver{rig, "receiver", "127.0.0.12"};
  protocol::SignedOrder order;
  Endpoint nowhere;

  Ends() {
    source.start();
    receiver.start();
    rig.seed(source, content);
    order = rig.order(content, source, receiver.key().public_key());
    nowhere = {source.address(), 1};
    REQUIRE(receiver.engine().add_content(content.torrent, download_path(receiver, content), ContentMode::download));
  }

  void check_delivered() {
    REQUIRE(
        rig.eventually([&] { return receiver.state() && receiver.state()->phase == ContentState::Phase::complete; }));
    REQUIRE(rig.eventually([&] { return !source.all<ServeEnded>().empty(); }));
    CHECK(source.last<ServeEnded>()->last.acked.value == content.facts.size.value);
    CHECK(file_hash(download_path(receiver, content)) == file_hash(content.file));
  }
};

}  // namespace

TEST_CASE("the sender connects where its order says so, and the receiver presents its order on that connection") {
  Ends ends;
  ends.receiver.engine().add_source(ends.order, ends.nowhere, protocol::Dial::sender);
  ends.source.engine().add_serve_order(ends.order, ends.receiver.address(), Call{ends.receiver.endpoint(), false});
  ends.check_delivered();
  CHECK(ends.receiver.all<SourceFailed>().empty());
}

TEST_CASE("both connect at the same time by uTP, and one connection serves") {
  Ends ends;
  ends.receiver.engine().add_source(ends.order, ends.source.endpoint(), protocol::Dial::both);
  ends.source.engine().add_serve_order(ends.order, ends.receiver.address(), Call{ends.receiver.endpoint(), true});
  ends.check_delivered();
}

TEST_CASE("after such a call others are connected to by TCP as before") {
  Ends ends;
  Agent third(ends.rig, "third", "127.0.0.13");
  third.start();
  ends.rig.seed(third, ends.content);
  ends.receiver.engine().add_source(ends.order, ends.nowhere, protocol::Dial::both);
  const auto order = ends.rig.order(ends.content, third, ends.receiver.key().public_key());
  ends.receiver.engine().add_source(order, third.endpoint());
  REQUIRE(ends.rig.eventually(
      [&] { return ends.receiver.state() && ends.receiver.state()->phase == ContentState::Phase::complete; }));
}

TEST_CASE("a source that does not connect, though it is the one to, is reported as not reached") {
  Ends ends;
  ends.receiver.engine().add_source(ends.order, ends.source.endpoint(), protocol::Dial::sender);
  REQUIRE(ends.rig.eventually([&] { return !ends.receiver.all<SourceFailed>().empty(); }));
  const auto failed = *ends.receiver.last<SourceFailed>();
  CHECK(failed.fault == SourceFailed::Fault::unreachable);
  CHECK(failed.order == ends.order.order.id);
  CHECK_FALSE(failed.final);
  CHECK(ends.source.counters().peers == 0);
}

}  // namespace waybill::transfer::rig
