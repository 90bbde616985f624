#include "tests/flow/transfer/transfer_rig.h"

#include <fstream>
#include <random>

#include <doctest/doctest.h>
#include <unistd.h>

#include "common/crypto/digest.h"

namespace waybill::transfer::rig {

namespace {

std::filesystem::path make_folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "waybill-transfer-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  return pattern;
}

std::int64_t bytes_of(const TorrentFacts& facts, const protocol::PieceRange& range) {
  const auto end = std::min(facts.size.value, (range.first + range.count) * facts.piece_length.value);
  return end - range.first * facts.piece_length.value;
}

}  // namespace

Agent::Agent(Rig& rig, std::string name, std::string address)
    : rig_(rig), name_(std::move(name)), address_(IpAddress::parse(address).value()), folder_(rig.folder / name_) {}

Agent::~Agent() { stop(); }

void Agent::start(std::function<void(TransferOptions&)> adjust) {
  TransferOptions options;
  options.own_key = key_;
  options.tracker_key = rig_.tracker.public_key();
  options.listen = {address_, 0};
  options.state_dir = folder_ / "state";
  if (adjust) adjust(options);
  auto engine = TransferEngine::start(
      options, rig_.clock,
      [this](TransferEvent event) {
        const std::lock_guard lock(rig_.mutex);
        events_.push_back(std::move(event));
        rig_.changed.notify_all();
      },
      rig_.loop);
  REQUIRE_MESSAGE(engine, (engine ? "" : engine.error().message));
  engine_ = std::move(*engine);
}

void Agent::stop() {
  if (!engine_) return;
  engine_->stop();
  engine_.reset();
}

Endpoint Agent::endpoint() const { return {address_, engine_->port()}; }

TransferCounters Agent::counters() {
  TransferCounters result;
  bool ready = false;
  engine_->read_counters([&](TransferCounters counters) {
    const std::lock_guard lock(rig_.mutex);
    result = counters;
    ready = true;
    rig_.changed.notify_all();
  });
  std::unique_lock lock(rig_.mutex);
  REQUIRE(rig_.changed.wait_for(lock, kDeadline, [&] { return ready; }));
  return result;
}

AckedBytes Agent::acked(const OrderId& order) const {
  AckedBytes latest;
  for (const auto& each : all<ServeProgress>()) {
    if (each.order == order) latest = each.acked;
  }
  for (const auto& each : all<ServeEnded>()) {
    if (each.last.order == order) latest = each.last.acked;
  }
  return latest;
}

SentBytes Agent::sent(const OrderId& order) const {
  SentBytes latest;
  for (const auto& each : all<ServeProgress>()) {
    if (each.order == order) latest = each.sent;
  }
  for (const auto& each : all<ServeEnded>()) {
    if (each.last.order == order) latest = each.last.sent;
  }
  return latest;
}

void Agent::forget_events() {
  const std::lock_guard lock(rig_.mutex);
  events_.clear();
}

Rig::Rig() : folder(make_folder()), thread_([this] { loop.run(); }) {}

Rig::~Rig() {
  loop.stop();
  thread_.join();
  std::filesystem::remove_all(folder);
}

SampleContent Rig::content(std::int64_t size, unsigned seed) {
  SampleContent content;
  content.file = folder / ("content-" + std::to_string(seed) + ".bin");
  std::mt19937_64 random(seed);
  std::ofstream out(content.file, std::ios::binary);
  ByteString chunk;
  for (std::int64_t left = size; left > 0;) {
    chunk.resize(static_cast<std::size_t>(std::min<std::int64_t>(left, 1 << 20)));
    for (std::size_t i = 0; i + 8 <= chunk.size(); i += 8) {
      const auto word = random();
      std::memcpy(chunk.data() + i, &word, 8);
    }
    out.write(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    left -= static_cast<std::int64_t>(chunk.size());
  }
  out.close();
  content.torrent = make_torrent(content.file).value();
  content.facts = read_torrent(content.torrent).value();
  return content;
}

protocol::SignedOrder Rig::order(const SampleContent& content, const Agent& sender, const AgentKey& receiver,
                                 const OrderTerms& terms) {
  protocol::ServeOrder order;
  order.id = OrderId::from_bytes(crypto::random_bytes(16)).value();
  order.content = content.facts.content;
  order.owner = "owner";
  order.sender = sender.key().public_key();
  order.receiver = receiver;
  order.ranges = terms.ranges;
  if (order.ranges.empty()) order.ranges.push_back({0, content.facts.pieces});
  std::int64_t bytes = 0;
  for (const auto& range : order.ranges) bytes += bytes_of(content.facts, range);
  order.byte_limit = ByteCount{terms.byte_limit > 0 ? terms.byte_limit : bytes + bytes / 4};
  order.rate_limit = ByteRate{terms.rate_limit};
  order.ack_window = ByteCount{terms.ack_window};
  order.not_before = clock.now() - seconds(5);
  order.not_after = clock.now() + terms.lifetime;
  return protocol::sign_order(tracker, order);
}

void Rig::seed(Agent& agent, const SampleContent& content) {
  agent.engine().set_sharing(willing());
  REQUIRE(agent.engine().add_content(content.torrent, content.file, ContentMode::seed));
  REQUIRE(eventually([&] { return agent.state() && agent.state()->phase == ContentState::Phase::complete; }));
}

bool Rig::eventually(const std::function<bool()>& condition) const {
  const auto until = std::chrono::steady_clock::now() + kDeadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::unique_lock lock(mutex);
    changed.wait_for(lock, std::chrono::milliseconds(20));
  }
  return true;
}

protocol::SharingState willing(std::int64_t upload_cap, int slots) {
  protocol::SharingState sharing;
  sharing.consented = true;
  sharing.upload_cap = ByteRate{upload_cap};
  sharing.upload_slots = slots;
  return sharing;
}

std::uint64_t file_hash(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const ByteString bytes{std::istreambuf_iterator<char>(in), {}};
  return std::hash<ByteString>{}(bytes);
}

bool complete(const Agent& agent) { return agent.state() && agent.state()->phase == ContentState::Phase::complete; }

void fetch(Agent& agent, const SampleContent& content) {
  REQUIRE(agent.engine().add_content(content.torrent, download_path(agent, content), ContentMode::download));
}

std::filesystem::path download_path(const Agent& agent, const SampleContent& content) {
  return agent.folder() / "downloads" / content.facts.name;
}

}  // namespace waybill::transfer::rig
