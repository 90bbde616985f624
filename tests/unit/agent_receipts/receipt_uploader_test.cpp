#include "agent/receipts/receipt_uploader.h"

#include <csignal>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "agent/receipts/receipt_book.h"
#include "tests/harness/run_until.h"
#include "tests/unit/agent_receipts/receipt_samples.h"
#include "tests/unit/agent_receipts/recording_tracker.h"
#include "tests/unit/agent_storage/temporary_folder.h"

namespace waybill::receipts {

using namespace samples;
using protocol::ReceiptStatus;

namespace {

// No file of this process may be written beyond so many bytes: what a full disk does to the outbox.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  }
  ~SmallDisk() { grow(); }
  void grow() const { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

struct Fixture {
  testing::TemporaryFolder folder;
  Parties parties;
  runtime::EventLoop loop{"test"};
  runtime::SystemClock clock;
  runtime::Random random{3};
  RecordingTracker tracker{loop, 5};
  std::unique_ptr<OutboxStore> store = OutboxStore::open(folder / "outbox.sqlite").value();
  storage::StorageThread storage{loop};
  ReceiptUploader uploader{{loop, clock, random, storage, *store, tracker.url(), net::ClientOptions{}}};

  protocol::ReceiptId put(std::int64_t sequence, const OrderId& order) {
    protocol::Receipt receipt;
    receipt.id = {order, sequence};
    receipt.sent = {1};
    receipt.sent_total = {sequence};
    receipt.start = receipt.end = kTen;
    OutboxChange change;
    change.receipts = {{receipt.id, protocol::sign_receipt(parties.sender, receipt)}};
    REQUIRE(storage.call_and_wait<Status>([&] { return store->save(change); }));
    return receipt.id;
  }
  OutboxCounts counts() {
    return storage.call_and_wait<Result<OutboxCounts>>([&]() -> Result<OutboxCounts> { return store->counts(); })
        .value();
  }
};

}  // namespace

TEST_CASE("an answer of another length, an unknown status and an HTTP failure") {
  const auto id = OrderId::from_bytes(std::string(16, 'o')).value();
  const std::vector<OutgoingReceipt> batch{{{id, 1}, "a"}, {{id, 2}, "b"}};
  CHECK_FALSE(judge_answer(batch, {200, {}, protocol::encode_receipt_answer({0})}));
  CHECK_FALSE(judge_answer(batch, {200, {}, "rubbish"}));
  const auto failed = judge_answer(batch, {503, {}, ""});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().transient);
  const auto unknown = judge_answer(batch, {200, {}, protocol::encode_receipt_answer({0, 999})}).value();
  CHECK(unknown.durable == 1);
  CHECK(unknown.later == 1);  // never given up for a reason that cannot be named
  CHECK(unknown.settled[1].status == ReceiptStatus::try_later);
}

TEST_CASE("receipts reach the tracker; durable ones leave, refused ones are kept and counted") {
  Fixture f;
  const auto order = order_of(f.parties).order.id;
  const auto first = f.put(1, order), second = f.put(2, order), third = f.put(3, order);
  f.tracker.judgements[second] = ReceiptStatus::over_byte_limit;
  f.uploader.wake();
  REQUIRE(run_until(f.loop, [&] { return f.uploader.idle() && f.counts().waiting == 0; }));
  CHECK(f.tracker.recorded.size() == 2);
  CHECK(f.tracker.recorded.contains(first));
  CHECK(f.tracker.recorded.contains(third));
  CHECK(f.counts().refused.at(ReceiptStatus::over_byte_limit) == 1);
  CHECK(f.uploader.uploaded() == 2);
  CHECK(f.uploader.trouble().empty());
}

TEST_CASE("a tracker that fails, loses answers and postpones gets each receipt once in the end") {
  Fixture f;
  f.tracker.fail_with = 503;
  const auto order = order_of(f.parties).order.id;
  for (int i = 1; i <= 30; ++i) f.put(i, order);
  f.uploader.wake();
  REQUIRE(run_until(f.loop, [&] { return f.tracker.batches >= 2; }));
  CHECK(f.counts().waiting == 30);
  CHECK_FALSE(f.uploader.idle());
  CHECK(f.uploader.trouble().find("503") != std::string::npos);
  f.tracker.fail_with = 0;
  f.tracker.lose_answers = 50;
  f.tracker.postpone = 30;
  f.uploader.retry_now();
  REQUIRE(run_until(f.loop, [&] {
    if (!f.uploader.idle()) f.uploader.retry_now();
    return f.counts().waiting == 0;
  }));
  CHECK(f.tracker.recorded.size() == 30);
  CHECK(f.tracker.contradicted == 0);
}

TEST_CASE("the book cuts, keeps and hands over; what an earlier life left is cut at the next start") {
  Fixture f;
  const auto order = order_of(f.parties, f.clock.now(), minutes(10));
  std::string serving_stopped = "never asked";
  const auto make_book = [&] {
    return std::unique_ptr<ReceiptBook>(
        new ReceiptBook({f.loop, f.clock, f.parties.sender, f.storage, *f.store,
                         [](const IpAddress&) { return protocol::Path{}; }, [](const IpAddress&) { return false; },
                         [&] { f.uploader.wake(); }, [&](const std::string& reason) { serving_stopped = reason; }}));
  };
  transfer::ServeProgress progress;
  progress.order = order.order.id;
  progress.sent = {3 * kMegabyte};
  progress.acked = {2 * kMegabyte};
  progress.acknowledgement = acknowledgement(f.parties, order.order.id, 2 * kMegabyte);
  {
    auto book = make_book();
    CHECK(book->begin({}).empty());
    book->order_accepted({order, IpAddress::from_v4(0x7f000001)});
    book->progressed(progress);
    CHECK(book->live_orders() == std::vector{order.order.id});
    // The account reaches the disk by the checkpoint, without any receipt.
    REQUIRE(run_until(f.loop, [&] {
      const auto saved =
          f.storage.call_and_wait<Result<std::vector<OrderAccount>>>([&] { return f.store->load_accounts(); });
      return saved->size() == 1 && saved->front().acked == AckedBytes{2 * kMegabyte};
    }));
    CHECK(f.counts().waiting == 0);
  }  // as if killed: close() is not called
  auto book = make_book();
  auto accounts = f.store->load_accounts().value();
  const auto live = book->begin(accounts);
  REQUIRE(live.size() == 1);
  CHECK(live[0].sent == SentBytes{3 * kMegabyte});
  progress.sent = {5 * kMegabyte};
  progress.acked = {5 * kMegabyte};
  progress.acknowledgement = acknowledgement(f.parties, order.order.id, 5 * kMegabyte);
  book->order_ended({progress, protocol::Refusal::none});
  REQUIRE(run_until(f.loop, [&] { return f.tracker.recorded.size() == 1; }));
  const auto receipt = protocol::read_receipt(f.tracker.recorded.begin()->second).value().receipt;
  CHECK(receipt.sent == SentBytes{5 * kMegabyte});
  CHECK(receipt.acknowledgement == progress.acknowledgement);
  CHECK(book->live_orders().empty());
  CHECK(serving_stopped == "never asked");
}

TEST_CASE("while the outbox cannot be written serving is forbidden, by name; then nothing is missing") {
  Fixture f;
  const auto order = order_of(f.parties, f.clock.now(), minutes(10));
  std::vector<std::string> may_serve;
  ReceiptBook book({f.loop, f.clock, f.parties.sender, f.storage, *f.store,
                    [](const IpAddress&) { return protocol::Path{}; }, [](const IpAddress&) { return false; },
                    [&] { f.uploader.wake(); }, [&](const std::string& reason) { may_serve.push_back(reason); }});
  book.begin({});
  const SmallDisk full(0);
  book.order_accepted({order, IpAddress::from_v4(0x7f000001)});
  transfer::ServeProgress progress;
  progress.order = order.order.id;
  progress.sent = {kMegabyte};
  progress.acked = {kMegabyte};
  progress.acknowledgement = acknowledgement(f.parties, order.order.id, kMegabyte);
  book.order_ended({progress, protocol::Refusal::none});
  REQUIRE(run_until(f.loop, [&] { return !may_serve.empty(); }));
  CHECK(may_serve[0].find("outbox.sqlite") != std::string::npos);
  CHECK(book.trouble() == may_serve[0]);
  // Time for several attempts to save the receipt: each fails, and none may forget it.
  const auto later = f.clock.now() + DurationMs{3 * kCheckpointInterval.value};
  REQUIRE(run_until(f.loop, [&] { return f.clock.now() >= later; }));
  CHECK(f.tracker.recorded.empty());
  full.grow();
  REQUIRE(run_until(f.loop, [&] { return f.tracker.recorded.size() == 1; }));
  CHECK(may_serve.size() == 2);
  CHECK(may_serve[1].empty());
  CHECK(protocol::read_receipt(f.tracker.recorded.begin()->second)->receipt.sent == SentBytes{kMegabyte});
}

TEST_CASE("a book that has gone hears nothing of the save that was under way") {
  Fixture f;
  const auto order = order_of(f.parties, f.clock.now(), minutes(10));
  const SmallDisk full(0);
  int told = 0;
  {
    ReceiptBook book({f.loop, f.clock, f.parties.sender, f.storage, *f.store,
                      [](const IpAddress&) { return protocol::Path{}; }, [](const IpAddress&) { return false; }, [] {},
                      [&](const std::string&) { ++told; }});
    book.begin({});
    book.order_accepted({order, IpAddress::from_v4(0x7f000001)});
  }
  f.counts();  // comes after the save, whose failure is on its way to the loop now
  bool passed = false;
  f.loop.post([&] { passed = true; });
  REQUIRE(run_until(f.loop, [&] { return passed; }));
  CHECK(told == 0);
}

TEST_CASE("an outbox that is too full forbids serving, by a named condition") {
  OutboxCounts counts;
  counts.waiting = kMaxWaitingReceipts - 1;
  CHECK(outbox_trouble(counts).empty());
  counts.waiting = kMaxWaitingReceipts;
  CHECK(outbox_trouble(counts).find("outbox full") == 0);
  counts.waiting = 1;
  counts.waiting_bytes = kMaxWaitingBytes;
  CHECK(outbox_trouble(counts).find("outbox full") == 0);
}

}  // namespace waybill::receipts
