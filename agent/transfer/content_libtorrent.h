#pragma once
// Contents and their files: checked, fetched into NAME.part, renamed when complete, remembered between two lives.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <unordered_map>
#include <vector>

#include <libtorrent/alert_types.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <libtorrent/torrent_info.hpp>

#include "agent/orders/fetch_ledger.h"
#include "agent/transfer/content_file.h"
#include "agent/transfer/torrent_file.h"
#include "agent/transfer/transfer_engine.h"

namespace waybill::transfer {

class PeerChannel;
class StockChannel;
class TransferCore;

// One content on the shelf. Channels keep it alive until libtorrent lets go of them.
struct Content {
  Content(TorrentFacts torrent_facts, std::shared_ptr<lt::torrent_info> torrent, std::filesystem::path file,
          ContentMode wanted);

  const TorrentFacts facts;
  const orders::ContentGeometry geometry;
  const std::shared_ptr<lt::torrent_info> info;
  const std::filesystem::path path;
  const ContentMode mode;
  ContentState::Phase phase = ContentState::Phase::checking;
  std::string message;
  bool in_place = false;  // the file lies under its final name: it is read, never written
  bool sequential = false;
  bool removed = false;
  std::int64_t held = 0;  // pieces that passed their hash check
  FileStamp stamp;        // of the complete file, when it was last known to be good
  lt::torrent_handle handle;
  orders::FetchLedger ledger;
  std::vector<PeerChannel*> channels;
  std::shared_ptr<lt::torrent_info> twin;  // null: none is known
  lt::torrent_handle twin_handle;          // valid while stock clients may connect
  std::vector<StockChannel*> stock_channels;
  DurationMs told_at{};  // the last ContentState, on the monotonic clock
  bool untold = false;

  const ContentId& id() const { return facts.content; }
  bool servable() const { return phase == ContentState::Phase::complete || phase == ContentState::Phase::downloading; }
  std::filesystem::path file_on_disk() const;  // NAME.part until it is complete
  std::vector<bool> pieces() const;            // those held
};

class ContentShelf {
 public:
  explicit ContentShelf(TransferCore& core) : core_(core) {}

  void add(std::shared_ptr<Content> content);
  void remove(const ContentId& content, bool delete_data);
  void set_sequential(const ContentId& content, bool sequential);
  void add_twin(const ContentId& content, const ByteString& twin);  // a second one changes nothing
  std::shared_ptr<Content> find(const ContentId& content) const;
  const std::unordered_map<ContentId, std::shared_ptr<Content>>& all() const { return contents_; }

  void on_alert(const lt::alert& alert);
  void piece_passed(Content& content);
  void tick(DurationMs monotonic);  // tells progress
  void look_at_files();             // once a second: a complete file that somebody changed is checked again
  // Remembers what is held; the stamps are taken by write_records(), when libtorrent has let go of the files.
  void take_stock();
  void write_records();

 private:
  void start(Content& content);
  void start_twin(Content& content);
  void stop_twin(Content& content);
  bool on_twin_alert(const lt::torrent_alert& alert);  // false: it is about no twin
  lt::add_torrent_params params_for(Content& content);
  void checked(Content& content);
  void finished(Content& content);
  void completed(Content& content);
  void failed(Content& content, std::string message);
  void tell(Content& content);
  Content* of(const lt::torrent_handle& handle) const;

  TransferCore& core_;
  std::unordered_map<ContentId, std::shared_ptr<Content>> contents_;
  struct Stock {
    ContentId content;
    FileRecord record;
  };
  std::vector<Stock> stock_;
};

}  // namespace waybill::transfer
