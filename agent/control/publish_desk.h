#pragma once
// Publishing on a CDN node: hash the file, once for agents and once for stock BitTorrent clients, tell the tracker,
// serve the file in place. Lives on the app's loop.
#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/control/enrollment.h"
#include "agent/library/shelf.h"
#include "common/runtime/clock.h"
#include "common/runtime/event_loop.h"

namespace waybill::control {

struct PublishRequest {
  std::filesystem::path file;  // absolute; stays where it is and must not change while it is published
  std::string owner;           // as in the operator's agreements
  std::string title;
  ContentClass content_class = ContentClass::file;
};

struct Published {
  ContentId content;
  std::string url;  // what an owner's page redirects to
  ByteCount size;
};

class PublishWatcher {
 public:
  virtual ~PublishWatcher() = default;
  virtual bool gone() const = 0;                             // from any thread
  virtual void hashed(ByteCount done, ByteCount total) = 0;  // about once a second; the file's bytes are read twice
  virtual void ended(const Result<Published>& result) = 0;   // once; served from then on
};

class PublishDesk {
 public:
  struct Needs {
    runtime::EventLoop& loop;
    const runtime::Clock& clock;
    std::function<Enrollment()> enrollment;  // with the role as the tracker said last
    crypto::KeyPair key;
    std::optional<IpAddress> bind;
    library::Shelf& shelf;
    std::function<void(std::function<void()>)> in_background;
  };
  explicit PublishDesk(Needs needs);
  ~PublishDesk();  // hashing that is under way ends soon, and its result is dropped

  void publish(PublishRequest request, std::shared_ptr<PublishWatcher> watcher);
  void take(const transfer::ContentState& state);

 private:
  using Watcher = std::shared_ptr<PublishWatcher>;
  struct Torrents {
    ByteString own;
    ByteString twin;
  };
  static Result<Torrents> hash_both(const PublishRequest& request, const std::function<bool(ByteCount, ByteCount)>& go);
  void hash(const PublishRequest& request, const Watcher& watcher);
  void announce(const PublishRequest& request, const Watcher& watcher, const Torrents& torrents);
  void announce_twin(const PublishRequest& request, const Watcher& watcher, const Torrents& torrents);
  void serve(const PublishRequest& request, const Watcher& watcher, const ByteString& torrent);

  Needs needs_;
  std::shared_ptr<std::atomic<bool>> stop_ = std::make_shared<std::atomic<bool>>(false);
  std::map<ContentId, std::vector<std::pair<Watcher, Published>>> waiting_;  // for the engine to have checked the file
};

}  // namespace waybill::control
