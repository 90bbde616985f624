// How a `get` becomes a download: the part of DownloadDesk (download_desk.h) before the first byte.
#include <algorithm>

#include <fmt/core.h>

#include "agent/control/content_request.h"
#include "agent/control/download_desk.h"
#include "agent/control/output_file.h"
#include "agent/control/tracker_client.h"
#include "common/runtime/log.h"

namespace waybill::control {

using library::EntryState;
using Phase = transfer::ContentState::Phase;

namespace {

Status copy_content(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::copy_file(from, to, error);
  if (!error) return {};
  return fail(fmt::format("cannot copy {} to {}: {}", from.string(), to.string(), error.message()));
}

}  // namespace

void DownloadDesk::get(GetRequest request, std::shared_ptr<DownloadWatcher> watcher) {
  needs_.loop.assert_owner();
  const PageAccess pages{needs_.bind, {request.ca_file.empty() ? needs_.ca_file : request.ca_file}};
  resolve_content(needs_.loop, request.url, needs_.enrollment, pages,
                  [this, request, watcher](Result<ContentId> content) {
                    if (watcher->gone()) return;
                    if (!content) return watcher->ended(pass_on(content));
                    resolved(request, watcher, *content);
                  });
}

void DownloadDesk::resolved(const GetRequest& request, const Watcher& watcher, const ContentId& content) {
  if (auto* shelved = needs_.shelf.find(content)) return get_known(request, watcher, *shelved);
  if (items_.size() >= kMaxDownloads) {
    return watcher->ended(refuse(fmt::format("{} downloads run already: wait for one to end", items_.size())));
  }
  get_new(request, watcher, content);
}

void DownloadDesk::get_known(const GetRequest& request, const Watcher& watcher, library::ShelfItem& shelved) {
  const auto& entry = shelved.entry;
  const auto target = choose_output(request.output, request.folder, entry.name);
  const bool unfinished = entry.state == EntryState::downloading || entry.state == EntryState::paused;
  if (unfinished && !request.output.empty() && target != entry.path) {
    return watcher->ended(
        refuse(fmt::format("this content is being fetched to {}: leave out -o to join it", entry.path.string())));
  }
  if (entry.state == EntryState::paused) return resume(request, watcher, shelved);
  if (const auto found = items_.find(entry.content); found != items_.end()) return attach(found->second, watcher);
  if (entry.state == EntryState::downloading && shelved.state.phase != Phase::failed) {
    auto& item = open_item(shelved, true);
    attach(item, watcher);
    return want(item);
  }
  if (shelved.state.phase == Phase::complete && std::filesystem::exists(entry.path)) {
    return copy_complete(target, watcher, shelved);
  }
  if (shelved.state.phase == Phase::checking) {
    after_check_[entry.content].push_back([this, request, watcher, content = entry.content] {
      if (!watcher->gone()) resolved(request, watcher, content);
    });
    return;
  }
  // The file has gone or cannot be used: what is known of it is worth nothing.
  const auto content = entry.content;
  WAYBILL_INFO("download", "the file of a held content has gone: it is fetched anew content={} path={}",
               content.brief(), entry.path.string());
  needs_.shelf.remove(content, [this, request, watcher, content](const Status& removed) {
    if (!removed) return watcher->ended(tl::make_unexpected(removed.error()));
    get_new(request, watcher, content);
  });
}

void DownloadDesk::copy_complete(const std::filesystem::path& target, const Watcher& watcher,
                                 const library::ShelfItem& shelved) {
  Download here;
  here.content = shelved.entry.content;
  here.state = shelved.state;
  here.piece_length = shelved.piece_length;
  here.began = needs_.clock.now();
  auto result = view_of(here, target, here.began);
  const auto source = shelved.entry.path;
  if (target == source) return watcher->ended(result);
  auto place = prepare_output(target, shelved.entry.size, false);
  if (!place) return watcher->ended(pass_on(place));
  if (*place == Place::occupied) {
    return watcher->ended(
        refuse(fmt::format("{} exists already, and {} holds this content: remove the first or name "
                           "another with -o",
                           target.string(), source.string())));
  }
  auto* loop = &needs_.loop;
  needs_.in_background([loop, source, target, watcher, result] {
    auto copied = copy_content(source, target);
    loop->post([copied, watcher, result] {
      if (copied) return watcher->ended(result);
      watcher->ended(tl::make_unexpected(copied.error()));
    });
  });
}

void DownloadDesk::resume(const GetRequest& request, const Watcher& watcher, library::ShelfItem& shelved) {
  const auto content = shelved.entry.content;
  shelved.entry.sequential = shelved.entry.sequential || request.sequential;
  // The item is there before the engine speaks of it.
  auto& item = open_item(shelved, true);
  item.download.state.phase = Phase::checking;
  attach(item, watcher);
  WAYBILL_INFO("download", "download resumed content={} path={}", content.brief(), shelved.entry.path.string());
  needs_.shelf.resume(content, [this, content](const Status& resumed) {
    if (!resumed) fail_item(content, resumed.error());
    const auto found = items_.find(content);
    const auto* resumed_item = needs_.shelf.find(content);
    if (found != items_.end() && resumed_item) found->second.download.piece_length = resumed_item->piece_length;
  });
}

void DownloadDesk::get_new(const GetRequest& request, const Watcher& watcher, const ContentId& content) {
  fetch_torrent(needs_.loop, needs_.enrollment, needs_.bind, content,
                [this, request, watcher](Result<ByteString> torrent) {
                  if (watcher->gone()) return;
                  if (!torrent) return watcher->ended(pass_on(torrent));
                  add(request, watcher, std::move(*torrent));
                });
}

void DownloadDesk::add(const GetRequest& request, const Watcher& watcher, ByteString torrent) {
  const auto facts = transfer::read_torrent(torrent);
  if (!facts) return watcher->ended(tl::make_unexpected(facts.error()));
  // Another `get` of the same content may have come first.
  if (auto* shelved = needs_.shelf.find(facts->content)) return get_known(request, watcher, *shelved);
  const auto path = choose_output(request.output, request.folder, facts->name);
  for (const auto& [content, shelved] : needs_.shelf.items()) {
    if (shelved.entry.path == path && shelved.entry.state != EntryState::complete) {
      return watcher->ended(
          refuse(fmt::format("{} belongs to another content of this agent: name another with -o", path.string())));
    }
  }
  const auto place = prepare_output(path, facts->size, request.force);
  if (!place) return watcher->ended(tl::make_unexpected(place.error()));
  if (!adding_.insert(facts->content).second) {
    return watcher->ended(fail_transient("this content is being requested already: try again in a moment"));
  }
  const bool fetching = *place == Place::free;
  library::LibraryEntry entry;
  entry.content = facts->content;
  entry.state = fetching ? EntryState::downloading : EntryState::complete;
  entry.path = path;
  entry.name = facts->name;
  entry.size = facts->size;
  entry.sequential = request.sequential;
  entry.started = needs_.clock.now();
  needs_.shelf.add(entry, std::move(torrent), [this, entry, fetching, watcher](const Status& added) {
    adding_.erase(entry.content);
    if (!added) return watcher->ended(tl::make_unexpected(added.error()));
    const auto* shelved = needs_.shelf.find(entry.content);
    if (shelved == nullptr) return watcher->ended(fail("the content was removed meanwhile"));
    attach(open_item(*shelved, fetching), watcher);
    WAYBILL_INFO("download", "download begun content={} path={} bytes={}", entry.content.brief(), entry.path.string(),
                 entry.size.value);
  });
}

}  // namespace waybill::control
