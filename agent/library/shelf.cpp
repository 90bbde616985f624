#include "agent/library/shelf.h"

#include <algorithm>

#include <fmt/core.h>

#include "common/protocol/limits.h"
#include "common/runtime/log.h"

namespace waybill::library {

namespace {

using Phase = transfer::ContentState::Phase;

transfer::ContentMode mode_of(EntryState state) {
  const bool whole = state == EntryState::published || state == EntryState::complete;
  return whole ? transfer::ContentMode::seed : transfer::ContentMode::download;
}

std::int64_t offered(const ShelfItem& item) {
  return item.state.phase == Phase::failed || item.entry.state == EntryState::paused ? 0 : item.state.pieces_held;
}

}  // namespace

Shelf::Shelf(Needs needs) : needs_(std::move(needs)) {}

void Shelf::begin(std::vector<LibraryEntry> entries) {
  for (auto& entry : entries) {
    auto& item = items_[entry.content];
    item.entry = std::move(entry);
    item.state.content = item.entry.content;
    if (item.entry.state == EntryState::paused) continue;
    auto torrent = needs_.storage.call_and_wait<Result<ByteString>>(
        [this, &item] { return needs_.store.torrent(item.entry.content); });
    auto added = torrent ? to_engine(item, std::move(*torrent)) : Status(tl::make_unexpected(torrent.error()));
    if (added) continue;
    item.state.phase = Phase::failed;
    item.state.message = added.error().message;
    WAYBILL_WARN("library", "content is not offered: {}. content={} path={}", added.error().message,
                 item.entry.content.brief(), item.entry.path.string());
  }
}

Status Shelf::to_engine(ShelfItem& item, ByteString torrent) {
  auto facts = transfer::read_torrent(torrent);
  if (!facts) return pass_on(facts);
  item.piece_length = facts->piece_length;
  item.state.content = facts->content;
  item.state.pieces_total = facts->pieces;
  item.state.size = facts->size;
  item.state.phase = Phase::checking;
  item.state.message.clear();
  auto added = needs_.engine.add_content(std::move(torrent), item.entry.path, mode_of(item.entry.state));
  if (!added) return pass_on(added);
  if (item.entry.sequential) needs_.engine.set_sequential(item.entry.content, true);
  return {};
}

void Shelf::add(LibraryEntry entry, ByteString torrent, std::function<void(Status)> done) {
  if (items_.size() >= protocol::kMaxLibraryEntries && !items_.contains(entry.content)) {
    return done(refuse(fmt::format("the library is full: it holds {} contents", items_.size())));
  }
  auto kept = std::make_shared<const ByteString>(std::move(torrent));
  auto* store = &needs_.store;
  needs_.storage.call<Status>([store, entry, kept] { return store->add(entry, *kept); },
                              [this, entry, kept, done = std::move(done)](Status stored) {
                                if (!stored) return done(stored);
                                auto& item = items_[entry.content];
                                item.entry = entry;
                                auto added = to_engine(item, *kept);
                                if (added) return done({});
                                const auto error = added.error();
                                remove(entry.content, [done, error](Status) { done(tl::make_unexpected(error)); });
                              });
}

void Shelf::resume(const ContentId& content, std::function<void(Status)> done) {
  auto* store = &needs_.store;
  needs_.storage.call<Result<ByteString>>([store, content] { return store->torrent(content); },
                                          [this, content, done = std::move(done)](Result<ByteString> torrent) {
                                            auto* item = find(content);
                                            if (!torrent) return done(pass_on(torrent));
                                            if (item == nullptr) return done(fail("the content was removed meanwhile"));
                                            item->entry.state = EntryState::downloading;
                                            if (auto added = to_engine(*item, std::move(*torrent)); !added) {
                                              item->entry.state = EntryState::paused;
                                              return done(added);
                                            }
                                            update(item->entry, done);
                                          });
}

void Shelf::update(const LibraryEntry& entry, std::function<void(Status)> done) {
  if (auto* item = find(entry.content)) item->entry = entry;
  auto* store = &needs_.store;
  needs_.storage.call<Status>([store, entry] { return store->update(entry); }, std::move(done));
}

void Shelf::pause(const ContentId& content) {
  auto* item = find(content);
  if (item == nullptr) return;
  needs_.engine.remove_content(content, false);
  auto entry = item->entry;
  entry.state = EntryState::paused;
  update(entry, [content](const Status& stored) {
    if (!stored) WAYBILL_WARN("library", "{}. content={}", stored.error().message, content.brief());
  });
  announce(*item, true);
}

void Shelf::remove(const ContentId& content, std::function<void(Status)> done) {
  if (auto* item = find(content)) {
    needs_.engine.remove_content(content, false);
    item->state.phase = Phase::failed;  // nothing is held of it
    announce(*item, true);
    items_.erase(content);
  }
  auto* store = &needs_.store;
  needs_.storage.call<Status>([store, content] { return store->remove(content); }, std::move(done));
}

ShelfItem* Shelf::find(const ContentId& content) {
  const auto found = items_.find(content);
  return found == items_.end() ? nullptr : &found->second;
}

ShelfItem* Shelf::state_changed(const transfer::ContentState& state) {
  auto* item = find(state.content);
  if (item == nullptr || item->entry.state == EntryState::paused) return nullptr;
  const bool phase_changed = item->state.phase != state.phase;
  if (phase_changed && state.phase == Phase::failed) {
    WAYBILL_WARN("library", "content cannot be used: {}. content={} path={}", state.message, state.content.brief(),
                 item->entry.path.string());
  }
  item->state = state;
  announce(*item, phase_changed && state.phase != Phase::checking);
  return item;
}

std::vector<protocol::HeldContent> Shelf::held() const {
  std::vector<protocol::HeldContent> held;
  for (const auto& [content, item] : items_) {
    if (offered(item) > 0) held.push_back({content, offered(item), item.state.pieces_total});
  }
  return held;
}

void Shelf::announced_by_hello() {
  for (auto& [content, item] : items_) item.announced = offered(item);
}

void Shelf::announce_changes() {
  for (auto& [content, item] : items_) announce(item, false);
}

void Shelf::announce(ShelfItem& item, bool at_once) {
  const auto pieces = offered(item);
  if (pieces == item.announced || (pieces == 0 && item.announced < 0)) return;
  const auto now = needs_.clock.monotonic();
  if (!at_once && item.announced >= 0 && now - item.announced_at < kAnnounceInterval) return;
  const protocol::LibraryUpdate update{{item.entry.content, pieces, item.state.pieces_total}};
  if (!needs_.tell_tracker(update)) return;
  item.announced = pieces;
  item.announced_at = now;
}

}  // namespace waybill::library
