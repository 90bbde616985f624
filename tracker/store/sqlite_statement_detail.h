#pragma once
// SQLite's statements: row by row, since each costs a function call and no round trip. Values of a row writer are used
// at once, and so not copied.
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "tracker/store/sql_statement_detail.h"

namespace waybill::tracker {

// In one line, with the file's name and what to do.
Error describe_sqlite_error(const std::string& file, int code, const std::string& detail);

class SqliteStatement final : public SqlStatement {
 public:
  SqliteStatement(const SQLite::Database& database, const std::string& sql);

  void set_integer(int parameter, std::int64_t value) override;
  void set_text(int parameter, const std::string& value) override;
  void set_bytes(int parameter, ByteView value) override;
  void set_null(int parameter, SqlKind kind) override;
  bool step() override;
  std::int64_t run() override;
  void reset() noexcept override { statement_.tryReset(); }
  bool is_null(int column) const override;
  std::int64_t integer(int column) const override;
  ByteView bytes(int column) const override;

 private:
  template <typename Work>
  auto guarded(Work&& work) const -> decltype(work());

  std::string file_;
  mutable SQLite::Statement statement_;
};

class SqliteRowWriter final : public SqlRowWriter {
 public:
  explicit SqliteRowWriter(SqliteStatement& statement);
  ~SqliteRowWriter() override { statement_.in_use = false; }
  void set_integer(int parameter, std::int64_t value) override { statement_.set_integer(parameter, value); }
  void set_text(int parameter, const std::string& value) override { statement_.set_text(parameter, value); }
  void set_bytes(int parameter, ByteView value) override { statement_.set_bytes(parameter, value); }
  void set_null(int parameter, SqlKind kind) override { statement_.set_null(parameter, kind); }
  void end_row() override;
  std::int64_t finish() override { return std::exchange(changed_, 0); }

 private:
  SqliteStatement& statement_;
  std::int64_t changed_ = 0;
};

class SqliteRowFinder final : public SqlRowFinder {
 public:
  explicit SqliteRowFinder(SqliteStatement& statement);
  ~SqliteRowFinder() override;
  void set_integer(int parameter, std::int64_t value) override {
    slot(parameter) = {SqlKind::integer, value, {}, false};
  }
  void set_text(int parameter, const std::string& value) override {
    slot(parameter) = {SqlKind::text, 0, value, false};
  }
  void set_bytes(int parameter, ByteView value) override {
    slot(parameter) = {SqlKind::bytes, 0, std::string(value), false};
  }
  void set_null(int parameter, SqlKind kind) override { slot(parameter) = {kind, 0, {}, true}; }
  void end_row() override { ++rows_; }
  bool step() override;
  std::size_t index() const override { return next_row_ - 1; }
  bool is_null(int column) const override { return statement_.is_null(column); }
  std::int64_t integer(int column) const override { return statement_.integer(column); }
  ByteView bytes(int column) const override { return statement_.bytes(column); }

 private:
  struct Value {
    SqlKind kind = SqlKind::integer;
    std::int64_t integer = 0;
    std::string bytes;
    bool null = true;
  };
  Value& slot(int parameter);
  void bind_row(std::size_t row);

  SqliteStatement& statement_;
  std::size_t width_ = 0;  // parameters of a row
  std::size_t rows_ = 0;
  std::size_t next_row_ = 0;  // the one before it is being answered, where asked_
  bool asked_ = false;
  std::vector<Value> values_;
};

}  // namespace waybill::tracker
