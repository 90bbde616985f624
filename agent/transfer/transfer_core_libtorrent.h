#pragma once
// The engine's inside, owned by its loop's thread: libtorrent's session on the loop's io_context, and the desks that
// share it. Everything here is touched on that thread only.
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include <libtorrent/session.hpp>

#include "agent/transfer/content_libtorrent.h"
#include "agent/transfer/dialer_libtorrent.h"
#include "agent/transfer/fetch_desk_libtorrent.h"
#include "agent/transfer/rate_classes_libtorrent.h"
#include "agent/transfer/serve_desk_libtorrent.h"
#include "agent/transfer/transfer_engine.h"
#include "common/runtime/worker_thread.h"

namespace waybill::transfer {

class PeerChannel;

class TransferCore {
 public:
  TransferCore(TransferOptions options, const runtime::Clock& clock, runtime::EventLoop& loop,
               std::function<void(TransferEvent)> emit);
  ~TransferCore();
  TransferCore(const TransferCore&) = delete;
  TransferCore& operator=(const TransferCore&) = delete;

  // Opens the session; `opened` is called once, with the port or why there is none.
  void open(std::function<void(Result<std::uint16_t>)> opened);
  // Asks for nothing more, waits for what is on its way, signs for it, and calls `closed` when the session is closed:
  // within kLastBlocks + kLastWords and a tick. The io_context must then be run until it is out of work; after that,
  // finish() may write what was known of the files.
  void close(std::function<void()> closed);
  void finish();
  bool stopping() const { return static_cast<bool>(when_closed_); }

  void set_sharing(const protocol::SharingState& sharing);
  TransferCounters counters() const;

  // What the desks and the channels share.
  const TransferOptions& options() const { return options_; }
  const runtime::Clock& clock() const { return clock_; }
  TimeMs now() const { return clock_.now(); }
  DurationMs monotonic() const { return clock_.monotonic(); }
  void emit(TransferEvent event) { emit_(std::move(event)); }
  runtime::EventLoop& loop() { return loop_; }
  lt::session& session() { return *session_; }
  bool closed() const { return session_ == nullptr; }
  runtime::WorkerThread& files() { return files_; }
  ContentShelf& shelf() { return shelf_; }
  ServeDesk& serving() { return serving_; }
  FetchDesk& fetching() { return fetching_; }
  RateClasses& rates() { return rates_; }
  Dialer& dialer() { return dialer_; }
  int upload_slots() const { return upload_slots_; }
  int slots_used() const;  // connections that are served, of agents and of stock clients
  TransferCounters& tally() { return tally_; }

  void channel_opened(PeerChannel* channel);
  void channel_closed(PeerChannel* channel);
  const std::vector<PeerChannel*>& channels() const { return channels_; }

 private:
  void pop_alerts();
  void on_alert(const lt::alert& alert);
  void tick();
  void arm_tick(DurationMs delay);
  void wait_for_last_blocks(DurationMs since);
  void last_words();

  const TransferOptions options_;
  const runtime::Clock& clock_;
  runtime::EventLoop& loop_;
  const std::function<void(TransferEvent)> emit_;
  std::function<void(Result<std::uint16_t>)> opened_;
  runtime::WorkerThread files_{"files", 1024};
  int upload_slots_ = 8;
  TransferCounters tally_;
  std::vector<PeerChannel*> channels_;
  ContentShelf shelf_;
  ServeDesk serving_;
  FetchDesk fetching_;
  RateClasses rates_;
  Dialer dialer_;
  std::unique_ptr<lt::session> session_;
  lt::session_proxy closing_;  // keeps libtorrent's inside until the io_context is out of work
  bool alerts_posted_ = false;
  DurationMs second_at_{};
  runtime::Timer timer_;
  std::function<void()> when_closed_;
  runtime::Timer closing_timer_;
};

// How often the desks look after their clocks: while somebody is connected or sought, and otherwise.
inline constexpr DurationMs kBusyTick{100};
inline constexpr DurationMs kIdleTick = seconds(1);
// When it closes: how long what was asked for may still arrive, and how long the last acknowledgements have to leave.
inline constexpr DurationMs kLastBlocks{500};
inline constexpr DurationMs kLastWords{200};

}  // namespace waybill::transfer
