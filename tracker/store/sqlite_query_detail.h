#pragma once
// One use of a prepared statement: parameters in, rows out, with our types on both sides. Throws SQLite::Exception.
#include <optional>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "common/types/check.h"
#include "common/types/ids.h"
#include "common/types/ip.h"
#include "common/types/units.h"

namespace waybill::tracker {

// A parameter or column of raw bytes, as opposed to text.
struct Blob {
  ByteView bytes;
};

struct PreparedStatement {
  SQLite::Statement statement;
  bool in_use = false;
};

// What is bound must outlive the query: bytes and text are not copied.
class SqliteQuery {
 public:
  explicit SqliteQuery(PreparedStatement& prepared) : prepared_(prepared) {
    WAYBILL_ASSERT(!prepared.in_use, "a prepared statement is used twice at once");
    prepared.in_use = true;
  }
  SqliteQuery(const SqliteQuery&) = delete;
  SqliteQuery& operator=(const SqliteQuery&) = delete;
  ~SqliteQuery() {
    prepared_.statement.tryReset();
    prepared_.in_use = false;
  }

  // Binds the parameters from the next one on, in order.
  template <typename... Values>
  SqliteQuery& bind(const Values&... values) {
    (bind_one(values), ...);
    return *this;
  }
  bool step() { return prepared_.statement.executeStep(); }
  // For statements without rows; may be bound and run again. Returns the number of rows changed.
  int run() {
    const int changed = prepared_.statement.exec();
    prepared_.statement.reset();
    next_parameter_ = 1;
    return changed;
  }
  void again() {
    prepared_.statement.reset();
    next_parameter_ = 1;
  }

  std::int64_t integer(int column) const { return prepared_.statement.getColumn(column).getInt64(); }
  bool flag(int column) const { return integer(column) != 0; }
  bool is_null(int column) const { return prepared_.statement.isColumnNull(column); }
  std::string text(int column) const { return bytes(column); }
  ByteString bytes(int column) const {
    const auto value = prepared_.statement.getColumn(column);
    const int size = value.getBytes();
    return size == 0 ? ByteString() : ByteString(static_cast<const char*>(value.getBlob()), size);
  }
  TimeMs time(int column) const { return {integer(column)}; }
  std::optional<TimeMs> optional_time(int column) const {
    return is_null(column) ? std::nullopt : std::optional(time(column));
  }
  template <typename Id>
  Id row_id(int column) const {
    return Id{integer(column)};
  }
  template <typename Id>
  Id id(int column) const {
    auto id = Id::from_bytes(bytes(column));
    if (!id) throw SQLite::Exception("a stored " + id.error().message, 11 /* SQLITE_CORRUPT */);
    return *id;
  }
  IpAddress address(int column) const;
  std::optional<IpAddress> optional_address(int column) const {
    return is_null(column) ? std::nullopt : std::optional(address(column));
  }

 private:
  void bind_one(std::int64_t value) { prepared_.statement.bind(next_parameter_++, value); }
  void bind_one(int value) { bind_one(static_cast<std::int64_t>(value)); }
  void bind_one(bool value) { bind_one(static_cast<std::int64_t>(value)); }
  void bind_one(const std::string& value) { prepared_.statement.bindNoCopy(next_parameter_++, value); }
  void bind_one(Blob value) {
    prepared_.statement.bindNoCopy(next_parameter_++, value.bytes.empty() ? "" : value.bytes.data(),
                                   static_cast<int>(value.bytes.size()));
  }
  void bind_one(TimeMs value) { bind_one(value.value); }
  void bind_one(const IpAddress& value) {
    bind_one(Blob{{reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size()}});
  }
  template <typename Tag>
  void bind_one(Quantity<Tag> value) {
    bind_one(value.value);
  }
  template <typename Tag>
  void bind_one(RowId<Tag> value) {
    bind_one(value.value);
  }
  template <typename Tag, std::size_t N>
  void bind_one(const ByteId<Tag, N>& value) {
    bind_one(Blob{value.view()});
  }
  template <typename Value>
  void bind_one(const std::optional<Value>& value) {
    if (value) {
      bind_one(*value);
    } else {
      prepared_.statement.bind(next_parameter_++);
    }
  }

  PreparedStatement& prepared_;
  int next_parameter_ = 1;
};

}  // namespace waybill::tracker
