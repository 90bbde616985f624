#include <algorithm>

#include <libtorrent/alert_types.hpp>

#include "agent/transfer/peer_channel_libtorrent.h"
#include "agent/transfer/session_libtorrent.h"
#include "agent/transfer/stock_channel_libtorrent.h"
#include "agent/transfer/transfer_core_libtorrent.h"
#include "common/runtime/event_loop_asio.h"
#include "common/runtime/log.h"

namespace waybill::transfer {

TransferCore::TransferCore(TransferOptions options, const runtime::Clock& clock, runtime::EventLoop& loop,
                           std::function<void(TransferEvent)> emit)
    : options_(std::move(options)),
      clock_(clock),
      loop_(loop),
      emit_(std::move(emit)),
      shelf_(*this),
      serving_(*this, options_.own_key.public_key()),
      fetching_(*this),
      rates_(*this),
      dialer_(*this) {}

TransferCore::~TransferCore() = default;

void TransferCore::open(std::function<void(Result<std::uint16_t>)> opened) {
  opened_ = std::move(opened);
  try {
    session_ = std::make_unique<lt::session>(session_params_for(options_), loop_.impl().context);
  } catch (const std::exception& error) {
    return std::exchange(opened_, nullptr)(fail(std::string("cannot start libtorrent: ") + error.what()));
  }
  // Called with libtorrent's alert lock held, from whichever thread posts.
  session_->set_alert_notify([this] { loop_.post([this] { pop_alerts(); }); });
  arm_tick(kIdleTick);
}

void TransferCore::pop_alerts() {
  if (!session_) return;
  std::vector<lt::alert*> alerts;
  session_->pop_alerts(&alerts);
  for (const auto* alert : alerts) {
    on_alert(*alert);
    if (!session_) return;
  }
}

void TransferCore::on_alert(const lt::alert& alert) {
  if (const auto* listening = lt::alert_cast<lt::listen_succeeded_alert>(&alert)) {
    const bool tcp = listening->socket_type == lt::socket_type_t::tcp;
    limit_every_address(*session_);  // not earlier: libtorrent sets its own filter when its loop first runs
    if (opened_ && tcp) std::exchange(opened_, nullptr)(static_cast<std::uint16_t>(listening->port));
    return;
  }
  if (const auto* refused = lt::alert_cast<lt::listen_failed_alert>(&alert)) {
    const auto text = "cannot listen on " + options_.listen.str() + ": " + refused->error.message();
    if (opened_) return std::exchange(opened_, nullptr)(fail(text + "; choose another port or address"));
    return WAYBILL_WARN("transfer", "{}", text);
  }
  if (const auto* mapped = lt::alert_cast<lt::portmap_alert>(&alert)) {
    if (mapped->map_protocol != lt::portmap_protocol::tcp) return;
    return emit(PortForwarded{static_cast<std::uint16_t>(mapped->external_port)});
  }
  if (const auto* unmapped = lt::alert_cast<lt::portmap_error_alert>(&alert)) {
    return WAYBILL_INFO("transfer", "the gateway forwards no port: {}", unmapped->error.message());
  }
  if (const auto* dropped = lt::alert_cast<lt::alerts_dropped_alert>(&alert)) {
    return WAYBILL_ERROR("transfer", "libtorrent dropped alerts: {}", dropped->message());
  }
  shelf_.on_alert(alert);
}

void TransferCore::arm_tick(DurationMs delay) {
  timer_ = loop_.after(delay, [this] { tick(); });
}

void TransferCore::tick() {
  const auto now = clock_.now();
  const auto monotonic = clock_.monotonic();
  serving_.tick(now, monotonic);
  fetching_.tick(now, monotonic);
  dialer_.tick();
  shelf_.tick(monotonic);
  const auto channels = channels_;
  for (auto* channel : channels) {
    if (std::find(channels_.begin(), channels_.end(), channel) != channels_.end()) channel->look_at_clock(monotonic);
  }
  for (const auto& [id, content] : shelf_.all()) {
    const auto clients = content->stock_channels;
    for (auto* client : clients) {
      const auto& still = content->stock_channels;
      if (std::find(still.begin(), still.end(), client) != still.end()) client->look_at_clock(monotonic);
    }
  }
  if (monotonic - second_at_ >= seconds(1)) {
    second_at_ = monotonic;
    fetching_.second(now);
    shelf_.look_at_files();
  }
  const bool busy = !channels_.empty() || fetching_.busy() || serving_.book().size() > 0;
  arm_tick(busy ? kBusyTick : kIdleTick);
}

void TransferCore::channel_opened(PeerChannel* channel) {
  channels_.push_back(channel);
  if (channels_.size() == 1 && session_) arm_tick(kBusyTick);
}

void TransferCore::channel_closed(PeerChannel* channel) { std::erase(channels_, channel); }

int TransferCore::slots_used() const {
  auto used = std::count_if(channels_.begin(), channels_.end(), [](const auto* channel) { return channel->serving(); });
  for (const auto& [id, content] : shelf_.all()) {
    used += std::count_if(content->stock_channels.begin(), content->stock_channels.end(),
                          [](const auto* client) { return client->serving(); });
  }
  return static_cast<int>(used);
}

void TransferCore::set_sharing(const protocol::SharingState& sharing) {
  upload_slots_ = sharing.upload_slots;
  const auto cap = options_.upload_cap.value == 0  ? sharing.upload_cap
                   : sharing.upload_cap.value == 0 ? options_.upload_cap
                                                   : std::min(sharing.upload_cap, options_.upload_cap);
  session_->apply_settings(rate_settings(cap));
  serving_.set_sharing(sharing.consented);
}

TransferCounters TransferCore::counters() const {
  auto counters = tally_;
  counters.peers = static_cast<std::int64_t>(channels_.size());
  counters.serving = serving_.serving();
  for (const auto* order : const_cast<orders::OrderBook&>(serving_.book()).all())
    counters.queued += order->totals.queued;
  return counters;
}

void TransferCore::close(std::function<void()> closed) {
  if (when_closed_) return;
  when_closed_ = std::move(closed);
  wait_for_last_blocks(clock_.monotonic());
}

void TransferCore::wait_for_last_blocks(DurationMs since) {
  const bool waiting = std::any_of(channels_.begin(), channels_.end(),
                                   [](const PeerChannel* channel) { return channel->expects_blocks(); });
  if (!waiting || clock_.monotonic() - since >= kLastBlocks) return last_words();
  closing_timer_ = loop_.after(DurationMs{20}, [this, since] { wait_for_last_blocks(since); });
}

// What is signed for is what the records will say: from here on nothing is added to either.
void TransferCore::last_words() {
  timer_.cancel();
  shelf_.take_stock();
  fetching_.sign_everything();
  closing_timer_ = loop_.after(channels_.empty() ? DurationMs{0} : kLastWords, [this] {
    session_->set_alert_notify([] {});
    closing_ = session_->abort();
    session_.reset();
    when_closed_();
  });
}

void TransferCore::finish() {
  closing_ = {};
  shelf_.write_records();
}

}  // namespace waybill::transfer
