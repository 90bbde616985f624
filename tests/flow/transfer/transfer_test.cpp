// Whole transfers between engines: the bytes arrive, and every one of them is signed for.
#include <doctest/doctest.h>

#include "common/protocol/acknowledgement.h"
#include "tests/flow/transfer/transfer_rig.h"

namespace waybill::transfer::rig {

TEST_CASE("one source serves a content under an order, and every byte is acknowledged") {
  Rig rig;
  const auto content = rig.content((24 << 20) + 12345);
  Agent source(rig, "source", "127.0.0.11");
  Agent receiver(rig, "receiver", "127.0.0.12");
  source.start();
  receiver.start();
  rig.seed(source, content);
  const auto order = rig.order(content, source, receiver.key().public_key());
  fetch(receiver, content);
  receiver.engine().add_source(order, source.endpoint());
  REQUIRE(rig.eventually([&] { return complete(receiver); }));
  REQUIRE(rig.eventually([&] { return !source.all<ServeEnded>().empty(); }));

  const auto ended = source.last<ServeEnded>();
  CHECK(ended->why == protocol::Refusal::none);
  CHECK(ended->last.acked.value == content.facts.size.value);
  CHECK(ended->last.sent.value == content.facts.size.value);
  CHECK(ended->last.acked_pieces == content.facts.pieces);
  CHECK(ended->last.receiver == receiver.address());
  CHECK(ended->last.max_rate.value > 0);
  CHECK(ended->last.first_block.value > 0);
  CHECK(ended->last.last_block >= ended->last.first_block);
  const auto signed_word = protocol::read_acknowledgement(ended->last.acknowledgement);
  REQUIRE(signed_word);
  CHECK(signed_word->signed_by(receiver.key().public_key()));
  CHECK(signed_word->acknowledgement.total_bytes.value == content.facts.size.value);
  CHECK(source.all<OrderAccepted>().size() == 1);

  CHECK(file_hash(download_path(receiver, content)) == file_hash(content.file));
  CHECK_FALSE(std::filesystem::exists(download_path(receiver, content).string() + ".part"));
  CHECK(receiver.all<SourceFailed>().empty());
  const auto counters = source.counters();
  for (const auto refused : counters.refused_blocks) CHECK(refused == 0);
  CHECK(counters.sent.value == content.facts.size.value);
  CHECK(counters.queued.value == 0);
}

TEST_CASE("the order may come from the tracker first, and progress is told at both ends") {
  Rig rig;
  const auto content = rig.content(16 << 20);
  Agent source(rig, "source", "127.0.0.11");
  Agent receiver(rig, "receiver", "127.0.0.12");
  source.start();
  receiver.start();
  rig.seed(source, content);
  OrderTerms terms;
  terms.rate_limit = 6 << 20;
  const auto order = rig.order(content, source, receiver.key().public_key(), terms);
  source.engine().add_serve_order(order, receiver.address());
  fetch(receiver, content);
  receiver.engine().set_sequential(content.facts.content, true);
  receiver.engine().add_source(order, source.endpoint());
  REQUIRE(rig.eventually([&] { return complete(receiver); }));
  REQUIRE(rig.eventually([&] { return !source.all<ServeEnded>().empty(); }));
  CHECK(source.all<OrderAccepted>().size() == 1);
  CHECK(source.last<ServeEnded>()->last.acked.value == content.facts.size.value);

  const auto served = source.all<ServeProgress>();
  REQUIRE(served.size() >= 2);
  for (std::size_t i = 1; i < served.size(); ++i) {
    CHECK(served[i].sent >= served[i - 1].sent);
    CHECK(served[i].acked >= served[i - 1].acked);
    CHECK(served[i].acked.value <= served[i].sent.value);
  }
  // The rate limit of the order holds: two seconds' worth of burst at most above it.
  const auto last = source.last<ServeEnded>()->last;
  const auto took = (last.last_block - last.first_block).value;
  CHECK(last.sent.value <= terms.rate_limit * (took + 1000) / 1000);
  CHECK_FALSE(receiver.all<FetchProgress>().empty());
  CHECK(receiver.all<FetchEnded>().size() == 1);
}

TEST_CASE(
    "two sources with complementary ranges: what each delivered adds up to the content, with next to no rejects") {
  Rig rig;
  const auto content = rig.content(32 << 20);
  Agent left(rig, "left", "127.0.0.11");
  Agent right(rig, "right", "127.0.0.12");
  Agent receiver(rig, "receiver", "127.0.0.13");
  for (auto* agent : {&left, &right, &receiver}) agent->start();
  rig.seed(left, content);
  rig.seed(right, content);
  const auto half = content.facts.pieces / 2;
  OrderTerms terms;
  terms.rate_limit = 20 << 20;
  terms.ranges = {{0, half}};
  const auto from_left = rig.order(content, left, receiver.key().public_key(), terms);
  terms.ranges = {{half, content.facts.pieces - half}};
  const auto from_right = rig.order(content, right, receiver.key().public_key(), terms);
  fetch(receiver, content);
  receiver.engine().add_source(from_left, left.endpoint());
  receiver.engine().add_source(from_right, right.endpoint());
  REQUIRE(rig.eventually([&] { return complete(receiver); }));
  REQUIRE(rig.eventually([&] { return !left.all<ServeEnded>().empty() && !right.all<ServeEnded>().empty(); }));
  const auto sum = left.last<ServeEnded>()->last.acked + right.last<ServeEnded>()->last.acked;
  CHECK(sum.value == content.facts.size.value);
  CHECK(left.last<ServeEnded>()->last.acked.value == half * content.facts.piece_length.value);
  for (auto* source : {&left, &right}) {
    std::int64_t rejects = 0;
    for (const auto refused : source->counters().refused_blocks) rejects += refused;
    CHECK(rejects == 0);
  }
}

TEST_CASE("agents that serve each other parts of one content at the same time") {
  Rig rig;
  const auto content = rig.content(16 << 20);
  Agent origin(rig, "origin", "127.0.0.10");
  Agent one(rig, "one", "127.0.0.11");
  Agent two(rig, "two", "127.0.0.12");
  for (auto* agent : {&origin, &one, &two}) {
    agent->start();
    agent->engine().set_sharing(willing());
  }
  rig.seed(origin, content);
  const auto half = content.facts.pieces / 2;
  OrderTerms low, high;
  low.ranges = {{0, half}};
  high.ranges = {{half, content.facts.pieces - half}};
  low.rate_limit = high.rate_limit = 16 << 20;
  fetch(one, content);
  fetch(two, content);
  one.engine().add_source(rig.order(content, origin, one.key().public_key(), low), origin.endpoint());
  two.engine().add_source(rig.order(content, origin, two.key().public_key(), high), origin.endpoint());
  const auto to_one = rig.order(content, two, one.key().public_key(), high);
  const auto to_two = rig.order(content, one, two.key().public_key(), low);
  one.engine().add_source(to_one, two.endpoint());
  two.engine().add_source(to_two, one.endpoint());
  REQUIRE(rig.eventually([&] { return complete(one) && complete(two); }));
  REQUIRE(rig.eventually([&] { return !one.all<ServeEnded>().empty() && !two.all<ServeEnded>().empty(); }));
  CHECK(two.acked(to_one.order.id).value == content.facts.size.value - half * content.facts.piece_length.value);
  CHECK(one.acked(to_two.order.id).value == half * content.facts.piece_length.value);
  CHECK(file_hash(download_path(one, content)) == file_hash(content.file));
  CHECK(file_hash(download_path(two, content)) == file_hash(content.file));
}

TEST_CASE("a box with the posix disk back end and small buffers transfers as well") {
  Rig rig;
  const auto content = rig.content(8 << 20);
  Agent source(rig, "source", "127.0.0.11");
  Agent receiver(rig, "receiver", "127.0.0.12");
  const auto small = [](TransferOptions& options) { options.low_memory = true; };
  source.start(small);
  receiver.start(small);
  rig.seed(source, content);
  fetch(receiver, content);
  receiver.engine().add_source(rig.order(content, source, receiver.key().public_key()), source.endpoint());
  REQUIRE(rig.eventually([&] { return complete(receiver); }));
  REQUIRE(rig.eventually([&] { return !source.all<ServeEnded>().empty(); }));
  CHECK(source.last<ServeEnded>()->last.acked.value == content.facts.size.value);
}

}  // namespace waybill::transfer::rig
