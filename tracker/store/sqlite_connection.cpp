#include <algorithm>
#include <filesystem>

#include <sqlite3.h>

#include "tracker/store/sqlite_connection_detail.h"
#include "tracker/store/sqlite_migrations_detail.h"

namespace waybill::tracker {

namespace {

// Another process (the command line beside a running tracker) holds the database for one transaction at most.
constexpr int kBusyTimeoutMs = 10'000;
constexpr std::int64_t kCacheKibibytes = 64 * 1024;
// A checkpoint copies each changed page once, however often it was changed since the one before: 64 MiB of log saves
// most of the copying of the busy index pages.
constexpr std::int64_t kCheckpointPages = 16'384;
// Up to here the whole database is checked at every start: well under a second.
constexpr std::uintmax_t kSoundnessCheckBytes = 32 << 20;

int open_flags(StoreAccess access) {
  switch (access) {
    case StoreAccess::create:
      return SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
    case StoreAccess::read_write:
      return SQLite::OPEN_READWRITE;
    case StoreAccess::read_only:
      return SQLite::OPEN_READONLY;
  }
  WAYBILL_ASSERT(false, "an unknown kind of access");
}

// SQLite's check reports in several lines; an error is one.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

Error describe(const std::string& file, int code, const std::string& detail) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::failed, true, file + " is locked by another process; try again"};
    case SQLITE_FULL:
      return {ErrorKind::failed, true, "no space is left for " + file + "; free some on its disk"};
    case SQLITE_NOTADB:
      return {ErrorKind::refused, false, file + " is not a database; name the file that `init` made"};
    case SQLITE_CORRUPT:
      return {ErrorKind::failed, false, file + " is damaged (" + detail + "); restore it from a backup"};
    case SQLITE_READONLY:
      return {ErrorKind::failed, false, file + " is read-only; make the file and its folder writable"};
    case SQLITE_CANTOPEN:
      return {ErrorKind::failed, false, file + " cannot be opened; check that it exists and its permissions"};
    default:
      return {ErrorKind::failed, false, file + ": " + detail};
  }
}

Status check_place(const std::string& file, StoreAccess access) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return refuse(file + " is a folder; name a database file");
  if (access != StoreAccess::create && !std::filesystem::exists(file, ignored)) {
    return refuse("there is no database at " + file + "; run `waybill-tracker init` first");
  }
  return {};
}

}  // namespace

IpAddress SqliteQuery::address(int column) const {
  const auto raw = bytes(column);
  IpAddress address;
  if (raw.size() != address.bytes.size()) throw SQLite::Exception("a stored address is not 16 bytes", SQLITE_CORRUPT);
  std::memcpy(address.bytes.data(), raw.data(), raw.size());
  return address;
}

SqliteConnection::SqliteConnection(std::string file, StoreAccess access)
    : file_(std::move(file)), access_(access), database_(file_, open_flags(access), kBusyTimeoutMs) {}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& file, StoreAccess access) {
  if (auto status = check_place(file, access); !status) return pass_on(status);
  try {
    std::unique_ptr<SqliteConnection> connection(new SqliteConnection(file, access));
    connection->configure();
    if (auto status = connection->prepare_schema(); !status) return pass_on(status);
    if (auto status = connection->check_soundness(); !status) return pass_on(status);
    return connection;
  } catch (const SQLite::Exception& exception) {
    return tl::make_unexpected(describe(file, exception.getErrorCode(), exception.what()));
  }
}

void SqliteConnection::configure() {
  run("PRAGMA foreign_keys = ON");
  run(("PRAGMA cache_size = -" + std::to_string(kCacheKibibytes)).c_str());
  if (access_ == StoreAccess::read_only) return;
  if (sqlite3_db_readonly(database_.getHandle(), "main") == 1) throw SQLite::Exception("", SQLITE_READONLY);
  // Reading the header first: a file that is no database must not be touched by the change of its journal mode.
  database_.execAndGet("PRAGMA schema_version");
  run("PRAGMA journal_mode = WAL");
  run("PRAGMA synchronous = FULL");  // what was committed survives a loss of power
  run(("PRAGMA wal_autocheckpoint = " + std::to_string(kCheckpointPages)).c_str());
}

Status SqliteConnection::prepare_schema() {
  const auto application = database_.execAndGet("PRAGMA application_id").getInt64();
  const auto version = database_.execAndGet("PRAGMA user_version").getInt64();
  const bool empty = database_.execAndGet("SELECT count(*) FROM sqlite_master").getInt64() == 0;
  if (application != kSqliteApplicationId && !(empty && access_ == StoreAccess::create)) {
    return refuse(file_ + " is not a database of waybill-tracker; name the file that `init` made");
  }
  const auto latest = static_cast<std::int64_t>(sqlite_migrations().size());
  if (version > latest) {
    return refuse(file_ + " was written by a later version (schema " + std::to_string(version) + ", this one knows " +
                  std::to_string(latest) + "); upgrade waybill-tracker");
  }
  if (version == latest) return {};
  if (access_ == StoreAccess::read_only) return refuse(file_ + " is of an earlier version; start the tracker once");
  return transact([&]() -> Status {
    for (auto next = version; next < latest; ++next) run(sqlite_migrations()[static_cast<std::size_t>(next)]);
    run(("PRAGMA application_id = " + std::to_string(kSqliteApplicationId)).c_str());
    run(("PRAGMA user_version = " + std::to_string(latest)).c_str());
    return {};
  });
}

Status SqliteConnection::check_soundness() {
  std::error_code ignored;
  if (std::filesystem::file_size(file_, ignored) > kSoundnessCheckBytes) return {};
  const auto answer = database_.execAndGet("PRAGMA quick_check(1)").getString();
  if (answer != "ok") return tl::make_unexpected(describe(file_, SQLITE_CORRUPT, one_line(answer)));
  return {};
}

void SqliteConnection::assert_owner() const {
  WAYBILL_ASSERT(std::this_thread::get_id() == owner_, "the store is used on a thread that did not open it");
}

SqliteQuery SqliteConnection::query(const std::string& sql) {
  auto& prepared = statements_[sql];
  if (!prepared) prepared.reset(new PreparedStatement{SQLite::Statement(database_, sql), false});
  return SqliteQuery(*prepared);
}

Error SqliteConnection::error_of(const SQLite::Exception& exception) const {
  return describe(file_, exception.getErrorCode(), exception.what());
}

Status SqliteConnection::transact(const std::function<Status()>& body) {
  assert_owner();
  if (in_transaction_) return join(body);
  try {
    run(access_ == StoreAccess::read_only ? "BEGIN" : "BEGIN IMMEDIATE");
  } catch (const SQLite::Exception& exception) {
    return tl::make_unexpected(error_of(exception));
  }
  in_transaction_ = true;
  fault_.reset();
  if (auto status = join(body); !status) return roll_back(std::move(status).error());
  if (fault_) return roll_back(*fault_);
  try {
    run("COMMIT");
  } catch (const SQLite::Exception& exception) {
    return roll_back(error_of(exception));
  }
  in_transaction_ = false;
  return {};
}

Status SqliteConnection::join(const std::function<Status()>& body) {
  try {
    auto status = body();
    if (!status && !fault_) fault_ = status.error();
    return status;
  } catch (const SQLite::Exception& exception) {
    if (!fault_) fault_ = error_of(exception);
    return tl::make_unexpected(*fault_);
  }
}

Status SqliteConnection::roll_back(Error error) {
  ++rollbacks_;
  in_transaction_ = false;
  // SQLite has rolled back by itself after some failures, a full disk among them.
  if (sqlite3_get_autocommit(database_.getHandle()) == 0) {
    const int code = database_.tryExec("ROLLBACK");
    WAYBILL_ASSERT(code == SQLITE_OK, "a transaction can neither be committed nor rolled back");
  }
  return tl::make_unexpected(std::move(error));
}

}  // namespace waybill::tracker
