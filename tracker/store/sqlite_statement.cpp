#include <sqlite3.h>

#include "common/types/check.h"
#include "tracker/store/sqlite_statement_detail.h"

namespace waybill::tracker {

Error describe_sqlite_error(const std::string& file, int code, const std::string& detail) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::failed, true, file + " is locked by another process; try again"};
    case SQLITE_INTERRUPT:
      return {ErrorKind::failed, true, file + ": the question took longer than it may; ask for less at once"};
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

template <typename Work>
auto SqliteStatement::guarded(Work&& work) const -> decltype(work()) {
  try {
    return work();
  } catch (const SQLite::Exception& exception) {
    throw SqlFailure(describe_sqlite_error(file_, exception.getErrorCode(), exception.what()));
  }
}

namespace {

SQLite::Statement prepare(const SQLite::Database& database, const std::string& sql) {
  try {
    return SQLite::Statement(database, sql);
  } catch (const SQLite::Exception& exception) {
    throw SqlFailure(describe_sqlite_error(database.getFilename(), exception.getErrorCode(), exception.what()));
  }
}

}  // namespace

SqliteStatement::SqliteStatement(const SQLite::Database& database, const std::string& sql)
    : file_(database.getFilename()), statement_(prepare(database, sql)) {}

void SqliteStatement::set_integer(int parameter, std::int64_t value) {
  guarded([&] { statement_.bind(parameter, value); });
}
void SqliteStatement::set_text(int parameter, const std::string& value) {
  guarded([&] { statement_.bindNoCopy(parameter, value); });
}
void SqliteStatement::set_bytes(int parameter, ByteView value) {
  // A null pointer would bind NULL.
  guarded([&] { statement_.bindNoCopy(parameter, value.empty() ? "" : value.data(), static_cast<int>(value.size())); });
}
void SqliteStatement::set_null(int parameter, SqlKind) {
  guarded([&] { statement_.bind(parameter); });
}

bool SqliteStatement::step() {
  return guarded([&] { return statement_.executeStep(); });
}
std::int64_t SqliteStatement::run() {
  return guarded([&] { return statement_.exec(); });
}

bool SqliteStatement::is_null(int column) const {
  return guarded([&] { return statement_.isColumnNull(column); });
}
std::int64_t SqliteStatement::integer(int column) const {
  return guarded([&] { return statement_.getColumn(column).getInt64(); });
}
ByteView SqliteStatement::bytes(int column) const {
  return guarded([&]() -> ByteView {
    const auto value = statement_.getColumn(column);
    const int size = value.getBytes();
    return size == 0 ? ByteView() : ByteView(static_cast<const char*>(value.getBlob()), static_cast<std::size_t>(size));
  });
}

SqliteRowWriter::SqliteRowWriter(SqliteStatement& statement) : statement_(statement) {
  WAYBILL_ASSERT(!statement.in_use, "a prepared statement is used twice at once");
  statement_.in_use = true;
}

void SqliteRowWriter::end_row() {
  changed_ += statement_.run();
  statement_.reset();
}

SqliteRowFinder::SqliteRowFinder(SqliteStatement& statement) : statement_(statement) {
  WAYBILL_ASSERT(!statement.in_use, "a prepared statement is used twice at once");
  statement_.in_use = true;
}

SqliteRowFinder::~SqliteRowFinder() {
  statement_.reset();
  statement_.in_use = false;
}

SqliteRowFinder::Value& SqliteRowFinder::slot(int parameter) {
  const auto position = static_cast<std::size_t>(parameter);
  if (rows_ == 0 && position > width_) width_ = position;
  WAYBILL_ASSERT(position <= width_, "every set of parameters is as long as the first");
  const auto at = rows_ * width_ + position - 1;
  if (values_.size() <= at) values_.resize(at + 1);
  return values_[at];
}

void SqliteRowFinder::bind_row(std::size_t row) {
  for (std::size_t column = 0; column < width_; ++column) {
    const auto& value = values_[row * width_ + column];
    const int parameter = static_cast<int>(column) + 1;
    if (value.null) {
      statement_.set_null(parameter, value.kind);
    } else if (value.kind == SqlKind::integer) {
      statement_.set_integer(parameter, value.integer);
    } else if (value.kind == SqlKind::text) {
      statement_.set_text(parameter, value.bytes);
    } else {
      statement_.set_bytes(parameter, value.bytes);
    }
  }
}

bool SqliteRowFinder::step() {
  while (true) {
    if (asked_ && statement_.step()) return true;
    statement_.reset();
    asked_ = next_row_ < rows_;
    if (!asked_) return false;
    bind_row(next_row_++);
  }
}

}  // namespace waybill::tracker
