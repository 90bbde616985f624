#pragma once
// What an engine does for one SQL statement. Everything here may throw SqlFailure, which SqlConnection turns into an
// error at the edge of this folder.
#include <cstdint>
#include <exception>
#include <string>
#include <utility>

#include "common/types/byte_string.h"
#include "common/types/result.h"

namespace waybill::tracker {

class SqlFailure : public std::exception {
 public:
  explicit SqlFailure(Error error) : error_(std::move(error)) {}
  const Error& error() const { return error_; }
  const char* what() const noexcept override { return error_.message.c_str(); }

 private:
  Error error_;
};

// The three kinds of values that the schema uses: 64-bit integers, UTF-8, raw bytes.
enum class SqlKind { integer, text, bytes };

// Where parameters go, numbered from 1. Bytes are not copied unless the taker says so.
class SqlParameters {
 public:
  virtual ~SqlParameters() = default;
  virtual void set_integer(int parameter, std::int64_t value) = 0;
  virtual void set_text(int parameter, const std::string& value) = 0;
  virtual void set_bytes(int parameter, ByteView value) = 0;
  virtual void set_null(int parameter, SqlKind kind) = 0;
};

// The columns of one row, numbered from 0. NULL reads as 0 or as no bytes.
class SqlColumns {
 public:
  virtual ~SqlColumns() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual ByteView bytes(int column) const = 0;  // valid until the next step
};

// One statement. Parameters must outlive the step or run that uses them.
class SqlStatement : public SqlParameters, public SqlColumns {
 public:
  virtual bool step() = 0;            // to the next row; false: there is none
  virtual std::int64_t run() = 0;     // without rows; the number of rows changed
  virtual void reset() noexcept = 0;  // ends it, to be bound and used again
  bool in_use = false;
};

// One INSERT for many rows. Values are copied, or used, by the time that end_row returns.
class SqlRowWriter : public SqlParameters {
 public:
  virtual void end_row() = 0;
  virtual std::int64_t finish() = 0;  // the number of rows that were added or changed, over all rows given
};

// One SELECT for many sets of parameters. Values are copied.
class SqlRowFinder : public SqlParameters, public SqlColumns {
 public:
  virtual void end_row() = 0;
  virtual bool step() = 0;
  virtual std::size_t index() const = 0;  // of the set of parameters, from 0, that this row answers
};

}  // namespace waybill::tracker
