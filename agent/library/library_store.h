#pragma once
// What this agent holds or is fetching: kept across restarts, so that a killed download goes on where it was and a
// published file is offered again.
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "common/types/byte_string.h"
#include "common/types/ids.h"
#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::library {

enum class EntryState : int {
  published = 0,    // a file of the operator's, served in place
  downloading = 1,  // goes on at the next start
  paused = 2,       // interrupted by the user: goes on at the next `get`
  complete = 3,
};
std::string_view name_of(EntryState state);

struct LibraryEntry {
  ContentId content;
  EntryState state = EntryState::downloading;
  std::filesystem::path path;  // absolute; of the finished file
  std::string name;            // as the torrent says
  ByteCount size;
  bool sequential = false;
  TimeMs started{};
  TimeMs completed{};   // 0: not yet
  ByteString delivery;  // signed, until the tracker has recorded it; then empty
  bool operator==(const LibraryEntry&) const = default;
};

// Not thread-safe: one thread uses it (storage::StorageThread). Each change is durable when the call returns; every
// failure is one line that names the file.
class LibraryStore {
 public:
  static Result<std::unique_ptr<LibraryStore>> open(const std::filesystem::path& file);
  ~LibraryStore();

  Status add(const LibraryEntry& entry, const ByteString& torrent);  // replaces an entry of the same content
  Status update(const LibraryEntry& entry);                          // keeps its torrent; fails where there is none
  Status remove(const ContentId& content);
  Result<std::vector<LibraryEntry>> load();  // in the order in which they were added
  Result<ByteString> torrent(const ContentId& content);

 private:
  struct Impl;
  explicit LibraryStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace waybill::library
