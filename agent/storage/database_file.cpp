#include "agent/storage/database_file.h"

#include <cerrno>
#include <cstring>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>
#include <unistd.h>

namespace waybill::storage {

namespace {

Error explain(const std::filesystem::path& file, const SQLite::Exception& exception) {
  const auto name = file.string();
  switch (exception.getErrorCode()) {
    case SQLITE_FULL:
      return {ErrorKind::failed, true, fmt::format("the disk is full: {} cannot grow; make room on it", name)};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::failed, true, fmt::format("{} is in use by another program; end that program", name)};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorKind::failed, false,
              fmt::format("{} is corrupt ({}): move it away and keep it, it may hold evidence", name,
                          exception.getErrorStr())};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return {ErrorKind::failed, false,
              fmt::format("{} cannot be opened for writing ({}): check its owner and permissions", name,
                          exception.getErrorStr())};
    case SQLITE_IOERR:
      return {ErrorKind::failed, true, fmt::format("{} cannot be read or written: {}", name, exception.what())};
    default:
      return {ErrorKind::failed, false, fmt::format("{}: {}", name, exception.what())};
  }
}

// SQLite would create the file by the umask; what an agent served is nobody else's business.
Status create_private(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail(fmt::format("cannot open {}: {}", file.string(), std::strerror(errno)));
  ::close(fd);
  return {};
}

void check_integrity(SQLite::Database& database) {
  SQLite::Statement check(database, "PRAGMA quick_check(1)");
  if (!check.executeStep() || check.getColumn(0).getString() != "ok") {
    throw SQLite::Exception("integrity check failed", SQLITE_CORRUPT);
  }
}

Status migrate(SQLite::Database& database, const std::filesystem::path& file,
               const std::vector<std::string>& migrations) {
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  const int newest = static_cast<int>(migrations.size());
  if (version > newest) {
    return refuse(fmt::format("{} was written by a later version of waybill-agent (format {}, this one reads up to {})",
                              file.string(), version, newest));
  }
  for (int step = version; step < newest; ++step) {
    SQLite::Transaction transaction(database);
    database.exec(migrations[static_cast<std::size_t>(step)]);
    database.exec(fmt::format("PRAGMA user_version = {}", step + 1));
    transaction.commit();
  }
  return {};
}

}  // namespace

void DatabaseDeleter::operator()(SQLite::Database* database) const { delete database; }

Status guarded(const std::filesystem::path& file, const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const SQLite::Exception& exception) {
    return tl::make_unexpected(explain(file, exception));
  }
}

Result<DatabasePtr> open_database(const std::filesystem::path& file, const std::vector<std::string>& migrations) {
  if (auto created = create_private(file); !created) return pass_on(created);
  DatabasePtr database;
  Status migrated;
  auto opened = guarded(file, [&] {
    database.reset(new SQLite::Database(file.string(), SQLite::OPEN_READWRITE, 2000));
    database->exec("PRAGMA journal_mode = WAL");
    database->exec("PRAGMA synchronous = FULL");
    database->exec("PRAGMA cache_size = -512");  // KiB: an idle agent is small
    database->exec("PRAGMA journal_size_limit = 4194304");
    check_integrity(*database);
    migrated = migrate(*database, file, migrations);
  });
  if (!opened) return pass_on(opened);
  if (!migrated) return pass_on(migrated);
  return database;
}

}  // namespace waybill::storage
