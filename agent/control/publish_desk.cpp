#include "agent/control/publish_desk.h"

#include <fmt/core.h>

#include "agent/control/tracker_client.h"
#include "agent/transfer/torrent_file.h"
#include "common/protocol/limits.h"
#include "common/protocol/utf8.h"
#include "common/runtime/log.h"

namespace waybill::control {

using library::EntryState;
using Phase = transfer::ContentState::Phase;

namespace {

constexpr DurationMs kHashReportInterval = seconds(1);

Status check_name(std::string_view what, const std::string& text) {
  if (text.empty()) return refuse(fmt::format("the {} is empty", what));
  if (text.size() <= protocol::kMaxNameBytes && protocol::is_printable_utf8(text)) return {};
  return refuse(fmt::format("the {} must be at most {} bytes of printable UTF-8", what, protocol::kMaxNameBytes));
}

Status check_request(const PublishRequest& request, const Enrollment& enrollment) {
  if (enrollment.role != protocol::AgentRole::cdn_node) {
    return refuse("only a CDN node publishes: enroll this agent with the operator's link for CDN nodes");
  }
  if (auto status = check_name("owner", request.owner); !status) return status;
  if (auto status = check_name("title", request.title); !status) return status;
  std::error_code error;
  if (!std::filesystem::is_regular_file(request.file, error)) {
    return refuse(fmt::format("{} is not a file that this agent can read", request.file.string()));
  }
  return {};
}

}  // namespace

PublishDesk::PublishDesk(Needs needs) : needs_(std::move(needs)) {}

PublishDesk::~PublishDesk() { *stop_ = true; }

void PublishDesk::publish(PublishRequest request, std::shared_ptr<PublishWatcher> watcher) {
  needs_.loop.assert_owner();
  if (auto status = check_request(request, needs_.enrollment()); !status) return watcher->ended(pass_on(status));
  hash(request, watcher);
}

void PublishDesk::hash(const PublishRequest& request, const Watcher& watcher) {
  auto* loop = &needs_.loop;
  const auto* clock = &needs_.clock;
  needs_.in_background([this, loop, clock, stop = stop_, request, watcher] {
    auto reported = clock->monotonic();
    const auto progress = [&](ByteCount done, ByteCount total) {
      if (clock->monotonic() - reported >= kHashReportInterval) {
        reported = clock->monotonic();
        loop->post([watcher, done, total] { watcher->hashed(done, total); });
      }
      return !stop->load() && !watcher->gone();
    };
    auto torrents = std::make_shared<Result<Torrents>>(hash_both(request, progress));
    loop->post([this, stop, request, watcher, torrents] {
      if (stop->load() || watcher->gone()) return;
      if (!*torrents) return watcher->ended(pass_on(*torrents));
      announce(request, watcher, **torrents);
    });
  });
}

// Told as one: the file is read once for each, so half of the way is the first.
Result<PublishDesk::Torrents> PublishDesk::hash_both(const PublishRequest& request,
                                                     const std::function<bool(ByteCount, ByteCount)>& go) {
  const auto first = [&](ByteCount done, ByteCount total) { return go({done.value / 2}, total); };
  const auto second = [&](ByteCount done, ByteCount total) {
    return go({total.value / 2 + (done.value + 1) / 2}, total);
  };
  auto own = transfer::make_torrent(request.file, first);
  if (!own) return pass_on(own);
  auto twin = transfer::make_twin(request.file, *own, second);
  if (!twin) return pass_on(twin);
  return Torrents{*std::move(own), *std::move(twin)};
}

void PublishDesk::announce(const PublishRequest& request, const Watcher& watcher, const Torrents& torrents) {
  const auto headers = protocol::sign_publish(needs_.key, request.owner, request.title, request.content_class,
                                              needs_.clock.now(), torrents.own);
  control::publish(needs_.loop, needs_.enrollment(), needs_.bind, headers, torrents.own,
                   [this, stop = stop_, request, watcher, torrents](Status published) {
                     if (stop->load()) return;
                     if (!published) return watcher->ended(pass_on(published));
                     announce_twin(request, watcher, torrents);
                   });
}

// Publishing the same file again is no fault, so that a twin that was not taken can be told once more.
void PublishDesk::announce_twin(const PublishRequest& request, const Watcher& watcher, const Torrents& torrents) {
  const auto facts = transfer::read_torrent(torrents.own);
  if (!facts) return watcher->ended(tl::make_unexpected(facts.error()));
  const auto headers = protocol::sign_twin(needs_.key, facts->content, needs_.clock.now(), torrents.twin);
  control::register_twin(needs_.loop, needs_.enrollment(), needs_.bind, facts->content, headers, torrents.twin,
                         [this, stop = stop_, request, watcher, own = torrents.own, id = facts->content](Status told) {
                           if (stop->load()) return;
                           if (!told) {
                             WAYBILL_WARN("publish",
                                          "stock BitTorrent clients cannot have content={} yet, publish it again: {}",
                                          id.brief(), told.error().message);
                           }
                           serve(request, watcher, own);
                         });
}

void PublishDesk::serve(const PublishRequest& request, const Watcher& watcher, const ByteString& torrent) {
  const auto facts = transfer::read_torrent(torrent);
  if (!facts) return watcher->ended(tl::make_unexpected(facts.error()));
  const auto enrollment = needs_.enrollment();
  const Published published{facts->content, enrollment.tracker_url + protocol::kContentPath + facts->content.hex(),
                            facts->size};
  WAYBILL_INFO("publish", "published content={} owner={} title={} bytes={} path={}", facts->content.brief(),
               request.owner, request.title, facts->size.value, request.file.string());
  const auto* known = needs_.shelf.find(facts->content);
  if (known && known->entry.path == request.file && known->state.phase == Phase::complete) {
    return watcher->ended(published);
  }
  library::LibraryEntry entry;
  entry.content = facts->content;
  entry.state = EntryState::published;
  entry.path = request.file;
  entry.name = facts->name;
  entry.size = facts->size;
  entry.started = entry.completed = needs_.clock.now();
  waiting_[facts->content].emplace_back(watcher, published);
  const auto add = [this, entry, watcher, torrent] {
    needs_.shelf.add(entry, torrent, [this, entry, watcher](const Status& added) {
      if (added) return;
      waiting_.erase(entry.content);
      watcher->ended(pass_on(added.error(), "published, but this node cannot serve it"));
    });
  };
  if (known == nullptr) return add();
  // It was published from another place, or its file had become unusable: it begins afresh from this one.
  needs_.shelf.remove(facts->content, [add, watcher](const Status& removed) {
    if (removed) return add();
    watcher->ended(tl::make_unexpected(removed.error()));
  });
}

void PublishDesk::take(const transfer::ContentState& state) {
  const auto found = waiting_.find(state.content);
  if (found == waiting_.end() || (state.phase != Phase::complete && state.phase != Phase::failed)) return;
  const auto waiting = std::move(found->second);
  waiting_.erase(found);
  for (const auto& [watcher, published] : waiting) {
    if (state.phase == Phase::complete) {
      watcher->ended(published);
    } else {
      watcher->ended(fail(fmt::format("published, but this node cannot serve it: {}", state.message)));
    }
  }
}

}  // namespace waybill::control
