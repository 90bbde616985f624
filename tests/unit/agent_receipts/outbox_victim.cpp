// The process that outbox_kill_test kills: a real receipt book, outbox and uploader, fed with the service of a few
// made-up orders. `outbox_victim FOLDER SEED TRACKER_PORT run|drain`. What the receivers acknowledged is in
// FOLDER/truth, written before the book hears of it: a line "O order envelope", "A order total" or "E order" each.
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include <fcntl.h>
#include <unistd.h>

#include "agent/receipts/receipt_book.h"
#include "agent/receipts/receipt_uploader.h"
#include "common/crypto/digest.h"
#include "common/runtime/random.h"
#include "tests/unit/agent_receipts/victim_keys.h"

namespace waybill::receipts {

namespace {

constexpr std::size_t kOrdersAtOnce = 4;
constexpr DurationMs kStep{1};
constexpr std::int64_t kOrderBytes = 1'000'000'000'000;

struct TrueOrder {
  protocol::SignedOrder order;
  std::int64_t acked = 0;
  bool over = false;
};

class Victim {
 public:
  Victim(std::filesystem::path folder, std::uint64_t seed, std::uint16_t port, bool drain)
      : folder_(std::move(folder)), random_(seed), drain_(drain) {
    truth_fd_ = ::open((folder_ / "truth").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    store_ = OutboxStore::open(folder_ / "outbox.sqlite").value();
    storage_ = std::make_unique<storage::StorageThread>(loop_);
    uploader_.reset(new ReceiptUploader(
        {loop_, clock_, jitter_, *storage_, *store_, net::Url{"http", "127.0.0.1", port, "/"}, net::ClientOptions{}}));
    book_.reset(new ReceiptBook(
        {loop_, clock_, sender_key(), *storage_, *store_, [](const IpAddress&) { return protocol::Path{}; },
         [](const IpAddress&) { return false; }, [this] { uploader_->wake(); }, [](const std::string&) {}}));
  }

  int run() {
    book_->begin(store_->load_accounts().value());
    read_truth();
    // The receivers come back with what they have, as they do after a crash of a real sender.
    for (auto& [id, one] : orders_) {
      book_->order_accepted({one.order, {}});
      book_->progressed(progress_of(one));
      if (one.over || drain_) end(one);
    }
    std::erase_if(orders_, [](const auto& one) { return one.second.over; });
    uploader_->wake();
    if (drain_) {
      wait_for_empty();
    } else {
      step();
    }
    loop_.run();
    return 0;
  }

 private:
  void say(const std::string& line) {
    const auto text = line + "\n";
    if (::write(truth_fd_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
  }

  void read_truth() {
    std::ifstream in(folder_ / "truth");
    std::string line;
    while (std::getline(in, line)) {
      std::istringstream words(line);
      std::string kind, order, rest;
      words >> kind >> order >> rest;
      auto& one = orders_[OrderId::from_hex(order).value()];
      if (kind == "O") one.order = protocol::open_order(from_hex(rest).value(), tracker_key().public_key()).value();
      if (kind == "A") one.acked = std::stoll(rest);
      if (kind == "E") one.over = true;
    }
  }

  transfer::ServeProgress progress_of(const TrueOrder& one) {
    transfer::ServeProgress progress;
    progress.order = one.order.order.id;
    progress.sent = {one.acked};
    progress.acked = {one.acked};
    if (one.acked > 0) {
      protocol::Acknowledgement said;
      said.order = progress.order;
      said.sequence = one.acked;
      said.total_bytes = {one.acked};
      said.time = clock_.now();
      progress.acknowledgement = protocol::sign_acknowledgement(receiver_key(), said);
    }
    return progress;
  }

  void begin_order() {
    protocol::ServeOrder order;
    order.id = OrderId::from_bytes(crypto::random_bytes(16)).value();
    order.sender = sender_key().public_key();
    order.receiver = receiver_key().public_key();
    order.ranges = {{0, 1}};
    order.byte_limit = {kOrderBytes};
    order.ack_window = {kOrderBytes};
    order.not_before = clock_.now();
    order.not_after = clock_.now() + hours(1);
    TrueOrder one{protocol::sign_order(tracker_key(), order), 0, false};
    say("O " + order.id.hex() + " " + to_hex(one.order.envelope));
    book_->order_accepted({one.order, {}});
    orders_[order.id] = one;
  }

  void end(TrueOrder& one) {
    if (!one.over) say("E " + one.order.order.id.hex());
    one.over = true;
    book_->order_ended({progress_of(one), protocol::Refusal::none});
  }

  void step() {
    while (orders_.size() < kOrdersAtOnce) begin_order();
    auto chosen = std::next(orders_.begin(), static_cast<std::ptrdiff_t>(random_() % orders_.size()));
    auto& one = chosen->second;
    one.acked += 1 + static_cast<std::int64_t>(random_() % 30'000'000);
    say("A " + chosen->first.hex() + " " + std::to_string(one.acked));
    book_->progressed(progress_of(one));
    if (random_() % 20 == 0) {
      end(one);
      orders_.erase(chosen);
    }
    timer_ = loop_.after(kStep, [this] { step(); });
  }

  void wait_for_empty() {
    if (uploader_->idle() && book_->counts().waiting >= 0 && outbox_empty()) return loop_.stop();
    timer_ = loop_.after(DurationMs{5}, [this] { wait_for_empty(); });
  }
  bool outbox_empty() {
    if (!closed_) {
      if (!book_->close()) std::abort();
      closed_ = true;
      uploader_->wake();
      return false;
    }
    return storage_->call_and_wait<Result<OutboxCounts>>([this]() -> Result<OutboxCounts> { return store_->counts(); })
               ->waiting == 0;
  }

  std::filesystem::path folder_;
  std::mt19937_64 random_;
  bool drain_, closed_ = false;
  int truth_fd_ = -1;
  runtime::EventLoop loop_{"victim"};
  runtime::SystemClock clock_;
  runtime::Random jitter_{1};
  std::map<OrderId, TrueOrder> orders_;
  std::unique_ptr<OutboxStore> store_;
  std::unique_ptr<storage::StorageThread> storage_;
  std::unique_ptr<ReceiptUploader> uploader_;
  std::unique_ptr<ReceiptBook> book_;
  runtime::Timer timer_;
};

}  // namespace

}  // namespace waybill::receipts

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const bool drain = std::string(argv[4]) == "drain";
  return waybill::receipts::Victim(argv[1], std::strtoull(argv[2], nullptr, 10),
                                   static_cast<std::uint16_t>(std::atoi(argv[3])), drain)
      .run();
}
