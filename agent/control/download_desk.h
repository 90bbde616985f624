#pragma once
// The downloads of this agent, from a person's request to the tracker's record of the delivery. Lives on the app's
// loop.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/control/download.h"
#include "agent/control/enrollment.h"
#include "agent/library/shelf.h"
#include "common/runtime/clock.h"
#include "common/runtime/event_loop.h"

namespace waybill::control {

inline constexpr std::size_t kMaxDownloads = 16;  // at once; also what the tracker directs for one agent
// While no source is named, the tracker is asked again after this.
inline constexpr DurationMs kAskAgainInterval = seconds(10);
// The engine tells each source's last total right after the content is complete; the result waits for them, this long.
inline constexpr DurationMs kLastWordsTimeout = seconds(2);

struct GetRequest {
  std::string url;                // what content_request understands
  std::filesystem::path folder;   // absolute; where the file goes under the torrent's name, unless `output` is given
  std::filesystem::path output;   // absolute, or empty
  std::filesystem::path ca_file;  // absolute; empty: the desk's own
  bool sequential = false;
  bool force = false;  // replace an existing file
};

// Who waits for a download. A download whose watchers have all gone is interrupted: it goes on at the next `get`.
class DownloadWatcher {
 public:
  virtual ~DownloadWatcher() = default;
  virtual bool gone() const = 0;
  virtual void progressed(const DownloadView& view) = 0;       // about once a second
  virtual void ended(const Result<DownloadView>& result) = 0;  // once
};

class DownloadDesk {
 public:
  struct Needs {
    runtime::EventLoop& loop;
    const runtime::Clock& clock;
    Enrollment enrollment;
    crypto::KeyPair key;
    std::optional<IpAddress> bind;
    std::filesystem::path ca_file;  // authorities for https pages; empty: the system's
    library::Shelf& shelf;
    transfer::TransferEngine& engine;
    std::function<bool(const protocol::ControlMessage&)> tell_tracker;
    std::function<std::string()> tracker_trouble;              // empty while connected
    std::function<void(std::function<void()>)> in_background;  // on a thread that may block on files
  };
  explicit DownloadDesk(Needs needs);

  void begin();  // goes on with what the shelf holds unfinished
  void sweep();  // interrupts downloads whose watchers have all gone; `tick` does it too
  void get(GetRequest request, std::shared_ptr<DownloadWatcher> watcher);

  void connected();  // asks again for everything unfinished, tells again what is done
  void take(const protocol::Sources& sources);
  void take(const protocol::Refused& refused);
  void take(const protocol::DoneRecorded& recorded);
  void take_revoked(const OrderId& order);
  void take(const transfer::ContentState& state);
  void take(const transfer::FetchProgress& progress);
  void take(const transfer::FetchEnded& ended);
  void take(const transfer::SourceFailed& failed);
  void tick();  // each second

  std::vector<DownloadView> views() const;
  bool all_recorded() const;  // no delivery waits for the tracker's word

 private:
  struct Item {
    Download download;
    std::vector<std::shared_ptr<DownloadWatcher>> watchers;
    bool attended = false;  // had a watcher
    TimeMs asked_at{};
    bool directed = false;  // the tracker has named sources since it last refused
    bool fetching = true;   // false: an existing file is compared, nothing is fetched
    bool finished = false;  // complete; the sources' last words are awaited
    runtime::Timer last_words;
    std::map<OrderId, transfer::SourceFailed::Fault> reported;  // told to the tracker; said once each
  };
  using Watcher = std::shared_ptr<DownloadWatcher>;

  void attach(Item& item, const Watcher& watcher);
  void resolved(const GetRequest& request, const Watcher& watcher, const ContentId& content);
  void get_known(const GetRequest& request, const Watcher& watcher, library::ShelfItem& item);
  void get_new(const GetRequest& request, const Watcher& watcher, const ContentId& content);
  void resume(const GetRequest& request, const Watcher& watcher, library::ShelfItem& item);
  void copy_complete(const std::filesystem::path& target, const Watcher& watcher, const library::ShelfItem& item);
  void add(const GetRequest& request, const Watcher& watcher, ByteString torrent);
  Item& open_item(const library::ShelfItem& shelved, bool fetching);
  void want(Item& item);
  void complete(Item& item);
  void conclude(const ContentId& content);  // tells the watchers the result
  void fail_item(const ContentId& content, const Error& error);
  void end_item(const ContentId& content, const Result<DownloadView>& result);
  void drop_delivery(const ContentId& content);
  DownloadView view(const Item& item) const;

  Needs needs_;
  std::map<ContentId, Item> items_;  // of unfinished ones
  std::set<ContentId> adding_;       // on their way into the library
  // Requests for content that is held, as soon as the engine has checked its file.
  std::map<ContentId, std::vector<std::function<void()>>> after_check_;
};

}  // namespace waybill::control
