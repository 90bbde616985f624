// Verified, durable receipts a second into SQLite and, with --postgresql, into a PostgreSQL server on the same machine,
// against the bare rate at which the same cores verify the same signatures. They take turns over slices of the same
// receipts, so that whatever else the machine does meets all of them. A hundred accounting objects that people made
// (--objects=N for others) measure what is taken in: clients, pairs of ISPs, agreements, customers of an ISP, networks.
#include "tracker/ingest/ingest.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/core.h>
#include <sys/resource.h>
#include <time.h>

#include "common/crypto/ed25519.h"
#include "common/protocol/domains.h"
#include "common/runtime/clock.h"
#include "common/runtime/worker_thread.h"
#include "common/types/check.h"
#include "tests/contract/engines.h"
#include "tests/contract/sample_books.h"
#include "tracker/accounting/audit.h"
#include "tracker/accounting/object_fill.h"

using namespace waybill;

namespace {

struct Size {
  int rounds = 4;
  int batches = 72;           // a round; each is one sender's
  int orders = 60;            // a batch
  int receipts_of_order = 4;  // in one batch, as an agent that was offline for a while sends them
  int clients = 500;
  int objects = 100;
  int receipts() const { return rounds * batches * orders * receipts_of_order; }
};

struct SignedPart {
  const char* domain;
  crypto::PublicKey key;
  protocol::Envelope envelope;
};
struct Round {
  std::vector<sample::OrderPlan> orders;
  std::vector<ByteString> batches;
  std::vector<SignedPart> parts;  // both signatures of each receipt
};

std::string client_name(int number) { return "client " + std::to_string(number); }

sample::OrderPlan plan_order(const Size& size, int sender, int number) {
  sample::OrderPlan plan;
  plan.number = number;
  plan.sender = client_name(sender % size.clients);
  plan.receiver = client_name((sender + 1 + number * 7) % size.clients);
  plan.title = "Film " + std::to_string(number % 20);
  plan.source_isp = {1 + sender % 3};
  plan.destination_isp = {1 + number % 3};
  plan.agreement = {plan.source_isp.value};
  return plan;
}

void add_receipt(const sample::OrderPlan& order, int sequence, Round& round, std::vector<ByteString>& envelopes) {
  sample::ReceiptPlan plan;
  plan.sequence = sequence;
  plan.sent_total = plan.sent * sequence;
  plan.acked_total = plan.sent_total;
  plan.acked_pieces = sequence;
  plan.end = sample::kNoon + seconds(10 * sequence);
  auto envelope = sample::receipt_of(order, plan);
  const auto opened = *protocol::read_receipt(envelope);
  const auto acknowledged = *protocol::read_acknowledgement(opened.receipt.acknowledgement);
  round.parts.push_back({protocol::kReceiptDomain, sample::key_of(order.sender).public_key(), opened.envelope});
  round.parts.push_back(
      {protocol::kAcknowledgementDomain, sample::key_of(order.receiver).public_key(), acknowledged.envelope});
  envelopes.push_back(std::move(envelope));
}

Round make_round(const Size& size, int number) {
  Round round;
  for (int batch = 0; batch < size.batches; ++batch) {
    const int sender = number * size.batches + batch;
    std::vector<ByteString> envelopes;
    for (int order = 0; order < size.orders; ++order) {
      round.orders.push_back(plan_order(size, sender, sender * size.orders + order));
      for (int sequence = 1; sequence <= size.receipts_of_order; ++sequence) {
        add_receipt(round.orders.back(), sequence, round, envelopes);
      }
    }
    round.batches.push_back(protocol::encode_receipt_batch(envelopes));
  }
  return round;
}

// Calls `work(i)` for each i below `count`, on every core.
template <typename Work>
void on_every_core(std::size_t count, const Work& work) {
  const auto threads = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::thread> running;
  for (unsigned thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      for (auto i = std::size_t{thread}; i < count; i += threads) work(i);
    });
  }
  for (auto& thread : running) thread.join();
}

double elapsed(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Times {
  double wall = 0;
  double processor = 0;
  template <typename Work>
  void measure(const Work& work) {
    const auto start = std::chrono::steady_clock::now();
    const auto processor_start = processor_seconds();
    work();
    wall += elapsed(start);
    processor += processor_seconds() - processor_start;
  }
};

void verify_bare(const Round& round) {
  on_every_core(round.parts.size(), [&](std::size_t i) {
    const auto& part = round.parts[i];
    WAYBILL_ASSERT(part.envelope.verify(part.key, part.domain), "the bench signs well");
  });
}

void ingest_all(tracker::Ingest& ingest, const Round& round, std::size_t receipts_each) {
  const ByteString all_recorded = protocol::encode_receipt_answer(std::vector<int>(receipts_each, 0));
  std::mutex mutex;
  std::condition_variable answered;
  std::size_t waiting = round.batches.size();
  for (const auto& batch : round.batches) {
    ingest.submit(batch, [&](tracker::BatchAnswer answer) {
      WAYBILL_ASSERT(answer.outcome == tracker::BatchOutcome::answered && answer.body == all_recorded,
                     "every receipt of the bench is good");
      const std::lock_guard lock(mutex);
      if (--waiting == 0) answered.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  answered.wait(lock, [&] { return waiting == 0; });
}

// Sixty of a hundred measure one client each; the others measure much, so that a receipt touches some fifteen of them.
tracker::MeasuringObject object_of(const Size& size, int number) {
  tracker::MeasuringObject object;
  object.name = fmt::format("object {}", number);
  object.since = tracker::quarter_of(sample::kNoon);
  const IspId isp{1 + number % 3};
  const IspId next{1 + (number + 1) % 3};
  const int kind = number % 10;
  if (kind < 6) {
    const auto client = sample::key_of(client_name(number * 7 % size.clients)).public_key();
    object.entities = {{tracker::EntityKind::client, {}, AgentKey(client), {}, {}}};
  } else if (kind == 6) {
    object.entities = {{tracker::EntityKind::isp_pair, {}, {}, std::min(isp, next), std::max(isp, next)}};
  } else if (kind == 7) {
    object.entities = {{tracker::EntityKind::agreements_of, {}, {}, isp, {}}};
    object.filter.content_class = ContentClass::file;
  } else if (kind == 8) {
    object.entities = {{tracker::EntityKind::clients_of, {}, {}, isp, {}}};
    object.filter.on_net = number % 20 < 10;
    object.detail = tracker::ObjectDetail::counters;
  } else {
    object.entities = {{tracker::EntityKind::component, fmt::format("isp:SP{}", isp.value), {}, {}, {}}};
    object.filter.hours = {{12 * 60, 18 * 60}};
    object.timezone = "Europe/Berlin";
  }
  return object;
}

class Books {
 public:
  Books(const Size& size, std::string name, std::string where) : name_(std::move(name)) {
    thread_.run_and_wait([this, where, &size] {
      auto opened = tracker::open_store(where, tracker::StoreAccess::create);
      WAYBILL_ASSERT(opened, "the bench has a disk");
      store_ = *std::move(opened);
      for (int number = 0; number < size.objects; ++number) {
        WAYBILL_ASSERT(tracker::make_object(*store_, object_of(size, number)), "the bench's objects are good");
      }
    });
    const auto tables = sample::tables();
    ingest_ = std::make_unique<tracker::Ingest>(*store_, thread_, clock_,
                                                tracker::IngestCallbacks{[tables] { return tables; }, {}, {}});
  }
  ~Books() {
    ingest_.reset();
    thread_.run_and_wait([this] { store_.reset(); });
  }
  void issue(const Round& round) {
    std::vector<tracker::IssuedOrder> orders(round.orders.size());
    on_every_core(orders.size(), [&](std::size_t i) { orders[i] = sample::issue(round.orders[i]); });
    thread_.run_and_wait(
        [&] { WAYBILL_ASSERT(store_->evidence().add_orders(orders), "the bench issues each order once"); });
  }
  void take(const Round& round, std::size_t receipts_each) {
    const auto before = store_seconds();
    times_.measure([&] { ingest_all(*ingest_, round, receipts_each); });
    store_seconds_ += store_seconds() - before;
  }
  void print(double receipts, const Times& bare) {
    fmt::print(
        "{}: {:.0f} receipts/s verified and durable, {:.1f} us of this process's processor a receipt, {:.1f} of them "
        "in "
        "the store's thread; ratio to bare {:.3f}\n",
        name_, receipts / times_.wall, times_.processor / receipts * 1e6, store_seconds_ / receipts * 1e6,
        bare.wall / times_.wall);
  }
  bool sound(std::int64_t receipts) {
    bool sound = false;
    thread_.run_and_wait([&] {
      const auto report = tracker::audit(*store_);
      sound = report && report->sound() && report->receipts == receipts;
    });
    return sound;
  }

 private:
  // Of processor, that the store's thread has used.
  double store_seconds() {
    timespec used{};
    thread_.run_and_wait([&used] { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used); });
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
  }

  std::string name_;
  Times times_;
  double store_seconds_ = 0;
  runtime::SystemClock clock_;
  runtime::WorkerThread thread_{"store", 1024};
  std::unique_ptr<tracker::Store> store_;
  std::unique_ptr<tracker::Ingest> ingest_;
};

int run(const Size& size, bool postgresql) {
  fmt::print("ingest: signing {} receipts in {} rounds\n", size.receipts(), size.rounds);
  std::vector<Round> rounds(static_cast<std::size_t>(size.rounds));
  on_every_core(rounds.size(), [&](std::size_t i) { rounds[i] = make_round(size, static_cast<int>(i)); });
  const contract::SqliteEngine file;
  std::optional<contract::PostgresEngine> server;
  std::vector<std::unique_ptr<Books>> all;
  all.push_back(std::make_unique<Books>(size, "sqlite", file.where()));
  if (postgresql) all.push_back(std::make_unique<Books>(size, "postgresql", server.emplace().where()));
  Times bare;
  for (const auto& round : rounds) {
    for (auto& books : all) books->issue(round);
    bare.measure([&] { verify_bare(round); });
    for (auto& books : all) books->take(round, static_cast<std::size_t>(size.orders * size.receipts_of_order));
  }
  const double receipts = size.receipts();
  fmt::print("bare: {:.0f} receipts/s ({:.0f} verifications/s) on {} cores, {:.1f} us of processor a receipt\n",
             receipts / bare.wall, 2 * receipts / bare.wall, std::thread::hardware_concurrency(),
             bare.processor / receipts * 1e6);
  bool sound = true;
  for (auto& books : all) {
    books->print(receipts, bare);
    sound = sound && books->sound(size.receipts());
  }
  all.clear();  // what SQLite's log holds is in its file then
  const auto bytes = static_cast<double>(std::filesystem::file_size(file.where()));
  fmt::print("{} objects measure it; {:.0f} bytes of SQLite's file a receipt, {:.1f} receipts an order\n", size.objects,
             bytes / receipts, static_cast<double>(size.receipts_of_order));
  fmt::print("goal: sqlite's ratio 0.8 with a hundred objects, 0.85 with none\n");
  if (sound) return 0;
  fmt::print(stderr, "the books do not equal the evidence\n");
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  Size size;
  bool postgresql = false;
  for (const auto& argument : std::vector<std::string>(argv + 1, argv + argc)) {
    if (argument == "--toy") size = {2, 3, 10, 2, 10, 20};
    if (argument == "--postgresql") postgresql = true;
    if (argument.starts_with("--objects=")) size.objects = std::stoi(argument.substr(10));
  }
  return run(size, postgresql);
}
