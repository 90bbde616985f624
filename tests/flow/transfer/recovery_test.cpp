// Sources that die, come back, are revoked or lie; receivers that are stopped or killed; files that somebody changed.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/protocol/acknowledgement.h"
#include "tests/flow/transfer/transfer_rig.h"

namespace waybill::transfer::rig {

using Phase = ContentState::Phase;
using protocol::Refusal;

namespace {

std::int64_t held(const Agent& agent) { return agent.state() ? agent.state()->pieces_held : 0; }

void overwrite(const std::filesystem::path& file, std::int64_t offset, ByteView bytes) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(descriptor >= 0);
  REQUIRE(::pwrite(descriptor, bytes.data(), bytes.size(), offset) == static_cast<ssize_t>(bytes.size()));
  ::close(descriptor);
}

struct Pair {
  Rig rig;
  SampleContent content = rig.content(16 << 20);
  Agent source{rig, "source", "127.0.0.11"};
  Agent receiver{rig, "receiver", "127.0.0.12"};

  Pair() {
    source.start();
    receiver.start();
    rig.seed(source, content);
  }
  protocol::SignedOrder order(std::int64_t rate, std::int64_t window = 4 << 20) {
    OrderTerms terms;
    terms.rate_limit = rate;
    terms.ack_window = window;
    return rig.order(content, source, receiver.key().public_key(), terms);
  }
};

}  // namespace

TEST_CASE("revocation in the middle stops the source within what libtorrent had buffered") {
  Pair pair;
  const auto order = pair.order(4 << 20);
  fetch(pair.receiver, pair.content);
  pair.receiver.engine().add_source(order, pair.source.endpoint());
  REQUIRE(pair.rig.eventually([&] { return pair.source.acked(order.order.id).value > 1 << 20; }));
  const auto before = pair.source.counters().sent.value;
  pair.source.engine().revoke(order.order.id, Refusal::grant_ended);
  REQUIRE(pair.rig.eventually([&] { return pair.receiver.last<SourceFailed>().has_value(); }));
  const auto told = pair.receiver.all<SourceFailed>().front();
  CHECK(told.fault == SourceFailed::Fault::refused);
  CHECK(told.reason == Refusal::grant_ended);
  CHECK(told.final);
  REQUIRE(pair.rig.eventually([&] { return pair.source.counters().queued.value == 0; }));
  const auto stopped = pair.source.counters().sent.value;
  // The send buffer's watermark, a block, and what was written between the two commands.
  CHECK(stopped - before <= (2 << 20) + (512 << 10));
  CHECK(stopped < pair.content.facts.size.value / 2);
  CHECK_FALSE(complete(pair.receiver));

  // The same order does not come back to life; another one does the rest.
  pair.receiver.engine().add_source(order, pair.source.endpoint());
  const auto second = pair.order(0);
  pair.receiver.engine().add_source(second, pair.source.endpoint());
  REQUIRE(pair.rig.eventually([&] { return complete(pair.receiver); }));
  REQUIRE(pair.rig.eventually([&] { return !pair.source.all<ServeEnded>().empty(); }));
  const auto ended = pair.source.all<ServeEnded>().front();
  CHECK(ended.last.order == order.order.id);
  CHECK(ended.why == Refusal::grant_ended);
  CHECK(ended.last.sent.value == stopped);
  const auto sum = [&] { return (pair.source.acked(order.order.id) + pair.source.acked(second.order.id)).value; };
  CHECK(pair.rig.eventually([&] { return sum() == pair.content.facts.size.value; }));
}

TEST_CASE("an order that is renewed: the bytes of both add up") {
  Pair pair;
  OrderTerms terms;
  terms.byte_limit = 5 << 20;
  const auto first = pair.rig.order(pair.content, pair.source, pair.receiver.key().public_key(), terms);
  fetch(pair.receiver, pair.content);
  pair.receiver.engine().add_source(first, pair.source.endpoint());
  REQUIRE(pair.rig.eventually([&] { return !pair.receiver.all<FetchEnded>().empty(); }));
  CHECK(pair.receiver.last<FetchEnded>()->order == first.order.id);
  const auto second = pair.order(0);
  pair.receiver.engine().add_source(second, pair.source.endpoint());
  REQUIRE(pair.rig.eventually([&] { return complete(pair.receiver); }));
  const auto sum = [&] { return (pair.source.acked(first.order.id) + pair.source.acked(second.order.id)).value; };
  REQUIRE(pair.rig.eventually([&] { return sum() == pair.content.facts.size.value; }));
  CHECK(pair.source.acked(first.order.id).value <= terms.byte_limit);
  CHECK(pair.source.sent(first.order.id).value <= terms.byte_limit);
}

TEST_CASE("what a used-up order brought of a piece is signed for when another source completes the piece, much later") {
  Rig rig;
  const auto content = rig.content(8 << 20);
  Agent first(rig, "first", "127.0.0.11");
  Agent second(rig, "second", "127.0.0.12");
  Agent receiver(rig, "receiver", "127.0.0.13");
  const DurationMs timeout{500};
  for (auto* agent : {&first, &second, &receiver}) {
    agent->start([&](TransferOptions& options) { options.proof_timeout = timeout; });
  }
  rig.seed(first, content);
  rig.seed(second, content);
  OrderTerms terms;
  terms.byte_limit = content.facts.piece_length.value * 5 / 2;
  const auto used_up = rig.order(content, first, receiver.key().public_key(), terms);
  fetch(receiver, content);
  receiver.engine().add_source(used_up, first.endpoint());
  REQUIRE(rig.eventually([&] { return !receiver.all<FetchEnded>().empty(); }));
  // Long enough for both ends to have let a connection without orders go, and for the sender to have ended its order.
  std::this_thread::sleep_for(std::chrono::milliseconds(2 * timeout.value + kFarewellTimeout.value));
  const auto rest = rig.order(content, second, receiver.key().public_key());
  receiver.engine().add_source(rest, second.endpoint());
  REQUIRE(rig.eventually([&] { return complete(receiver); }));
  const auto sum = [&] { return (first.acked(used_up.order.id) + second.acked(rest.order.id)).value; };
  CHECK(rig.eventually([&] { return sum() == content.facts.size.value; }));
  CHECK(first.acked(used_up.order.id).value == first.sent(used_up.order.id).value);
}

TEST_CASE(
    "an order replaced by one for fewer pieces: what was asked before is no storm, and all that came is signed for") {
  Rig rig;
  const auto content = rig.content(16 << 20);
  Agent first(rig, "first", "127.0.0.11");
  Agent second(rig, "second", "127.0.0.12");
  Agent receiver(rig, "receiver", "127.0.0.13");
  for (auto* agent : {&first, &second, &receiver}) agent->start();
  rig.seed(first, content);
  rig.seed(second, content);
  OrderTerms terms;
  terms.rate_limit = 2 << 20;
  const auto whole = rig.order(content, first, receiver.key().public_key(), terms);
  fetch(receiver, content);
  receiver.engine().add_source(whole, first.endpoint());
  REQUIRE(rig.eventually([&] { return first.acked(whole.order.id).value > 1 << 20; }));
  terms.ranges = {{0, content.facts.pieces / 16}};
  const auto narrow = rig.order(content, first, receiver.key().public_key(), terms);
  receiver.engine().add_source(narrow, first.endpoint());
  for (auto* agent : {&first, &receiver}) agent->engine().revoke(whole.order.id, Refusal::order_replaced);
  terms.ranges = {};
  const auto rest = rig.order(content, second, receiver.key().public_key(), terms);
  receiver.engine().add_source(rest, second.endpoint());
  REQUIRE(rig.eventually([&] { return complete(receiver); }));
  CHECK(first.counters().disconnected_for_refusals == 0);
  const auto sum = [&] {
    return (first.acked(whole.order.id) + first.acked(narrow.order.id) + second.acked(rest.order.id)).value;
  };
  CHECK(rig.eventually([&] { return sum() == content.facts.size.value; }));
}

TEST_CASE("a source that is stopped and comes back with its books goes on, and learns what it lost") {
  Pair pair;
  const auto order = pair.order(8 << 20);
  fetch(pair.receiver, pair.content);
  const auto endpoint = pair.source.endpoint();
  pair.receiver.engine().add_source(order, endpoint);
  REQUIRE(pair.rig.eventually([&] { return pair.source.acked(order.order.id).value > 2 << 20; }));
  // What a killed agent had saved: older than what it had sent.
  const auto saved = pair.source.last<ServeProgress>();
  REQUIRE(
      pair.rig.eventually([&] { return pair.source.acked(order.order.id).value > saved->acked.value + (1 << 20); }));
  pair.source.stop();
  REQUIRE(pair.rig.eventually([&] { return pair.receiver.last<SourceFailed>().has_value(); }));
  const auto verified = held(pair.receiver);

  pair.source.forget_events();
  pair.source.start([&](TransferOptions& options) { options.listen = endpoint; });
  pair.source.engine().restore_order(order, pair.receiver.address(), saved->sent, saved->acknowledgement);
  pair.rig.seed(pair.source, pair.content);
  REQUIRE(pair.rig.eventually([&] { return complete(pair.receiver); }));
  REQUIRE(pair.rig.eventually([&] { return !pair.source.all<ServeEnded>().empty(); }));
  const auto ended = pair.source.last<ServeEnded>();
  CHECK(ended->last.acked.value == pair.content.facts.size.value);
  CHECK(ended->last.sent.value >= pair.content.facts.size.value);
  CHECK(pair.source.all<OrderAccepted>().size() == 1);
  // Nothing that had been verified came again.
  const auto left = (pair.content.facts.pieces - verified) * pair.content.facts.piece_length.value;
  CHECK(pair.source.counters().sent.value <= left + (2 << 20));
}

TEST_CASE("consent withdrawn: nothing more is granted, and what had left is signed for before the connection closes") {
  Pair pair;
  const auto order = pair.order(8 << 20);
  fetch(pair.receiver, pair.content);
  pair.receiver.engine().add_source(order, pair.source.endpoint());
  REQUIRE(pair.rig.eventually([&] { return pair.source.acked(order.order.id).value > 2 << 20; }));
  pair.source.engine().set_sharing({});
  REQUIRE(pair.rig.eventually([&] { return pair.source.counters().peers == 0; }));
  const auto acked = pair.source.acked(order.order.id).value;
  CHECK(acked < pair.content.facts.size.value);
  CHECK(acked == held(pair.receiver) * pair.content.facts.piece_length.value);
}

TEST_CASE("a receiver that is stopped resumes without fetching again what it had") {
  Pair pair;
  const auto order = pair.order(3 << 20);
  fetch(pair.receiver, pair.content);
  pair.receiver.engine().add_source(order, pair.source.endpoint());
  REQUIRE(pair.rig.eventually([&] { return held(pair.receiver) > pair.content.facts.pieces / 4; }));
  pair.receiver.stop();
  const auto part = download_path(pair.receiver, pair.content).string() + ".part";
  REQUIRE(std::filesystem::exists(part));
  const auto sent_before = pair.source.counters().sent.value;
  bool clean = true;
  SUBCASE("in good order: from its record") {}
  SUBCASE("killed: no record, so the file is hashed again") {
    for (const auto& entry : std::filesystem::directory_iterator(pair.receiver.folder() / "state")) {
      std::filesystem::remove(entry.path());
    }
    clean = false;
  }
  SUBCASE("and its part file was damaged meanwhile: found, and fetched again") {
    overwrite(part, 0, "damage");
    clean = false;
  }
  CAPTURE(clean);
  pair.receiver.forget_events();
  pair.receiver.start();
  fetch(pair.receiver, pair.content);
  REQUIRE(
      pair.rig.eventually([&] { return pair.receiver.state() && pair.receiver.state()->phase == Phase::downloading; }));
  const auto resumed = held(pair.receiver);
  CHECK(resumed > pair.content.facts.pieces / 4 - 2);
  pair.receiver.engine().add_source(order, pair.source.endpoint());
  REQUIRE(pair.rig.eventually([&] { return complete(pair.receiver); }));
  CHECK(file_hash(download_path(pair.receiver, pair.content)) == file_hash(pair.content.file));
  const auto left = (pair.content.facts.pieces - resumed) * pair.content.facts.piece_length.value;
  CHECK(pair.source.counters().sent.value - sent_before <= left);
  // The same order, though the receiver had forgotten what it signed: the source reminded it, and totals never fell.
  REQUIRE(pair.rig.eventually([&] { return pair.source.acked(order.order.id).value >= left; }));
  // A piece whose acknowledgement was lost with the receiver leaves the order open until the tracker ends it.
  pair.source.engine().revoke(order.order.id, Refusal::request_ended);
  REQUIRE(pair.rig.eventually([&] { return !pair.source.all<ServeEnded>().empty(); }));
  const auto acked = pair.source.last<ServeEnded>()->last.acked.value;
  CHECK(acked <= pair.source.counters().sent.value);
  CHECK(acked >= left);
  CHECK(pair.source.counters().refused_orders[static_cast<std::size_t>(Refusal::acknowledgement_invalid)] == 0);
}

TEST_CASE("a source whose file was altered behind its back is found out, and the other source does the rest") {
  Rig rig;
  const auto content = rig.content(8 << 20);
  Agent honest(rig, "honest", "127.0.0.11");
  Agent damaged(rig, "damaged", "127.0.0.12");
  Agent receiver(rig, "receiver", "127.0.0.13");
  for (auto* agent : {&honest, &damaged, &receiver}) agent->start();
  auto copy = content;
  copy.file = rig.folder / "copy" / content.facts.name;
  std::filesystem::create_directories(copy.file.parent_path());
  std::filesystem::copy_file(content.file, copy.file);
  rig.seed(damaged, copy);
  // The disk lies: the bytes change and the file's time does not.
  const auto time = std::filesystem::last_write_time(copy.file);
  overwrite(copy.file, 3 * content.facts.piece_length.value + 5, "rotten");
  std::filesystem::last_write_time(copy.file, time);
  const auto bad = rig.order(content, damaged, receiver.key().public_key());
  fetch(receiver, content);
  receiver.engine().add_source(bad, damaged.endpoint());
  REQUIRE(rig.eventually([&] {
    const auto failures = receiver.all<SourceFailed>();
    return std::any_of(failures.begin(), failures.end(),
                       [](const SourceFailed& each) { return each.fault == SourceFailed::Fault::bad_data; });
  }));
  for (const auto& each : receiver.all<SourceFailed>()) {
    if (each.fault != SourceFailed::Fault::bad_data) continue;
    CHECK(each.order == bad.order.id);
    CHECK(each.piece == 3);
    CHECK(each.final);
  }
  CHECK_FALSE(complete(receiver));
  rig.seed(honest, content);
  const auto good = rig.order(content, honest, receiver.key().public_key());
  receiver.engine().add_source(good, honest.endpoint());
  REQUIRE(rig.eventually([&] { return complete(receiver); }));
  CHECK(file_hash(download_path(receiver, content)) == file_hash(content.file));
  REQUIRE(rig.eventually([&] { return honest.acked(good.order.id).value > 0; }));
  // The rotten piece was acknowledged to the honest source alone.
  CHECK(damaged.acked(bad.order.id).value <= content.facts.size.value - content.facts.piece_length.value);
}

TEST_CASE("a source notices that its file was changed, and stops serving it") {
  Pair pair;
  const auto order = pair.order(2 << 20);
  fetch(pair.receiver, pair.content);
  pair.receiver.engine().add_source(order, pair.source.endpoint());
  REQUIRE(pair.rig.eventually([&] { return pair.source.acked(order.order.id).value > 0; }));
  overwrite(pair.content.file, 0, "changed");
  REQUIRE(pair.rig.eventually([&] { return pair.source.state()->phase == Phase::failed; }));
  CHECK(pair.source.state()->message.find("is not the content any more") != std::string::npos);
  CHECK_FALSE(complete(pair.receiver));
}

TEST_CASE("files that cannot be used are named in one line") {
  Rig rig;
  const auto content = rig.content(1 << 20);
  Agent agent(rig, "agent", "127.0.0.11");
  agent.start();
  const auto failure = [&](const std::filesystem::path& path, ContentMode mode) {
    agent.forget_events();
    REQUIRE(agent.engine().add_content(content.torrent, path, mode));
    REQUIRE(rig.eventually([&] { return agent.state() && agent.state()->phase == Phase::failed; }));
    const auto message = agent.state()->message;
    const auto named = message.find(path.string()) != std::string::npos ||
                       message.find(path.parent_path().string()) != std::string::npos;
    CHECK(named);
    CHECK(message.find('\n') == std::string::npos);
    return message;
  };
  CHECK(failure(rig.folder / "missing", ContentMode::seed).find("No such file") != std::string::npos);
  CHECK(failure(rig.folder, ContentMode::seed).find("not a regular file") != std::string::npos);
  const auto other = rig.content(2 << 20, 2);
  CHECK(failure(other.file, ContentMode::seed).find("another file") != std::string::npos);
  CHECK(failure(other.file, ContentMode::download).find("another file") != std::string::npos);
  const auto same_size = rig.content(1 << 20, 3);
  CHECK(failure(same_size.file, ContentMode::seed).find("fail their hash check") != std::string::npos);
  const auto hash = file_hash(same_size.file);
  failure(same_size.file, ContentMode::download);
  CHECK(file_hash(same_size.file) == hash);  // never written to
  CHECK(failure("/proc/no/such/place/file", ContentMode::download).find("cannot create") != std::string::npos);
  CHECK_FALSE(agent.engine().add_content("not a torrent", rig.folder / "x", ContentMode::seed));
}

TEST_CASE("nobody at the source's address: told, tried again, and served when it comes") {
  Rig rig;
  const auto content = rig.content(2 << 20);
  Agent source(rig, "source", "127.0.0.11");
  Agent receiver(rig, "receiver", "127.0.0.12");
  source.start();
  const auto endpoint = source.endpoint();
  source.stop();
  receiver.start();
  fetch(receiver, content);
  const auto order = rig.order(content, source, receiver.key().public_key());
  receiver.engine().add_source(order, endpoint);
  REQUIRE(rig.eventually([&] { return receiver.all<SourceFailed>().size() >= 2; }));
  CHECK(receiver.last<SourceFailed>()->fault == SourceFailed::Fault::unreachable);
  CHECK_FALSE(receiver.last<SourceFailed>()->final);
  CHECK(receiver.last<SourceFailed>()->message.find("refused") != std::string::npos);
  source.start([&](TransferOptions& options) { options.listen = endpoint; });
  rig.seed(source, content);
  CHECK(rig.eventually([&] { return complete(receiver); }));
}

TEST_CASE("another agent at the source's address gets no order and serves nothing") {
  Rig rig;
  const auto content = rig.content(2 << 20);
  Agent expected(rig, "expected", "127.0.0.11");
  Agent impostor(rig, "impostor", "127.0.0.12");
  Agent receiver(rig, "receiver", "127.0.0.13");
  impostor.start();
  receiver.start();
  rig.seed(impostor, content);
  fetch(receiver, content);
  receiver.engine().add_source(rig.order(content, expected, receiver.key().public_key()), impostor.endpoint());
  REQUIRE(rig.eventually([&] { return receiver.last<SourceFailed>().has_value(); }));
  CHECK(receiver.all<SourceFailed>().front().message.find("another agent") != std::string::npos);
  CHECK(impostor.counters().sent.value == 0);
  CHECK(impostor.all<OrderAccepted>().empty());
}

TEST_CASE("a port that is taken is named at the start") {
  Rig rig;
  Agent first(rig, "first", "127.0.0.11");
  first.start();
  TransferOptions options;
  options.own_key = crypto::KeyPair::generate();
  options.listen = first.endpoint();
  options.state_dir = rig.folder / "second";
  const auto second = TransferEngine::start(
      options, rig.clock, [](TransferEvent) {}, rig.loop);
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find(first.endpoint().str()) != std::string::npos);
}

}  // namespace waybill::transfer::rig
