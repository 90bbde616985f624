#include "tests/unit/tracker_cli/generated_books.h"

#include <cstdlib>
#include <ctime>
#include <future>
#include <random>

#include <doctest/doctest.h>

#include "common/protocol/limits.h"
#include "tracker/ingest/ingest.h"

namespace waybill::tracker {

namespace {

using sample::OrderPlan;
using sample::ReceiptPlan;

constexpr int kOrders = 120;
const TimeMs kFirst{1'792'454'400'000};  // 2026-10-20T00:00Z
constexpr std::int64_t kSpanMinutes = 46 * 24 * 60;
const std::vector<std::string> kReceivers{"bob", "carol", "dave", "erin"};
struct Title {
  const char* owner;
  const char* title;
};
const std::vector<Title> kTitles{
    {"MovieStudio", "RobinHood"}, {"MovieStudio", "Trailer, \"long\""}, {"NewsHouse", "Evening"}};

// Makes plans of orders and receipts, and the list of what is expected of them.
class Generator {
 public:
  Generator(GeneratedBooks& books, std::uint64_t seed) : books_(books), random_(seed) {}

  void make_order(int number) {
    OrderPlan plan;
    plan.number = number;
    const auto& title = kTitles[below(kTitles.size())];
    plan.owner = title.owner;
    plan.title = title.title;
    plan.receiver = kReceivers[below(kReceivers.size())];
    plan.sender = "alice";
    const int from = static_cast<int>(below(3)) + 1;
    const int to = static_cast<int>(below(4));  // 0: unknown
    plan.source_isp = {from};
    plan.destination_isp = {to};
    plan.not_before = kFirst + minutes(static_cast<std::int64_t>(below(kSpanMinutes - 120)));
    plan.not_after = plan.not_before + minutes(90);
    const bool cdn_node = below(6) == 0;
    plan.agreement = {cdn_node ? 0 : agreement_of(from, plan.not_before)};
    orders.push_back(sample::issue(plan));
    add_receipts(plan);
  }

  std::vector<IssuedOrder> orders;
  std::vector<ByteString> envelopes;
  std::vector<bool> good;

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  static std::int64_t agreement_of(int isp, TimeMs time) {
    const TimeMs change{1'794'265'200'000};  // 2026-11-10T00:00+01:00
    if (isp == 1) return time < change ? 1 : 2;
    return isp + 1;
  }

  void add_receipts(const OrderPlan& plan) {
    ReceiptPlan receipt;
    receipt.sent_total = 0;
    receipt.acked_total = 0;
    receipt.measured = below(5) != 0 && plan.destination_isp.value != 0;
    auto time = plan.not_before;
    const auto count = below(4) + 1;
    for (std::uint64_t i = 1; i <= count; ++i) {
      receipt.sequence = static_cast<std::int64_t>(i);
      const auto acked = static_cast<std::int64_t>(below(9'000'000));
      const auto lost = below(3) == 0 ? static_cast<std::int64_t>(below(20'000)) : 0;
      receipt.sent = acked + lost;
      receipt.sent_total += acked + lost;
      receipt.acked_total = *receipt.acked_total + acked;
      receipt.acked_pieces = static_cast<std::int64_t>(i);
      receipt.start = time;
      time = time + minutes(static_cast<std::int64_t>(below(22)));
      receipt.end = time;
      envelopes.push_back(sample::receipt_of(plan, receipt));
      good.push_back(true);
      books_.receipts.push_back({plan.number, static_cast<int>(plan.source_isp.value),
                                 static_cast<int>(plan.destination_isp.value), static_cast<int>(plan.agreement.value),
                                 plan.owner, plan.title, plan.receiver, receipt.start, receipt.end, acked, acked + lost,
                                 receipt.measured});
    }
    if (plan.source_isp.value == 1 && below(4) == 0) {
      auto forged = receipt;
      ++forged.sequence;
      forged.signed_by = "mallory";
      envelopes.push_back(sample::receipt_of(plan, forged));
      good.push_back(false);
      ++books_.forged;
    }
  }

  GeneratedBooks& books_;
  std::mt19937_64 random_;
};

void take_in(const TrackerProgram& program, const Generator& made) {
  runtime::WorkerThread thread("store", 64);
  std::unique_ptr<Store> store;
  thread.run_and_wait([&] {
    auto opened = open_store((program.data() / "tracker.db").string());
    REQUIRE_MESSAGE(opened.has_value(), opened.error().message);
    store = std::move(*opened);
    REQUIRE(store->evidence().add_orders(made.orders).has_value());
  });
  const runtime::ManualClock clock(TimeMs{1'794'700'000'000});  // 2026-11-14: when the forged ones come in
  IngestCallbacks callbacks;
  callbacks.tables = [] { return sample::tables(); };
  {
    Ingest ingest(*store, thread, clock, callbacks);
    std::promise<BatchAnswer> answered;
    ingest.submit(protocol::encode_receipt_batch(made.envelopes),
                  [&](BatchAnswer answer) { answered.set_value(answer); });
    const auto answer = answered.get_future().get();
    REQUIRE(answer.outcome == BatchOutcome::answered);
    const auto statuses = protocol::decode_receipt_answer(answer.body, made.envelopes.size());
    REQUIRE(statuses.has_value());
    for (std::size_t i = 0; i < statuses->size(); ++i) {
      const auto expected =
          made.good[i] ? protocol::ReceiptStatus::recorded : protocol::ReceiptStatus::receipt_signature_invalid;
      REQUIRE(statuses->at(i) == static_cast<int>(expected));
    }
  }
  thread.run_and_wait([&] { store.reset(); });
}

void add_content_and_deliveries(GeneratedBooks& books, std::uint64_t seed) {
  auto store = open_store((books.program.data() / "tracker.db").string());
  REQUIRE(store.has_value());
  for (const auto& title : kTitles) {
    Content content;
    content.id = sample::content_of(title.title);
    content.owner = title.owner;
    content.title = title.title;
    content.size = {100'000'000};
    content.piece_length = {1 << 20};
    content.pieces = 96;
    content.published = kFirst;
    REQUIRE((*store)->registry().add_content(content, "d4:infode").has_value());
  }
  for (const auto& name : kReceivers) {
    EnrolledAgent agent;
    agent.key = sample::key_of(name).public_key();
    agent.name = name;
    agent.enrolled = kFirst;
    REQUIRE((*store)->registry().enroll_agent(agent).has_value());
  }
  std::mt19937_64 random(seed);
  for (int i = 0; i < 40; ++i) {
    const auto& title = kTitles[random() % kTitles.size()];
    ExpectedDelivery expected{title.owner, title.title, kReceivers[random() % kReceivers.size()],
                              static_cast<int>(random() % 4),
                              kFirst + minutes(static_cast<std::int64_t>(random() % kSpanMinutes)) + DurationMs{i}};
    StoredDelivery delivery;
    delivery.content = sample::content_of(title.title);
    delivery.receiver = sample::key_of(expected.receiver).public_key();
    delivery.owner = expected.owner;
    delivery.receiver_isp = {expected.isp};
    delivery.size = {100'000'000};
    delivery.started = expected.completed - minutes(5);
    delivery.completed = expected.completed;
    delivery.envelope = "signed";
    REQUIRE((*store)->evidence().add_delivery(delivery).value());
    books.deliveries.push_back(expected);
  }
}

}  // namespace

GeneratedBooks::GeneratedBooks(std::uint64_t seed) {
  // The sample orders are signed by the sample tracker's key.
  std::filesystem::remove(program.data() / "tracker.pem");
  REQUIRE(sample::key_of("tracker").save(program.data() / "tracker.pem").has_value());
  program.facts({"isp", "add", "SP1", "--prefix", "198.18.1.0/24", "--timezone", "Europe/Berlin"});
  program.facts({"isp", "add", "SP2", "--prefix", "198.18.2.0/24", "--timezone", "America/New_York"});
  program.facts({"isp", "add", "SP3", "--prefix", "198.18.3.0/24"});
  const auto agree = [&](const char* isp, const char* on_net, const char* off_net, const char* currency,
                         std::vector<std::string> more) {
    std::vector<std::string> words{"agreement", "add",  "--isp",           isp,     "--grant",    "always",
                                   "--price",   on_net, "--off-net-price", off_net, "--currency", currency};
    words.insert(words.end(), more.begin(), more.end());
    program.facts(words);
  };
  agree("SP1", "11.07", "13.333333", "EUR", {"--from", "2026-01-01", "--until", "2026-11-10"});
  agree("SP1", "7.77", "21.5", "EUR", {"--from", "2026-11-10"});
  agree("SP2", "19.99", "3", "USD", {"--from", "2026-01-01"});
  agree("SP3", "1234.5", "77", "JPY", {"--from", "2026-01-01"});
  Generator generator(*this, seed);
  for (int number = 1; number <= kOrders; ++number) generator.make_order(number);
  take_in(program, generator);
  add_content_and_deliveries(*this, seed + 1);
}

LocalTime local_time(TimeMs time, const char* zone) {
  ::setenv("TZ", zone, 1);
  ::tzset();
  const std::time_t seconds = time.value / 1000;
  std::tm local{};
  localtime_r(&seconds, &local);
  ::unsetenv("TZ");
  ::tzset();
  return {local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour * 60 + local.tm_min};
}

}  // namespace waybill::tracker
