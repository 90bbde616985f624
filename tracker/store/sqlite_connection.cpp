#include <algorithm>
#include <filesystem>

#include <sqlite3.h>

#include "tracker/store/migrations_detail.h"
#include "tracker/store/sqlite_connection_detail.h"

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

// Steps of SQLite's virtual machine between two looks at the clock: well under a millisecond.
constexpr int kStepsBetweenLooks = 10'000;

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

Status check_place(const std::string& file, StoreAccess access) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return refuse(file + " is a folder; name a database file");
  if (access != StoreAccess::create && !std::filesystem::exists(file, ignored)) {
    return refuse("there is no database at " + file + "; run `waybill-tracker init` first");
  }
  return {};
}

}  // namespace

SqliteConnection::SqliteConnection(const std::string& file, StoreAccess access, std::optional<DurationMs> patience)
    : SqlConnection(access), file_(file), patience_(patience), database_(file_, open_flags(access), kBusyTimeoutMs) {}

Result<std::unique_ptr<SqlConnection>> SqliteConnection::open(const std::string& file, StoreAccess access,
                                                              std::optional<DurationMs> patience) {
  if (auto status = check_place(file, access); !status) return pass_on(status);
  try {
    std::unique_ptr<SqliteConnection> connection(new SqliteConnection(file, access, patience));
    connection->configure();
    if (auto status = connection->prepare_schema(); !status) return pass_on(status);
    if (auto status = connection->check_soundness(); !status) return pass_on(status);
    return connection;
  } catch (const SQLite::Exception& exception) {
    return tl::make_unexpected(describe_sqlite_error(file, exception.getErrorCode(), exception.what()));
  } catch (const SqlFailure& failure) {
    return tl::make_unexpected(failure.error());
  }
}

void SqliteConnection::configure() {
  run("PRAGMA foreign_keys = ON");
  run("PRAGMA cache_size = -" + std::to_string(kCacheKibibytes));
  if (access() == StoreAccess::read_only) return;
  if (sqlite3_db_readonly(database_.getHandle(), "main") == 1) throw SQLite::Exception("", SQLITE_READONLY);
  // Reading the header first: a file that is no database must not be touched by the change of its journal mode.
  database_.execAndGet("PRAGMA schema_version");
  run("PRAGMA journal_mode = WAL");
  run("PRAGMA synchronous = FULL");  // what was committed survives a loss of power
  run("PRAGMA wal_autocheckpoint = " + std::to_string(kCheckpointPages));
}

Status SqliteConnection::prepare_schema() {
  const auto application = database_.execAndGet("PRAGMA application_id").getInt64();
  const auto version = database_.execAndGet("PRAGMA user_version").getInt64();
  const bool empty = database_.execAndGet("SELECT count(*) FROM sqlite_master").getInt64() == 0;
  if (application != kApplicationId && !(empty && access() == StoreAccess::create)) {
    return refuse(file_ + " is not a database of waybill-tracker; name the file that `init` made");
  }
  const auto latest = static_cast<std::int64_t>(migrations().size());
  if (version > latest) {
    return refuse(file_ + " was written by a later version (schema " + std::to_string(version) + ", this one knows " +
                  std::to_string(latest) + "); upgrade waybill-tracker");
  }
  if (version == latest) return {};
  if (access() == StoreAccess::read_only) return refuse(file_ + " is of an earlier version; start the tracker once");
  const auto migrate = [&]() -> Status {
    for (auto next = version; next < latest; ++next) run(migrations()[static_cast<std::size_t>(next)].sqlite);
    run("PRAGMA application_id = " + std::to_string(kApplicationId));
    run("PRAGMA user_version = " + std::to_string(latest));
    return {};
  };
  return transact(migrate, Writers::one_at_a_time);
}

Status SqliteConnection::check_soundness() {
  std::error_code ignored;
  if (std::filesystem::file_size(file_, ignored) > kSoundnessCheckBytes) return {};
  const auto answer = database_.execAndGet("PRAGMA quick_check(1)").getString();
  if (answer != "ok") return tl::make_unexpected(describe_sqlite_error(file_, SQLITE_CORRUPT, one_line(answer)));
  return {};
}

void SqliteConnection::run(const std::string& sql) {
  try {
    database_.exec(sql);
  } catch (const SQLite::Exception& exception) {
    throw SqlFailure(describe_sqlite_error(file_, exception.getErrorCode(), exception.what()));
  }
}

SqliteStatement& SqliteConnection::prepare(const std::string& sql) {
  auto& statement = statements_[sql];
  if (!statement) statement = std::make_unique<SqliteStatement>(database_, sql);
  return *statement;
}

std::unique_ptr<SqlStatement> SqliteConnection::streamed(const std::string& sql) {
  return std::make_unique<SqliteStatement>(database_, sql);
}
std::unique_ptr<SqlRowWriter> SqliteConnection::row_writer(const std::string& sql) {
  return std::make_unique<SqliteRowWriter>(prepare(sql));
}
std::unique_ptr<SqlRowFinder> SqliteConnection::row_finder(const std::string& sql) {
  return std::make_unique<SqliteRowFinder>(prepare(sql));
}

void SqliteConnection::begin(Writers) {
  if (patience_) {
    give_up_at_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_->value);
    const auto late = [](void* self) {
      return std::chrono::steady_clock::now() > static_cast<SqliteConnection*>(self)->give_up_at_ ? 1 : 0;
    };
    sqlite3_progress_handler(database_.getHandle(), kStepsBetweenLooks, late, this);
  }
  run(access() == StoreAccess::read_only ? "BEGIN" : "BEGIN IMMEDIATE");
}

void SqliteConnection::commit() {
  sqlite3_progress_handler(database_.getHandle(), 0, nullptr, nullptr);
  run("COMMIT");
}

void SqliteConnection::roll_back() noexcept {
  sqlite3_progress_handler(database_.getHandle(), 0, nullptr, nullptr);
  // SQLite has rolled back by itself after some failures, a full disk among them.
  if (sqlite3_get_autocommit(database_.getHandle()) != 0) return;
  const int code = database_.tryExec("ROLLBACK");
  WAYBILL_ASSERT(code == SQLITE_OK, "a transaction can neither be committed nor rolled back");
}

}  // namespace waybill::tracker
