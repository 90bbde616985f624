#pragma once
// Engines of several agents in one process, on loopback addresses of their own, and a tracker's key to sign orders
// with. The app's loop runs on a thread; what the engines tell is kept for the tests to look at.
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "agent/transfer/torrent_file.h"
#include "agent/transfer/transfer_engine.h"

namespace waybill::transfer::rig {

inline constexpr auto kDeadline = std::chrono::seconds(60);

class Rig;

// One agent: its key, its engine, its folder, and all it has told.
class Agent {
 public:
  Agent(Rig& rig, std::string name, std::string address);
  ~Agent();

  void start(std::function<void(TransferOptions&)> adjust = {});
  void stop();  // in good order
  bool running() const { return engine_ != nullptr; }
  TransferEngine& engine() { return *engine_; }
  const crypto::KeyPair& key() const { return key_; }
  Endpoint endpoint() const;
  IpAddress address() const { return address_; }
  const std::filesystem::path& folder() const { return folder_; }
  TransferCounters counters();

  // The latest or all events of a kind, oldest first.
  template <typename Event>
  std::vector<Event> all() const;
  template <typename Event>
  std::optional<Event> last() const;
  std::optional<ContentState> state() const { return last<ContentState>(); }
  AckedBytes acked(const OrderId& order) const;  // as sender, from the latest ServeProgress or ServeEnded
  SentBytes sent(const OrderId& order) const;
  void forget_events();

 private:
  Rig& rig_;
  const std::string name_;
  const IpAddress address_;
  const crypto::KeyPair key_ = crypto::KeyPair::generate();
  std::filesystem::path folder_;
  std::unique_ptr<TransferEngine> engine_;
  std::vector<TransferEvent> events_;  // under the rig's lock
};

struct SampleContent {
  std::filesystem::path file;
  ByteString torrent;
  TorrentFacts facts;
};

struct OrderTerms {
  std::vector<protocol::PieceRange> ranges;  // empty: the whole content
  std::int64_t byte_limit = 0;               // 0: the ranges' bytes and a quarter
  std::int64_t rate_limit = 0;
  std::int64_t ack_window = 4 << 20;
  DurationMs lifetime = minutes(10);
};

class Rig {
 public:
  Rig();
  ~Rig();
  SampleContent content(std::int64_t size, unsigned seed = 1);
  protocol::SignedOrder order(const SampleContent& content, const Agent& sender, const AgentKey& receiver,
                              const OrderTerms& terms = {});
  // A sender that holds the content and is willing; returns when it is ready.
  void seed(Agent& agent, const SampleContent& content);
  // True as soon as `condition` holds; false after the deadline. Looks whenever an event comes, and now and then.
  bool eventually(const std::function<bool()>& condition) const;

  const crypto::KeyPair tracker = crypto::KeyPair::generate();
  const runtime::SystemClock clock;
  const std::filesystem::path folder;
  runtime::EventLoop loop{"main"};
  mutable std::mutex mutex;
  mutable std::condition_variable changed;

 private:
  std::thread thread_;
};

protocol::SharingState willing(std::int64_t upload_cap = 0, int slots = 8);
std::uint64_t file_hash(const std::filesystem::path& file);
bool complete(const Agent& agent);
// The agent wants the content.
void fetch(Agent& agent, const SampleContent& content);
std::filesystem::path download_path(const Agent& agent, const SampleContent& content);

template <typename Event>
std::vector<Event> Agent::all() const {
  const std::lock_guard lock(rig_.mutex);
  std::vector<Event> found;
  for (const auto& event : events_) {
    if (const auto* match = std::get_if<Event>(&event)) found.push_back(*match);
  }
  return found;
}

template <typename Event>
std::optional<Event> Agent::last() const {
  const std::lock_guard lock(rig_.mutex);
  for (auto at = events_.rbegin(); at != events_.rend(); ++at) {
    if (const auto* match = std::get_if<Event>(&*at)) return *match;
  }
  return std::nullopt;
}

}  // namespace waybill::transfer::rig
