#include "agent/library/library_store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/core.h>
#include <sqlite3.h>

#include "agent/storage/database_file.h"

namespace waybill::library {

namespace {

const std::vector<std::string> kMigrations = {R"(
CREATE TABLE content (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  content_id BLOB NOT NULL UNIQUE,
  state INTEGER NOT NULL,
  path BLOB NOT NULL,            -- bytes: a file name need not be UTF-8
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  sequential INTEGER NOT NULL,
  started INTEGER NOT NULL, completed INTEGER NOT NULL,  -- UTC milliseconds
  delivery BLOB NOT NULL,
  torrent BLOB NOT NULL);
)"};

ByteString bytes_of(const SQLite::Column& column) {
  const auto* data = static_cast<const char*>(column.getBlob());
  return data == nullptr ? ByteString{} : ByteString(data, static_cast<std::size_t>(column.getBytes()));
}

void bind_bytes(SQLite::Statement& statement, int index, ByteView bytes) {
  statement.bind(index, bytes.data(), static_cast<int>(bytes.size()));
}

[[noreturn]] void corrupt(const char* what) { throw SQLite::Exception(what, SQLITE_CORRUPT); }

// Parameters 1 to 9, in the order of the columns.
void bind_entry(SQLite::Statement& statement, const LibraryEntry& entry) {
  bind_bytes(statement, 1, entry.content.view());
  statement.bind(2, static_cast<int>(entry.state));
  bind_bytes(statement, 3, entry.path.native());
  statement.bind(4, entry.name);
  statement.bind(5, entry.size.value);
  statement.bind(6, entry.sequential ? 1 : 0);
  statement.bind(7, entry.started.value);
  statement.bind(8, entry.completed.value);
  bind_bytes(statement, 9, entry.delivery);
}

LibraryEntry entry_of(SQLite::Statement& row) {
  LibraryEntry entry;
  auto content = ContentId::from_bytes(bytes_of(row.getColumn(0)));
  if (!content) corrupt("a content id has the wrong length");
  entry.content = *content;
  const int state = row.getColumn(1).getInt();
  if (state < 0 || state > static_cast<int>(EntryState::complete)) corrupt("a content has an unknown state");
  entry.state = static_cast<EntryState>(state);
  entry.path = bytes_of(row.getColumn(2));
  entry.name = row.getColumn(3).getString();
  entry.size = {row.getColumn(4).getInt64()};
  entry.sequential = row.getColumn(5).getInt() != 0;
  entry.started = {row.getColumn(6).getInt64()};
  entry.completed = {row.getColumn(7).getInt64()};
  entry.delivery = bytes_of(row.getColumn(8));
  return entry;
}

}  // namespace

std::string_view name_of(EntryState state) {
  switch (state) {
    case EntryState::published:
      return "published";
    case EntryState::downloading:
      return "downloading";
    case EntryState::paused:
      return "paused";
    case EntryState::complete:
      return "complete";
  }
  return "unknown";
}

struct LibraryStore::Impl {
  std::filesystem::path file;
  storage::DatabasePtr database;
};

LibraryStore::LibraryStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LibraryStore::~LibraryStore() = default;

Result<std::unique_ptr<LibraryStore>> LibraryStore::open(const std::filesystem::path& file) {
  auto database = storage::open_database(file, kMigrations);
  if (!database) return pass_on(database);
  auto impl = std::make_unique<Impl>();
  impl->file = file;
  impl->database = std::move(*database);
  return std::unique_ptr<LibraryStore>(new LibraryStore(std::move(impl)));
}

Status LibraryStore::add(const LibraryEntry& entry, const ByteString& torrent) {
  return storage::guarded(impl_->file, [&] {
    SQLite::Statement insert(
        *impl_->database,
        "INSERT OR REPLACE INTO content (content_id, state, path, name, size, sequential, started, "
        "completed, delivery, torrent) VALUES (?,?,?,?,?,?,?,?,?,?)");
    bind_entry(insert, entry);
    bind_bytes(insert, 10, torrent);
    insert.exec();
  });
}

Status LibraryStore::update(const LibraryEntry& entry) {
  int changed = 0;
  auto status = storage::guarded(impl_->file, [&] {
    SQLite::Statement update(*impl_->database,
                             "UPDATE content SET content_id = ?1, state = ?2, path = ?3, name = ?4, size = ?5, "
                             "sequential = ?6, started = ?7, completed = ?8, delivery = ?9 WHERE content_id = ?1");
    bind_entry(update, entry);
    changed = update.exec();
  });
  if (status && changed == 0) return fail(fmt::format("content {} is not in the library", entry.content.brief()));
  return status;
}

Status LibraryStore::remove(const ContentId& content) {
  return storage::guarded(impl_->file, [&] {
    SQLite::Statement erase(*impl_->database, "DELETE FROM content WHERE content_id = ?");
    bind_bytes(erase, 1, content.view());
    erase.exec();
  });
}

Result<std::vector<LibraryEntry>> LibraryStore::load() {
  std::vector<LibraryEntry> entries;
  auto read = storage::guarded(impl_->file, [&] {
    SQLite::Statement rows(*impl_->database,
                           "SELECT content_id, state, path, name, size, sequential, started, completed, delivery "
                           "FROM content ORDER BY position");
    while (rows.executeStep()) entries.push_back(entry_of(rows));
  });
  if (!read) return pass_on(read);
  return entries;
}

Result<ByteString> LibraryStore::torrent(const ContentId& content) {
  std::optional<ByteString> torrent;
  auto read = storage::guarded(impl_->file, [&] {
    SQLite::Statement row(*impl_->database, "SELECT torrent FROM content WHERE content_id = ?");
    bind_bytes(row, 1, content.view());
    if (row.executeStep()) torrent = bytes_of(row.getColumn(0));
  });
  if (!read) return pass_on(read);
  if (!torrent) return fail(fmt::format("content {} is not in the library", content.brief()));
  return std::move(*torrent);
}

}  // namespace waybill::library
