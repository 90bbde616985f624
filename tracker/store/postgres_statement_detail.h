#pragma once
// PostgreSQL's statements. Parameters and columns travel in binary; many rows as one array for each column, which saves
// the round trip of each, and the temporary table that COPY would need where rows may exist already.
#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/store/postgres_session_detail.h"

namespace waybill::tracker {

// The rows of a result in binary, one after the other.
class PostgresRows {
 public:
  void take(PostgresResult result);
  void clear() noexcept;
  bool step() { return ++row_ < count_; }
  int count() const { return count_; }
  bool is_null(int column) const { return PQgetisnull(result_.get(), row_, column) == 1; }
  std::int64_t integer(int column) const;  // of integers, truth values, and sums, which are numeric
  ByteView bytes(int column) const;

 private:
  PostgresResult result_;
  int row_ = -1;
  int count_ = 0;
};

class PostgresStatement : public SqlStatement {
 public:
  PostgresStatement(PostgresSession& session, const std::string& sql);

  void set_integer(int parameter, std::int64_t value) override { parameters_.set_integer(parameter, value); }
  void set_text(int parameter, const std::string& value) override {
    parameters_.set_bytes(parameter, kTextType, value);
  }
  void set_bytes(int parameter, ByteView value) override { parameters_.set_bytes(parameter, kByteaType, value); }
  void set_null(int parameter, SqlKind kind) override;
  bool step() override;
  std::int64_t run() override;
  void reset() noexcept override;
  bool is_null(int column) const override { return rows_.is_null(column); }
  std::int64_t integer(int column) const override { return rows_.integer(column); }
  ByteView bytes(int column) const override { return rows_.bytes(column); }

 protected:
  PostgresSession& session() { return session_; }
  const PostgresParameters& parameters() const { return parameters_; }
  PostgresRows rows_;

 private:
  PostgresSession& session_;
  PostgresPrepared prepared_;
  PostgresParameters parameters_;
  bool asked_ = false;
};

// A SELECT through a cursor on the server, some thousand rows at a time.
class PostgresStream final : public PostgresStatement {
 public:
  PostgresStream(PostgresSession& session, const std::string& sql, std::int64_t number);
  ~PostgresStream() override { reset(); }
  bool step() override;
  void reset() noexcept override;

 private:
  std::string sql_;
  std::string name_;
  bool open_ = false;
  bool own_transaction_ = false;  // a cursor lives in one
};

// Rows as one array for each column, in the binary format of arrays (PostgreSQL's array_recv).
class PostgresArrays {
 public:
  void set_integer(int parameter, std::int64_t value);
  void set_bytes(int parameter, SqlKind kind, ByteView value);
  void set_null(int parameter, SqlKind kind);
  void end_row();
  void clear();  // keeps the kinds
  std::int64_t rows() const { return rows_; }
  std::size_t size() const { return bytes_; }  // bytes held
  std::vector<SqlKind> kinds() const;
  // Into `storage` and, from there, `parameters`.
  void put(std::vector<std::string>& storage, PostgresParameters& parameters) const;

 private:
  struct Column {
    SqlKind kind = SqlKind::integer;
    bool nulls = false;
    std::string elements;
  };
  Column& column(int parameter, SqlKind kind);
  std::vector<Column> columns_;
  std::int64_t rows_ = 0;
  std::size_t bytes_ = 0;
};

// Statements for many rows by text and kinds of parameters.
using PostgresManyStatements = std::unordered_map<std::string, PostgresPrepared>;

class PostgresRowWriter final : public SqlRowWriter {
 public:
  PostgresRowWriter(PostgresSession& session, PostgresManyStatements& statements, const std::string& sql)
      : session_(session), statements_(statements), sql_(sql) {}
  void set_integer(int parameter, std::int64_t value) override { arrays_.set_integer(parameter, value); }
  void set_text(int parameter, const std::string& value) override {
    arrays_.set_bytes(parameter, SqlKind::text, value);
  }
  void set_bytes(int parameter, ByteView value) override { arrays_.set_bytes(parameter, SqlKind::bytes, value); }
  void set_null(int parameter, SqlKind kind) override { arrays_.set_null(parameter, kind); }
  void end_row() override;
  std::int64_t finish() override;

 private:
  void flush();
  PostgresSession& session_;
  PostgresManyStatements& statements_;
  std::string sql_;
  PostgresArrays arrays_;
  std::int64_t changed_ = 0;
};

class PostgresRowFinder final : public SqlRowFinder {
 public:
  PostgresRowFinder(PostgresSession& session, PostgresManyStatements& statements, const std::string& sql)
      : session_(session), statements_(statements), sql_(sql) {}
  void set_integer(int parameter, std::int64_t value) override { arrays_.set_integer(parameter, value); }
  void set_text(int parameter, const std::string& value) override {
    arrays_.set_bytes(parameter, SqlKind::text, value);
  }
  void set_bytes(int parameter, ByteView value) override { arrays_.set_bytes(parameter, SqlKind::bytes, value); }
  void set_null(int parameter, SqlKind kind) override { arrays_.set_null(parameter, kind); }
  void end_row() override { arrays_.end_row(); }
  bool step() override;
  std::size_t index() const override { return static_cast<std::size_t>(rows_.integer(0) - 1); }
  bool is_null(int column) const override { return rows_.is_null(column + 1); }
  std::int64_t integer(int column) const override { return rows_.integer(column + 1); }
  ByteView bytes(int column) const override { return rows_.bytes(column + 1); }

 private:
  PostgresSession& session_;
  PostgresManyStatements& statements_;
  std::string sql_;
  PostgresArrays arrays_;
  PostgresRows rows_;
  bool asked_ = false;
};

}  // namespace waybill::tracker
