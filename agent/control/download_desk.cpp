#include "agent/control/download_desk.h"

#include <algorithm>

#include <fmt/core.h>

#include "common/protocol/delivery.h"
#include "common/runtime/log.h"

namespace waybill::control {

using library::EntryState;
using Phase = transfer::ContentState::Phase;

DownloadDesk::DownloadDesk(Needs needs) : needs_(std::move(needs)) {}

void DownloadDesk::begin() {
  for (const auto& [content, shelved] : needs_.shelf.items()) {
    if (shelved.entry.state != EntryState::downloading) continue;
    if (shelved.state.phase == Phase::failed) continue;  // told already, by name
    open_item(shelved, true);
    WAYBILL_INFO("download", "going on with an unfinished download content={} path={}", content.brief(),
                 shelved.entry.path.string());
  }
}

DownloadDesk::Item& DownloadDesk::open_item(const library::ShelfItem& shelved, bool fetching) {
  auto& item = items_[shelved.entry.content];
  item = Item{};
  item.download.content = shelved.entry.content;
  item.download.began = needs_.clock.now();
  item.download.state = shelved.state;
  item.download.piece_length = shelved.piece_length;
  item.fetching = fetching;
  return item;
}

void DownloadDesk::attach(Item& item, const Watcher& watcher) {
  item.watchers.push_back(watcher);
  item.attended = true;
}

DownloadView DownloadDesk::view(const Item& item) const {
  const auto* shelved = needs_.shelf.find(item.download.content);
  auto view = view_of(item.download, shelved ? shelved->entry.path : std::filesystem::path(), needs_.clock.now());
  if (const auto trouble = needs_.tracker_trouble(); !trouble.empty() && !has_live_source(item.download)) {
    view.note = trouble;
  }
  return view;
}

// --- the tracker's side

void DownloadDesk::want(Item& item) {
  const auto& state = item.download.state;
  if (!item.fetching || state.phase != Phase::downloading) return;
  const auto* shelved = needs_.shelf.find(item.download.content);
  const bool sequential = shelved != nullptr && shelved->entry.sequential;
  if (needs_.tell_tracker(protocol::Want{item.download.content, state.pieces_held, sequential})) {
    item.asked_at = needs_.clock.now();
  }
}

void DownloadDesk::connected() {
  for (auto& [content, item] : items_) want(item);
  for (const auto& [content, shelved] : needs_.shelf.items()) {
    if (!shelved.entry.delivery.empty()) needs_.tell_tracker(protocol::Done{content, shelved.entry.delivery});
  }
}

void DownloadDesk::take(const protocol::Sources& sources) {
  const auto found = items_.find(sources.content);
  if (found == items_.end()) return;  // ended while the message was under way
  auto& item = found->second;
  item.directed = true;
  for (const auto& source : sources.orders) {
    auto order = protocol::open_order(source.order, needs_.enrollment.tracker_key);
    if (!order || order->order.receiver != needs_.key.public_key() || order->order.content != sources.content) {
      WAYBILL_WARN("download", "the tracker named a source with an order that is not for this download: {}",
                   order ? "another receiver or content" : order.error().message);
      continue;
    }
    add_source(item.download, order->order, source);
    WAYBILL_INFO("download", "source content={} order={} from={} at={} isp={} {}{}", sources.content.brief(),
                 order->order.id.brief(), order->order.sender.brief(), source.source.str(),
                 source.source_isp.empty() ? "-" : source.source_isp, source.on_net ? "on-net" : "off-net",
                 source.cdn_node ? " CDN node" : "");
    needs_.engine.add_source(std::move(*order), source.source, source.dial);
  }
}

void DownloadDesk::take(const protocol::Refused& refused) {
  const bool hopeless =
      refused.reason == protocol::Refusal::content_unknown || refused.reason == protocol::Refusal::content_removed;
  const auto found = items_.find(*refused.content);
  if (found == items_.end()) {
    if (hopeless) drop_delivery(*refused.content);
    return;
  }
  if (hopeless) {
    return fail_item(*refused.content, Error{ErrorKind::refused, false,
                                             fmt::format("the tracker refuses this content: {}", refused.message)});
  }
  if (found->second.download.note != refused.message) {
    WAYBILL_WARN("download", "no source at this moment: {}. content={}", refused.message, refused.content->brief());
  }
  found->second.download.note = refused.message;
  // A tracker that forgot the request (it was restarted) is asked again at once; one that knows of no source, later.
  if (std::exchange(found->second.directed, false)) want(found->second);
}

void DownloadDesk::drop_delivery(const ContentId& content) {
  const auto* shelved = needs_.shelf.find(content);
  if (shelved == nullptr || shelved->entry.delivery.empty()) return;
  WAYBILL_WARN("download",
               "the tracker will not record this delivery: it does not know the content any more. content={}",
               content.brief());
  take(protocol::DoneRecorded{content});
}

void DownloadDesk::take(const protocol::DoneRecorded& recorded) {
  const auto* shelved = needs_.shelf.find(recorded.content);
  if (shelved == nullptr || shelved->entry.delivery.empty()) return;
  auto entry = shelved->entry;
  entry.delivery.clear();
  needs_.shelf.update(entry, [](const Status& stored) {
    // It is told again at the next start, which the tracker counts once.
    if (!stored) WAYBILL_WARN("download", "{}", stored.error().message);
  });
}

void DownloadDesk::take_revoked(const OrderId& order) {
  for (auto& [content, item] : items_) control::take_revoked(item.download, order);
}

bool DownloadDesk::all_recorded() const {
  const auto& items = needs_.shelf.items();
  return std::none_of(items.begin(), items.end(), [](const auto& i) { return !i.second.entry.delivery.empty(); });
}

// --- the engine's side

void DownloadDesk::take(const transfer::ContentState& state) {
  if (state.phase != Phase::checking) {
    if (auto waiting = after_check_.extract(state.content)) {
      for (const auto& request : waiting.mapped()) request();
    }
  }
  const auto found = items_.find(state.content);
  if (found == items_.end()) return;
  auto& item = found->second;
  const auto before = item.download.state.phase;
  control::take(item.download, state);
  if (state.phase == Phase::complete) return complete(item);
  if (state.phase == Phase::failed) {
    return fail_item(state.content, Error{ErrorKind::failed, false, state.message});
  }
  if (state.phase == Phase::downloading && before != Phase::downloading) want(item);
}

void DownloadDesk::take(const transfer::FetchProgress& progress) {
  const auto found = items_.find(progress.content);
  if (found != items_.end()) control::take(found->second.download, progress);
}

void DownloadDesk::take(const transfer::FetchEnded& ended) {
  const auto found = items_.find(ended.content);
  if (found == items_.end()) return;
  control::take(found->second.download, ended);
  if (found->second.finished && !has_live_source(found->second.download)) conclude(ended.content);
}

void DownloadDesk::take(const transfer::SourceFailed& failed) {
  const auto found = items_.find(failed.content);
  if (found == items_.end()) return;
  auto& item = found->second;
  const auto message = control::take(item.download, failed);
  if (!message) return;
  const auto [known, first] = item.reported.try_emplace(failed.order, failed.fault);
  if (!first && known->second == failed.fault && !failed.final) return;
  known->second = failed.fault;
  WAYBILL_WARN("download", "source failed: {}{}. content={} order={}", failed.message,
               failed.final ? "; it is given up" : "", failed.content.brief(), failed.order.brief());
  needs_.tell_tracker(*message);
}

void DownloadDesk::complete(Item& item) {
  const auto content = item.download.content;
  const auto* shelved = needs_.shelf.find(content);
  if (item.finished || shelved == nullptr) return;
  item.finished = true;
  auto entry = shelved->entry;
  entry.state = EntryState::complete;
  entry.completed = needs_.clock.now();
  if (item.fetching) {
    const protocol::Delivery delivery{content, needs_.key.public_key(), entry.size, entry.started, entry.completed};
    entry.delivery = protocol::sign_delivery(needs_.key, delivery);
  }
  // Durable before the tracker hears of it; then told until it is recorded, on every connection.
  needs_.shelf.update(entry, [this, entry](const Status& stored) {
    if (!stored) WAYBILL_WARN("download", "the end of a download is not durable: {}", stored.error().message);
    if (!entry.delivery.empty()) needs_.tell_tracker(protocol::Done{entry.content, entry.delivery});
  });
  if (!has_live_source(item.download)) return conclude(content);
  item.last_words = needs_.loop.after(kLastWordsTimeout, [this, content] { conclude(content); });
}

void DownloadDesk::conclude(const ContentId& content) {
  const auto found = items_.find(content);
  if (found == items_.end()) return;
  const auto result = view(found->second);
  WAYBILL_INFO("download",
               "download complete content={} path={} bytes={} from_peers={} from_cdn={} on_net={} seconds={}",
               content.brief(), result.path.string(), result.size, result.bytes_from_peers, result.bytes_from_cdn,
               result.bytes_on_net, result.milliseconds / 1000);
  end_item(content, result);
}

void DownloadDesk::fail_item(const ContentId& content, const Error& error) {
  const auto found = items_.find(content);
  if (found == items_.end()) return;
  WAYBILL_WARN("download", "download ended: {}. content={}", error.message, content.brief());
  if (found->second.fetching) {
    needs_.tell_tracker(protocol::GiveUp{content});
    needs_.shelf.pause(content);
    return end_item(content, tl::make_unexpected(error));
  }
  const auto* shelved = needs_.shelf.find(content);
  const auto path = shelved ? shelved->entry.path.string() : std::string();
  needs_.shelf.remove(content, [](const Status&) {});
  end_item(content, refuse(fmt::format(
                        "{} exists and is another file: name another with -o, or replace it with --force", path)));
}

void DownloadDesk::end_item(const ContentId& content, const Result<DownloadView>& result) {
  const auto found = items_.find(content);
  if (found == items_.end()) return;
  const auto watchers = std::move(found->second.watchers);
  items_.erase(found);
  for (const auto& watcher : watchers) watcher->ended(result);
}

// --- each second

void DownloadDesk::tick() {
  sweep();
  const auto now = needs_.clock.now();
  for (auto& [content, item] : items_) {
    const auto seen = view(item);
    for (const auto& watcher : item.watchers) watcher->progressed(seen);
    if (!item.fetching || item.download.state.phase != Phase::downloading) continue;
    if (item.directed) needs_.tell_tracker(progress_message(item.download));
    const bool needs_direction = !item.directed || !has_live_source(item.download);
    if (needs_direction && now - item.asked_at >= kAskAgainInterval) want(item);
  }
}

void DownloadDesk::sweep() {
  std::vector<ContentId> left;
  for (auto& [content, item] : items_) {
    std::erase_if(item.watchers, [](const Watcher& watcher) { return watcher->gone(); });
    if (item.attended && item.watchers.empty() && !item.finished) left.push_back(content);
  }
  for (const auto& content : left) {
    WAYBILL_INFO("download", "download interrupted by its user; it goes on at the next get. content={}",
                 content.brief());
    const bool fetching = items_.at(content).fetching;
    items_.erase(content);
    if (!fetching) {
      needs_.shelf.remove(content, [](const Status&) {});
      continue;
    }
    needs_.tell_tracker(protocol::GiveUp{content});
    needs_.shelf.pause(content);
  }
}

std::vector<DownloadView> DownloadDesk::views() const {
  std::vector<DownloadView> views;
  for (const auto& [content, item] : items_) views.push_back(view(item));
  return views;
}

}  // namespace waybill::control
