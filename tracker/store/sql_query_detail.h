#pragma once
// The use of statements with our types on both sides: parameters in, rows out. Throws SqlFailure. How to write the SQL:
// README.md, "A further table".
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "common/types/check.h"
#include "common/types/ids.h"
#include "common/types/ip.h"
#include "common/types/units.h"
#include "tracker/store/sql_statement_detail.h"

namespace waybill::tracker {

// A parameter or column of raw bytes, as opposed to text.
struct Blob {
  ByteView bytes;
};

template <typename Value>
constexpr SqlKind sql_kind() {
  if constexpr (std::is_same_v<Value, std::string>) {
    return SqlKind::text;
  } else if constexpr (std::is_same_v<Value, Blob> || std::is_same_v<Value, IpAddress> || requires { Value::kSize; }) {
    return SqlKind::bytes;
  } else {
    return SqlKind::integer;
  }
}

// Binds values in order, from the first parameter on.
class SqlBinder {
 public:
  explicit SqlBinder(SqlParameters& parameters) : parameters_(parameters) {}
  void restart() { next_ = 1; }

  void bind(std::int64_t value) { parameters_.set_integer(next_++, value); }
  void bind(int value) { bind(static_cast<std::int64_t>(value)); }
  void bind(bool value) { bind(static_cast<std::int64_t>(value)); }
  void bind(const std::string& value) { parameters_.set_text(next_++, value); }
  void bind(Blob value) { parameters_.set_bytes(next_++, value.bytes); }
  void bind(TimeMs value) { bind(value.value); }
  void bind(const IpAddress& value) {
    bind(Blob{{reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size()}});
  }
  template <typename Tag>
  void bind(Quantity<Tag> value) {
    bind(value.value);
  }
  template <typename Tag>
  void bind(RowId<Tag> value) {
    bind(value.value);
  }
  template <typename Tag, std::size_t N>
  void bind(const ByteId<Tag, N>& value) {
    bind(Blob{value.view()});
  }
  template <typename Value>
  void bind(const std::optional<Value>& value) {
    if (value) {
      bind(*value);
    } else {
      parameters_.set_null(next_++, sql_kind<Value>());
    }
  }

 private:
  SqlParameters& parameters_;
  int next_ = 1;
};

// The present row.
class SqlRow {
 public:
  explicit SqlRow(const SqlColumns& columns) : columns_(columns) {}
  std::int64_t integer(int column) const { return columns_.integer(column); }
  bool flag(int column) const { return integer(column) != 0; }
  bool is_null(int column) const { return columns_.is_null(column); }
  std::string text(int column) const { return bytes(column); }
  ByteString bytes(int column) const { return ByteString(columns_.bytes(column)); }
  std::optional<std::string> optional_text(int column) const {
    return is_null(column) ? std::nullopt : std::optional(text(column));
  }
  std::optional<std::int64_t> optional_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
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
    auto id = Id::from_bytes(columns_.bytes(column));
    if (!id) throw SqlFailure(damaged(id.error().message));
    return *id;
  }
  template <typename Id>
  std::optional<Id> optional_id(int column) const {
    return is_null(column) ? std::nullopt : std::optional(id<Id>(column));
  }
  IpAddress address(int column) const;
  std::optional<IpAddress> optional_address(int column) const {
    return is_null(column) ? std::nullopt : std::optional(address(column));
  }

 private:
  static Error damaged(const std::string& what);
  const SqlColumns& columns_;
};

// One use of a statement. What is bound must outlive the query: bytes and text are not copied.
class SqlQuery : public SqlRow {
 public:
  explicit SqlQuery(SqlStatement& statement) : SqlRow(statement), statement_(statement), binder_(statement) {
    WAYBILL_ASSERT(!statement.in_use, "a prepared statement is used twice at once");
    statement.in_use = true;
  }
  explicit SqlQuery(std::unique_ptr<SqlStatement> statement) : SqlQuery(*statement) { owned_ = std::move(statement); }
  SqlQuery(const SqlQuery&) = delete;
  SqlQuery& operator=(const SqlQuery&) = delete;
  ~SqlQuery() {
    statement_.reset();
    statement_.in_use = false;
  }

  // Binds the parameters from the next one on, in order.
  template <typename... Values>
  SqlQuery& bind(const Values&... values) {
    (binder_.bind(values), ...);
    return *this;
  }
  bool step() { return statement_.step(); }
  // For statements without rows; may be bound and run again. Returns the number of rows changed.
  std::int64_t run() {
    const auto changed = statement_.run();
    again();
    return changed;
  }
  // For an INSERT that ends in RETURNING with the assigned id.
  std::int64_t run_for_id() {
    WAYBILL_ASSERT(step(), "an INSERT that should return its row's id returned none");
    const auto id = integer(0);
    again();
    return id;
  }
  void again() {
    statement_.reset();
    binder_.restart();
  }

 private:
  std::unique_ptr<SqlStatement> owned_;
  SqlStatement& statement_;
  SqlBinder binder_;
};

// Many rows into one table: add each, then run once.
class SqlInserts {
 public:
  // `unfinished`: how many of these have rows that were not run; a transaction must not be committed with any.
  SqlInserts(std::unique_ptr<SqlRowWriter> writer, int& unfinished)
      : writer_(std::move(writer)), binder_(*writer_), unfinished_(unfinished) {}
  template <typename... Values>
  void add(const Values&... values) {
    if (!std::exchange(waiting_, true)) ++unfinished_;
    binder_.restart();
    (binder_.bind(values), ...);
    writer_->end_row();
  }
  std::int64_t run() {  // the number of rows that were added or changed
    if (std::exchange(waiting_, false)) --unfinished_;
    return writer_->finish();
  }

 private:
  std::unique_ptr<SqlRowWriter> writer_;
  SqlBinder binder_;
  int& unfinished_;
  bool waiting_ = false;
};

// The rows that answer many sets of parameters: add each, then step. Rows ascend by index(), in no
// order within one.
class SqlLookups : public SqlRow {
 public:
  explicit SqlLookups(std::unique_ptr<SqlRowFinder> finder)
      : SqlRow(*finder), finder_(std::move(finder)), binder_(*finder_) {}
  template <typename... Values>
  void add(const Values&... values) {
    binder_.restart();
    (binder_.bind(values), ...);
    finder_->end_row();
  }
  bool step() { return finder_->step(); }
  std::size_t index() const { return finder_->index(); }  // of the set that this row answers, from 0

 private:
  std::unique_ptr<SqlRowFinder> finder_;
  SqlBinder binder_;
};

}  // namespace waybill::tracker
