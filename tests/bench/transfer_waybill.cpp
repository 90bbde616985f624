// Two engines in one process, a thread each, and the receipt book with its outbox on the app's loop and storage thread.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "agent/receipts/receipt_book.h"
#include "agent/transfer/torrent_file.h"
#include "agent/transfer/transfer_engine.h"
#include "common/crypto/digest.h"
#include "tests/bench/transfer_contestants.h"

namespace waybill::bench {

namespace {

using namespace transfer;

constexpr auto kDeadline = std::chrono::minutes(10);

class Waybill final : public Contestant {
 public:
  Waybill(const Sample& sample, const std::filesystem::path& folder)
      : sample_(sample), folder_(folder), storage_(loop_), outbox_(*receipts::OutboxStore::open(folder / "outbox.db")) {
    book_.emplace(receipts::ReceiptBook::Needs{loop_, clock_, source_key_, storage_, *outbox_,
                                               [](const IpAddress&) { return protocol::Path{}; },
                                               [](const IpAddress&) { return false; }, [] {}, [](std::string) {}});
    book_->begin({});
    thread_ = std::thread([this] { loop_.run(); });
    source_ = start(source_key_, "127.0.0.21", [this](TransferEvent event) { from_source(event); });
    protocol::SharingState willing;
    willing.consented = true;
    source_->set_sharing(willing);
    static_cast<void>(source_->add_content(sample.torrent, sample.file, ContentMode::seed));
    wait([this] { return source_ready_; });
  }

  ~Waybill() override {
    source_.reset();
    loop_.post([this] {
      static_cast<void>(book_->close());
      book_.reset();
      loop_.stop();
    });
    thread_.join();
  }

  std::string name() const override { return "waybill"; }

  Run run(const std::filesystem::path& folder) override {
    receiver_key_ = crypto::KeyPair::generate();
    complete_at_ = 0;
    ended_.reset();
    auto receiver = start(receiver_key_, "127.0.0.22", [this](TransferEvent event) { from_receiver(event); });
    const auto order = new_order();
    static_cast<void>(receiver->add_content(sample_.torrent, folder / "fetched", ContentMode::download));
    receiver->add_source(order, {IpAddress::parse("127.0.0.21").value(), source_->port()});
    wait([this] { return complete_at_ > 0 && ended_.has_value(); });
    receiver->stop();
    if (!ended_) return {std::nullopt, problem_.empty() ? "it did not end" : problem_};
    if (ended_->last.acked.value != sample_.size) return {std::nullopt, "not every byte was acknowledged"};
    return {static_cast<double>(complete_at_ - ended_->last.first_block.value) / 1000, {}};
  }

 private:
  std::unique_ptr<TransferEngine> start(const crypto::KeyPair& key, const char* address,
                                        std::function<void(TransferEvent)> sink) {
    TransferOptions options;
    options.own_key = key;
    options.tracker_key = tracker_.public_key();
    options.listen = {IpAddress::parse(address).value(), 0};
    options.state_dir = folder_ / address;
    auto engine = TransferEngine::start(options, clock_, std::move(sink), loop_);
    if (!engine) {
      std::fprintf(stderr, "%s\n", engine.error().message.c_str());
      std::exit(1);
    }
    return std::move(*engine);
  }

  protocol::SignedOrder new_order() const {
    const auto facts = read_torrent(sample_.torrent).value();
    protocol::ServeOrder order;
    order.id = OrderId::from_bytes(crypto::random_bytes(16)).value();
    order.content = facts.content;
    order.owner = "bench";
    order.sender = source_key_.public_key();
    order.receiver = receiver_key_.public_key();
    order.ranges = {{0, facts.pieces}};
    order.byte_limit = ByteCount{sample_.size + (64ll << 20)};
    order.ack_window = ByteCount{protocol::kDefaultAckWindow};
    order.not_before = clock_.now() - seconds(1);
    order.not_after = clock_.now() + hours(1);
    return protocol::sign_order(tracker_, order);
  }

  void from_source(const TransferEvent& event) {
    if (const auto* accepted = std::get_if<OrderAccepted>(&event)) book_->order_accepted(*accepted);
    if (const auto* progress = std::get_if<ServeProgress>(&event)) book_->progressed(*progress);
    const std::lock_guard lock(mutex_);
    if (const auto* state = std::get_if<ContentState>(&event)) {
      source_ready_ = state->phase == ContentState::Phase::complete;
    }
    if (const auto* ended = std::get_if<ServeEnded>(&event)) {
      book_->order_ended(*ended);
      ended_ = *ended;
    }
    changed_.notify_all();
  }

  void from_receiver(const TransferEvent& event) {
    const std::lock_guard lock(mutex_);
    if (const auto* failed = std::get_if<SourceFailed>(&event)) problem_ = failed->message;
    const auto* state = std::get_if<ContentState>(&event);
    if (state == nullptr) return;
    if (state->phase == ContentState::Phase::complete && complete_at_ == 0) complete_at_ = clock_.now().value;
    if (state->phase == ContentState::Phase::failed) problem_ = state->message;
    changed_.notify_all();
  }

  void wait(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kDeadline, condition);
  }

  const Sample sample_;
  const std::filesystem::path folder_;
  const runtime::SystemClock clock_;
  const crypto::KeyPair tracker_ = crypto::KeyPair::generate();
  const crypto::KeyPair source_key_ = crypto::KeyPair::generate();
  crypto::KeyPair receiver_key_;
  runtime::EventLoop loop_{"app"};
  storage::StorageThread storage_;
  std::unique_ptr<receipts::OutboxStore> outbox_;
  std::optional<receipts::ReceiptBook> book_;
  std::thread thread_;
  std::unique_ptr<TransferEngine> source_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool source_ready_ = false;
  std::int64_t complete_at_ = 0;
  std::optional<ServeEnded> ended_;
  std::string problem_;
};

}  // namespace

std::unique_ptr<Contestant> make_waybill(const Sample& sample, const std::filesystem::path& folder) {
  return std::make_unique<Waybill>(sample, folder);
}

}  // namespace waybill::bench
