#pragma once
// The content of this agent as it is at this moment: what the library file says, joined with what the engine found on
// the disk. Tells the tracker what is held. Lives on the app's loop.
#include <functional>
#include <map>
#include <memory>

#include "agent/library/library_store.h"
#include "agent/storage/storage_thread.h"
#include "agent/transfer/torrent_file.h"
#include "agent/transfer/transfer_engine.h"
#include "common/protocol/control_messages.h"
#include "common/runtime/clock.h"

namespace waybill::library {

struct ShelfItem {
  LibraryEntry entry;
  transfer::ContentState state;  // as the engine told last
  std::int64_t announced = -1;   // pieces told to the tracker on this connection; -1: nothing
  DurationMs announced_at{};     // monotonic
  ByteCount piece_length;        // 0 until the torrent was read
};

// A partial holder tells the tracker of its progress at most this often, per content.
inline constexpr DurationMs kAnnounceInterval = seconds(2);

class Shelf {
 public:
  struct Needs {
    const runtime::Clock& clock;
    storage::StorageThread& storage;
    LibraryStore& store;
    transfer::TransferEngine& engine;
    std::function<bool(const protocol::ControlMessage&)> tell_tracker;  // false: not connected
  };
  explicit Shelf(Needs needs);

  // At start: everything but paused downloads goes to the engine. Blocks. One unusable torrent does not stop the
  // others: its item fails with a message.
  void begin(std::vector<LibraryEntry> entries);

  // Durable first, then in the engine; `done` runs later. Refuses when the library is full.
  void add(LibraryEntry entry, ByteString torrent, std::function<void(Status)> done);
  // A paused download goes back to the engine.
  void resume(const ContentId& content, std::function<void(Status)> done);
  void update(const LibraryEntry& entry, std::function<void(Status)> done);
  // Out of the engine, kept in the library; the data stays.
  void pause(const ContentId& content);
  // Out of the engine and the library; the data stays.
  void remove(const ContentId& content, std::function<void(Status)> done);

  ShelfItem* find(const ContentId& content);
  const std::map<ContentId, ShelfItem>& items() const { return items_; }

  // From the engine. Returns the item, or null for content that is not on the shelf any more.
  ShelfItem* state_changed(const transfer::ContentState& state);

  std::vector<protocol::HeldContent> held() const;  // for a hello
  void announced_by_hello();                        // what held() says was told
  void announce_changes();                          // call now and then, while connected

 private:
  void announce(ShelfItem& item, bool at_once);
  Status to_engine(ShelfItem& item, ByteString torrent);

  Needs needs_;
  std::map<ContentId, ShelfItem> items_;
};

}  // namespace waybill::library
